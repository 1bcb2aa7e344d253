import type { CheckedStage } from "../check/check-stage.ts";
import type { Session } from "../check/session.ts";
import type { Span } from "../diagnostics/source.ts";
import { withoutEqual } from "../emit/onnx/networks/without-equal.ts";

/** Tells of networks that cannot stand in a file of an opset by their operators' names alone; what more their nodes say shows at the export. */
export function checkOpset(stages: ReadonlySet<CheckedStage>, to: number, span: Span, session: Session): void {
  const files = new Set([...stages].flatMap(({ built }) => [...built.model.networks.values()].map(({ file }) => file)));
  for (const file of files) {
    const header = session.inspect?.(file, "onnx");
    if (header?.kind !== "network") continue;
    const { opset: from, operators } = header;
    for (const name of operators) {
      const refusal = withoutEqual(name, { from, to });
      if (refusal === undefined) continue;
      session.reporter.report("file-mismatch", span, { file, reason: refusal.reason }, { help: refusal.repair });
      break;
    }
  }
}
