import { spawnSync } from "node:child_process";
import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { Constants } from "../../compiler/emit/torch/constants.ts";
import { FunctionText } from "../../compiler/emit/torch/function-text.ts";
import { acrossRanks } from "../../compiler/emit/torch/text.ts";
import { type Node, nodesOf, type Value } from "../../compiler/ir/graph.ts";
import { allOps, opNamed } from "../../compiler/ops/index.ts";
import { shippedPython } from "../../runtime/engines/torch/shipped-python.ts";
import { largestDifference } from "../compiler/largest-difference.ts";
import { questionOf, type ReferenceCase, referenceCases } from "../compiler/ops/reference-cases.ts";
import type { Numbers } from "../compiler/ops/run-graph.ts";
import { runGraph } from "../compiler/ops/run-graph.ts";
import { feedsOfCotangents, gradientGraph } from "../compiler/ops/sample-graph.ts";
import { tolerances } from "../tolerances.ts";
import { pythonWithTorch } from "./torch-here.ts";

/** Ops of gradients alone: PyTorch differentiates itself. */
const onlyInGradients: ReadonlySet<string> = new Set([
  "conv_input_gradient",
  "conv_weight_gradient",
  "gru_gradient",
  "lstm_gradient",
  "max_pool_gradient",
]);

test("every op of a forward pass has a PyTorch expression", () => {
  const without = allOps.filter(({ torch }) => torch === undefined).map(({ name }) => name);
  expect(new Set(without)).toEqual(onlyInGradients);
});

interface Answer {
  readonly outputs: readonly (readonly number[] | null)[];
  readonly gradients: Readonly<Record<string, readonly number[] | null>>;
}

const python = pythonWithTorch();
const cases = referenceCases().filter(({ graph }) => nodesOf(graph).every(({ op }) => opNamed(op).torch !== undefined));

if (python === undefined) test.skip("PyTorch is not here (PYTHON names the interpreter)");
else {
  const folder = mkdtempSync(join(tmpdir(), "abaw-torch-ops-"));
  afterAll(() => rmSync(folder, { recursive: true }));
  const answers = asked(python, folder);
  describe.each(cases.map((one, i) => [`${one.graph.name}, ${one.numbers} ${one.sample}`, one, answers[i]] as const))(
    "%s",
    (_, one, answer) => {
      test("gives the same values", async () => {
        const expected = await runGraph(one.graph, one.feeds);
        one.graph.outputs.forEach(({ name }, i) => {
          const found = answer?.outputs[i];
          if (found !== null)
            expect(largestDifference(found ?? [], plain(expected.get(name))), name).toBeLessThan(
              tolerances.referenceValues,
            );
        });
        expect(answer?.outputs.some((found) => found !== null)).toBe(true);
      });

      const backward = gradientGraph(one.graph, one.cotangents, one.trained);
      test.skipIf(backward.outputs.length === 0)("gives the same gradients", async () => {
        const expected = await runGraph(backward, new Map([...one.feeds, ...feedsOfCotangents(one.cotangents)]));
        for (const [name, numbers] of expected) {
          const found = answer?.gradients[name.replace("gradient/", "")] ?? [];
          expect(largestDifference(found, plain(numbers)), name).toBeLessThan(tolerances.referenceGradients);
        }
      });
    },
  );
}

/** All cases at once, in one program. */
function asked(interpreter: string, place: string): readonly Answer[] {
  for (const [name, text] of shippedPython()) writeFileSync(join(place, name), text);
  writeFileSync(join(place, "questions.json"), JSON.stringify(cases.map(questionOf)));
  writeFileSync(join(place, "cases.py"), casesText());
  copyFileSync(new URL("./ask_ops.py", import.meta.url), join(place, "ask_ops.py"));
  const { stdout, stderr, status } = spawnSync(interpreter, ["ask_ops.py"], {
    cwd: place,
    encoding: "utf8",
    maxBuffer: 1 << 28,
  });
  if (status !== 0) throw new Error(stderr);
  return JSON.parse(stdout);
}

function casesText(): string {
  const imports = ["import torch", "import torch.nn.functional as F", "import ranks", "from functional import *"];
  const self = "class Self:\n    training = True";
  const all = `CASES = [${cases.map((_, i) => `case_${i}`).join(", ")}]\n`;
  return [imports.join("\n"), self, ...cases.map(functionOf), all].join("\n\n");
}

function functionOf({ graph }: ReferenceCase, i: number): string {
  const nodes = nodesOf(graph);
  const uses = new Map<Value, number>();
  const use = (value: Value | undefined) => value && uses.set(value, (uses.get(value) ?? 0) + 1);
  for (const { inputs } of nodes) inputs.forEach(use);
  const given = graph.outputs.filter(({ value }) => isGiven(value));
  for (const { value } of given) use(value);
  const constants = new Constants();
  const text = new FunctionText(
    { known: (value) => constants.text(value), stream: String, acrossRanks, inOrder: () => false },
    uses,
  );
  const names = new Map<string, Value>();
  const visit = ({ inputs }: Node) => {
    for (const value of inputs) if (value?.source.kind === "input") names.set(value.source.name, value);
  };
  nodes.forEach(visit);
  const args = [...names].map(([name, value]) => `${text.argument(value, name)}=inputs[${JSON.stringify(name)}]`);
  for (const node of nodes) text.node(node, new Map());
  const results = graph.outputs.map(({ value }) => (isGiven(value) ? text.expression(value).text : "None"));
  const lines = [...text.lines, `return [${results.join(", ")}]`];
  return `def case_${i}(inputs):\n    self = Self\n${args.map((arg) => `    ${arg}`).join("\n")}\n${lines.map((line) => `    ${line}`).join("\n")}`;
}

/** What only our gradients read, PyTorch's expression does not give. */
function isGiven({ source }: Value): boolean {
  if (source.kind !== "node") return true;
  return !["lstm", "gru", "layer_norm", "max_pool", "batch_norm"].includes(source.node.op) || source.output === 0;
}

function plain(numbers: Numbers | undefined): readonly number[] {
  return Array.from(numbers?.data ?? [], Number);
}
