import type { Declaration, Input, ModuleNode, Name, ShapeNode, Statement } from "../syntax/ast.ts";
import type { FileScope } from "./files.ts";
import { memoKind } from "./memo.ts";
import { repeats } from "./repeated.ts";
import type { Reporter } from "./reporter.ts";
import type { Session } from "./session.ts";

/** Refuses what a declaration's text alone gets wrong, whether or not anything uses it. */
export function checkDeclarationText(session: Session, file: FileScope): void {
  const { reporter } = session;
  for (const declaration of file.node.declarations) {
    texts(session).get(declaration, () => checkText(declaration, reporter), {
      decidedBy: () => "",
      inTheMaking: () => undefined,
    });
  }
  checkProfiles(file.node.declarations, reporter);
}

const texts = memoKind<void>();

function checkText(declaration: Declaration, reporter: Reporter): void {
  const parameters = "parameters" in declaration ? declaration.parameters.map(({ name }) => name) : [];
  const inputs = "inputs" in declaration ? declaration.inputs : [];
  checkRepeated([...parameters, ...inputs.map(({ name }) => name)], reporter);
  if ("inputs" in declaration) checkBody(declaration, inputs, reporter);
  if (declaration.kind === "loss") checkLoss(declaration, reporter);
}

function checkRepeated(names: readonly Name[], reporter: Reporter): void {
  for (const [{ text, span }, first] of repeats(names, (name) => name.text)) {
    const related = [{ span: first.span, text: "first named here" }];
    reporter.report("duplicate-name", span, { name: text }, { related });
  }
}

function checkBody(
  declaration: Extract<Declaration, { readonly inputs: readonly Input[] }>,
  inputs: readonly Input[],
  reporter: Reporter,
): void {
  const { statements } = declaration.body;
  const result = "result" in declaration ? declaration.result : undefined;
  const batch =
    declaration.kind === "loss" ? undefined : [...inputs.map(({ shape }) => shape), result].find(namesBatch);
  if (batch !== undefined) reporter.report("named-batch", batch.span, {});
  const end = statements.findIndex(({ kind }) => kind === "return");
  const after = end < 0 ? undefined : statements[end + 1];
  if (declaration.kind === "model" || after === undefined) return;
  reporter.report(
    "unexpected-text",
    after.span,
    { expected: "`}` after what is returned", found: wordsFor(after) },
    { related: [{ span: statements[end]?.span ?? after.span, text: "returned here" }] },
  );
}

function wordsFor(statement: Statement): string {
  if (statement.kind === "return") return "another `return`";
  return statement.kind === "head" ? "a head" : `\`${statement.name.text}\``;
}

/** Whether a shape speaks of the batch, which has no name outside losses (language rule 34). */
export function namesBatch(shape: ShapeNode | undefined): boolean {
  return shape?.axes.some((axis) => axis.kind === "axis" && axis.name.text === "batch") === true;
}

/** Logits and labels, and the mask where the loss is a statistic of the batch (language rule 53). */
function checkLoss({ name, inputs }: ModuleNode, reporter: Reporter): void {
  if (inputs.length === 2 || inputs.length === 3) return;
  reporter.report(
    "out-of-range",
    name.span,
    { what: `the number of inputs of the loss \`${name.text}\``, expected: "2 or 3", actual: inputs.length },
    { help: "logits and labels, and with a third the mask: (z: [.., k], y: [.., k], m: [.., k])" },
  );
}

function checkProfiles(declarations: readonly Declaration[], reporter: Reporter): void {
  checkRepeated(
    declarations.flatMap((each) => (each.kind === "profile" ? [each.name] : [])),
    reporter,
  );
}
