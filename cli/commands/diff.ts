import { statSync } from "node:fs";
import type { Command } from "commander";
import { compareSpecs } from "../../compiler/diff/compare-specs.ts";
import { compareStages } from "../../compiler/diff/compare-stages.ts";
import type { Side } from "../../compiler/diff/side.ts";
import { abawCommand, withSpecOptions } from "../abaw-command.ts";
import { specChangesText, stageChangesText } from "../diff-text.ts";
import { type LookedInto, lookedInto } from "../looked-into.ts";
import type { SpecOptions } from "../read-spec.ts";
import { SpecMistakes } from "../spec-mistakes.ts";
import { terminal } from "../terminal.ts";
import { UsageError } from "../usage-error.ts";

interface DiffOptions extends SpecOptions {
  readonly json?: true;
}

export function diff(): Command {
  return withSpecOptions(
    abawCommand(
      "diff",
      "Compare two stages, or two specs, by what they mean: settings, loss, layers, weights, cost. Comments, names, the order of keys and how a thing is written do not count: stages with one hash have no difference. Ends with 0 whether there are differences or not.",
      "abaw diff examples/quickstart.abaw 'alone(au)' 'alone(expr)'\nabaw diff old.abaw new.abaw\nabaw diff old.abaw new.abaw together",
    ),
  )
    .argument("<spec>", "the .abaw file; paths that it names are below the current folder")
    .argument("<other>", "another .abaw file, or a stage of the first: together, 'alone(au)', 'table[length: 5]'")
    .argument("[name]", "a stage of both files, or the other stage of the one")
    .option("--json", "print it as JSON")
    .action((path: string, other: string, name: string | undefined, options: DiffOptions) => {
      if (!isSpec(other)) {
        if (name === undefined)
          throw new UsageError(
            `${other} is no file; a stage is compared with another: abaw diff ${path} ${other} NAME`,
          );
        const looked = lookedInto(path, options, [other, name]);
        printStages({ path, ...sideOf(looked, path, 0) }, { path, ...sideOf(looked, path, 1) }, options);
        return;
      }
      const [a, b] = bothLookedInto(path, other, options, name === undefined ? [] : [name]);
      if (name === undefined) printSpecs(path, a, other, b, options);
      else printStages({ path, ...sideOf(a, path, 0) }, { path: other, ...sideOf(b, other, 0) }, options);
    });
}

function isSpec(text: string): boolean {
  return text.endsWith(".abaw") || statSync(text, { throwIfNoEntry: false })?.isFile() === true;
}

/** The mistakes of both are printed before they end the command. */
function bothLookedInto(path: string, other: string, options: SpecOptions, ask: readonly string[]) {
  const [a, b] = [lookOrMistakes(path, options, ask), lookOrMistakes(other, options, ask)];
  if (a instanceof SpecMistakes) throw a;
  if (b instanceof SpecMistakes) throw b;
  return [a, b] as const;
}

function lookOrMistakes(path: string, options: SpecOptions, ask: readonly string[]): LookedInto | SpecMistakes {
  try {
    return lookedInto(path, options, ask);
  } catch (problem) {
    if (problem instanceof SpecMistakes) return problem;
    throw problem;
  }
}

function sideOf(looked: LookedInto, path: string, place: number): Side {
  const asked = looked.asked[place];
  const { thing } = asked ?? {};
  const stage =
    thing?.kind === "stage" && asked?.path === ""
      ? looked.stages.find(({ checked }) => checked.stage.key === thing.key)
      : undefined;
  if (stage === undefined)
    throw new UsageError(`${asked?.text} is no stage; \`abaw explain ${path}\` lists the stages`);
  return { stage, known: looked };
}

interface NamedSide extends Side {
  readonly path: string;
}

function printStages(a: NamedSide, b: NamedSide, { json }: DiffOptions): void {
  const changes = compareStages(a, b);
  const of = ({ path, stage: { plan } }: NamedSide) => ({ spec: path, name: plan.label, hash: plan.hash });
  if (json === true) {
    terminal.printJson({ kind: "stages", before: of(a), after: of(b), same: of(a).hash === of(b).hash, ...changes });
    return;
  }
  const title = ({ path, stage: { plan } }: NamedSide) => (a.path === b.path ? plan.label : `${plan.label} of ${path}`);
  terminal.print(stageChangesText(`${title(a)} → ${title(b)}`, changes, terminal.resultPalette));
}

function printSpecs(path: string, a: LookedInto, other: string, b: LookedInto, { json }: DiffOptions): void {
  const changes = compareSpecs(a, b);
  if (json === true) terminal.printJson({ kind: "specs", before: path, after: other, ...changes });
  else terminal.print(specChangesText(`${path} → ${other}`, changes, terminal.resultPalette));
}
