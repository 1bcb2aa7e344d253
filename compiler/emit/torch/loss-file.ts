import type { GraphOutput, Value } from "../../ir/graph.ts";
import { invariant } from "../../ir/invariant.ts";
import { nodesOfLoss, readOfModel } from "../../ir/of-loss.ts";
import { Buffers } from "./buffers.ts";
import type { Constants } from "./constants.ts";
import { FunctionText } from "./function-text.ts";
import { identifier, Names } from "./names.ts";
import { acrossRanks, constructorOf, definition, indented, listed, sizeLines } from "./text.ts";

/** What the terms of a loss read of the model, in a fixed order. */
export function readByLoss(terms: readonly GraphOutput[]): readonly Value[] {
  return readOfModel(terms.map(({ value }) => value)).filter(isOfModel);
}

/**
 * The class of a loss: a method for each term, of the model's outputs by name and of everything else that it reads by the graph's name
 * for it. Sums over the batch go over all ranks.
 */
export function lossFile(
  terms: readonly GraphOutput[],
  outputs: ReadonlyMap<Value, string>,
  constants: Constants,
): string {
  const buffers = new Buffers(constants);
  const methods = new Names();
  const entries: string[] = [];
  const texts = terms.map(({ name, value }) => {
    const method = methods.fresh(name);
    const inputs = readOfModel([value]);
    const keys = inputs.map((input) => {
      const output = outputs.get(input);
      if (output !== undefined) return `outputs[${JSON.stringify(output)}]`;
      invariant(input.source.kind === "input", "a loss reads a tensor that the model does not give");
      return `inputs[${JSON.stringify(input.source.name)}]`;
    });
    entries.push(...listed(`${JSON.stringify(name)}: self.${method}(`, keys, "),"));
    return indented(methodText(method, value, inputs, outputs, buffers));
  });
  const forward = indented([
    "def forward(self, outputs, inputs):",
    "    return {",
    ...entries.map((line) => `        ${line}`),
    "    }",
  ]);
  return `class Loss(nn.Module):\n${[constructorOf(buffers.lines), forward, ...texts].join("\n\n")}`;
}

function methodText(
  method: string,
  value: Value,
  inputs: readonly Value[],
  outputs: ReadonlyMap<Value, string>,
  buffers: Buffers,
): readonly string[] {
  const nodes = nodesOfLoss([value]);
  const uses = new Map<Value, number>([[value, 1]]);
  for (const node of nodes)
    for (const input of node.inputs) if (input !== undefined) uses.set(input, (uses.get(input) ?? 0) + 1);
  const text = new FunctionText(
    { known: (read) => buffers.known(read), stream: String, acrossRanks, inOrder: () => false },
    uses,
  );
  const args = inputs.map((input) => text.argument(input, argumentName(input, outputs)));
  for (const node of nodes) text.node(node, new Map());
  text.returns([value]);
  const { lines, missing } = sizeLines(text.sizes, inputs, args);
  invariant(missing.length === 0, `nothing that the loss ${method} reads tells ${missing.join(", ")}`);
  return [...definition(method, args), ...[...lines, ...text.lines].map((line) => `    ${line}`)];
}

/** `au.label` is label in the term au's method; what the model gives is called by its name. */
function argumentName(value: Value, outputs: ReadonlyMap<Value, string>): string {
  const { source } = value;
  if (source.kind !== "input") return identifier(outputs.get(value) ?? "x");
  return source.role === "label" || source.role === "mask" ? source.role : identifier(source.name.split("/")[0] ?? "");
}

function isOfModel({ source }: Value): boolean {
  return (
    source.kind === "node" || (source.kind === "input" && (source.role === "parameter" || source.role === "state"))
  );
}
