import { existsSync } from "node:fs";
import type { Command } from "commander";
import { visible } from "../../compiler/check/files.ts";
import { nearest } from "../../compiler/check/nearest.ts";
import { isFunction } from "../../compiler/edit/names/vocabulary.ts";
import { type Explanation, explain as explained } from "../../compiler/explain/explain.ts";
import { listing } from "../../compiler/explain/listing.ts";
import type { WeightNode } from "../../compiler/explain/weight-tree.ts";
import { invariant } from "../../compiler/ir/invariant.ts";
import { fileFlops } from "../../runtime/networks/file-flops.ts";
import { abawCommand, withSpecOptions } from "../abaw-command.ts";
import { explainCode } from "../explain-code.ts";
import { explainFunction } from "../explain-function.ts";
import { explanationText, listingText } from "../explain-text.ts";
import { type LookedInto, lookedInto } from "../looked-into.ts";
import type { SpecOptions } from "../read-spec.ts";
import { terminal } from "../terminal.ts";
import { UsageError } from "../usage-error.ts";
import { wholeNumber } from "../whole-number.ts";

interface ExplainOptions extends SpecOptions {
  readonly depth?: string;
  readonly json?: true;
}

export function explain(): Command {
  return withSpecOptions(
    abawCommand(
      "explain",
      "Say what a diagnostic means, or what a name of a spec means: a stage with every default written out, its tensors, weights, loss and cost; a task, data, an encoder, a module, a sweep. A spec alone: what can be asked about.",
      "abaw explain leakage\nabaw explain examples/quickstart.abaw\nabaw explain examples/quickstart.abaw together\nabaw explain examples/quickstart.abaw 'alone(au).face' --depth 3",
    ),
  )
    .argument("<subject>", "the code of a diagnostic, such as leakage, or a spec")
    .argument("[name]", "a name of the spec, or an expression: 'alone(au)', 'table[length: 5]', 'alone(au).face'")
    .option("--depth <levels>", "how many levels of modules to show (default: 2)")
    .option("--json", "print it as JSON, weights down to each single one unless --depth is given")
    .action((subject: string, name: string | undefined, options: ExplainOptions) => {
      if (name === undefined && !isSpec(subject)) {
        terminal.print(explainCode(subject));
        return;
      }
      if (name === undefined) {
        const found = listing(lookedInto(subject, options, []));
        if (options.json === true) terminal.printJson(found);
        else terminal.print(listingText(subject, found, terminal.resultPalette));
        return;
      }
      const given = options.depth === undefined ? undefined : wholeNumber("--depth", options.depth, 1, 64);
      const explanation = explanationOf(subject, name, options, given ?? 1);
      if (options.json === true) terminal.printJson(cutAt(explanation, given));
      else terminal.print(explanationText(explanation, given ?? 2, terminal.resultPalette));
    });
}

/** With weights down to a depth, if one was given. */
function cutAt(explanation: Explanation, depth: number | undefined): Explanation {
  if (depth === undefined || explanation.kind !== "stage") return explanation;
  const { weights } = explanation;
  return { ...explanation, weights: { ...weights, tree: weights.tree.map((node) => cutNode(node, depth)) } };
}

function cutNode(node: WeightNode, depth: number): WeightNode {
  return { ...node, children: depth === 1 ? [] : node.children.map((child) => cutNode(child, depth - 1)) };
}

function isSpec(subject: string): boolean {
  return subject.endsWith(".abaw") || existsSync(subject);
}

function explanationOf(path: string, name: string, options: SpecOptions, depth: number): Explanation {
  if (isFunction(name)) {
    const { session } = lookedInto(path, options, []);
    if (session.main !== undefined && visible(session.main, name) === undefined) return explainFunction(name);
  }
  const looked = lookedInto(path, options, [name]);
  const [asked] = looked.asked;
  invariant(asked !== undefined, "nothing was asked");
  const explanation = explained(asked, looked, depth, fileFlops);
  invariant(explanation !== undefined, "a stage that is asked about is planned");
  if (explanation.kind === "stage" && explanation.weights.tree.length === 0 && asked.path !== "")
    noPath(asked.path, explanation.name, looked);
  return explanation;
}

function noPath(path: string, stage: string, { stages }: LookedInto): never {
  const plan = stages.find((each) => each.plan.label === stage)?.plan;
  const known = new Set(plan?.parameters.flatMap((parameter) => prefixesOf(parameter.path)));
  const near = nearest(path, known);
  throw new UsageError(`${stage} has no weights at ${path}${near === undefined ? "" : `; did you mean ${near}?`}`);
}

function prefixesOf(path: string): readonly string[] {
  return path.split(".").map((_, i, steps) => steps.slice(0, i + 1).join("."));
}
