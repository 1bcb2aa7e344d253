import type { Analysis } from "../../../compiler/compile.ts";
import type { Diagnostic } from "../../../compiler/diagnostics/diagnostic.ts";
import { positionOf, type Span } from "../../../compiler/diagnostics/source.ts";
import { fixesOf } from "../../../compiler/edit/index.ts";
import { exportName } from "../../../compiler/lower/describe-plan.ts";
import { type Checked, mainFile, type Place, type Problem, type Spec } from "../protocol.ts";
import { analysed } from "./workspace.ts";

/** Every diagnostic of a spec, and what it has to choose from. */
export function check(spec: Spec): Checked {
  const begun = performance.now();
  const analysis = analysed(spec);
  const { planned, diagnostics } = analysis;
  return {
    problems: diagnostics.map(problemOf),
    profiles: profilesOf(analysis),
    stages: planned.stages.map(({ label }) => label),
    furthest: furthestOf(analysis),
    exports: planned.exports.map((each) => exportName(planned, each)),
    milliseconds: performance.now() - begun,
  };
}

/** The label of the stage that builds on most others; of several, the first that a person gave a name. */
function furthestOf({ stages }: Analysis): string | undefined {
  const before = new Map<string, ReadonlySet<string>>();
  // Each stage of a plan stands behind those that it needs.
  for (const { checked } of stages) {
    const direct = [
      ...[...checked.built.model.features.values()].map(({ producer }) => producer.key),
      ...[...checked.sources.values()].flatMap(({ from }) => (from.kind === "stage" ? [from.stage] : [])),
    ];
    before.set(checked.stage.key, new Set(direct.flatMap((key) => [key, ...(before.get(key) ?? [])])));
  }
  const rank = ({ plan, checked }: Analysis["stages"][number]) =>
    2 * (before.get(checked.stage.key)?.size ?? 0) + (/^\w+$/.test(plan.label) ? 1 : 0);
  return stages.toSorted((a, b) => rank(b) - rank(a))[0]?.plan.label;
}

function profilesOf({ session }: Analysis): readonly string[] {
  const declarations = session.main?.node.declarations ?? [];
  return declarations.flatMap((each) => (each.kind === "profile" ? [each.name.text] : []));
}

function problemOf(diagnostic: Diagnostic): Problem {
  const { code, severity, message, span, related, help } = diagnostic;
  return {
    code,
    severity,
    message,
    place: placeOf(span),
    related: related.map((note) => ({ text: note.text, place: placeOf(note.span) })),
    help,
    // What stands in another file cannot be changed here.
    fixes: span.source.name === mainFile ? fixesOf(diagnostic) : [],
  };
}

export function placeOf({ source, start, end }: Span): Place {
  return { file: source.name, from: start, to: end, ...positionOf(source, start) };
}
