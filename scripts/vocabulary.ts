import { readFileSync } from "node:fs";
import { plainFormats } from "../compiler/check/formats.ts";
import {
  dataKeys,
  encoderKeys,
  evaluateKeys,
  exportKeys,
  headKeys,
  patternKeys,
  stageKeys,
  submitKeys,
  sweepKeys,
  taskKeys,
  viewKeys,
} from "../compiler/check/keys.ts";
import { library } from "../compiler/check/library-calls.ts";
import { layouts } from "../compiler/check/library-data.ts";
import { listFunctions, numberFunctions } from "../compiler/check/number-functions.ts";
import { namedTypes } from "../compiler/check/parameters.ts";
import { elsewhere } from "../compiler/check/stage-entry.ts";
import { standardFiles } from "../compiler/check/standard.ts";
import type { TensorFunctions } from "../compiler/check/tensor-function.ts";
import { products } from "../compiler/check/tensors/attention.ts";
import { constantFunctions } from "../compiler/check/tensors/constants.ts";
import { entrywiseFunctions } from "../compiler/check/tensors/entrywise.ts";
import { foreignFunctions } from "../compiler/check/tensors/foreign.ts";
import { layers } from "../compiler/check/tensors/layers.ts";
import { pictureFunctions } from "../compiler/check/tensors/pictures.ts";
import { randomFunctions } from "../compiler/check/tensors/random.ts";
import { recurrentLayers } from "../compiler/check/tensors/recurrent.ts";
import { reductions } from "../compiler/check/tensors/reduce.ts";
import { shapeFunctions } from "../compiler/check/tensors/shape.ts";
import type { Family } from "../compiler/check/things.ts";
import { durations, type Key, type Param, type Params, spans } from "../compiler/check/type.ts";
import { printType } from "../compiler/edit/print-type.ts";
import { losses } from "../compiler/library/losses/index.ts";
import { families, nameMaps } from "../compiler/library/weight-names/index.ts";
import { parseFile } from "../compiler/syntax/index.ts";

const tensorGroups: readonly (readonly [title: string, functions: TensorFunctions])[] = [
  ["Functions with weights", { ...layers, ...recurrentLayers }],
  ["Entry by entry", entrywiseFunctions],
  ["Over axes", reductions],
  ["Layout", shapeFunctions],
  ["Products", products],
  ["Random, and by index", randomFunctions],
  ["Constants", constantFunctions],
  ["Pictures", pictureFunctions],
  ["Networks of other makers", foreignFunctions],
];

/** Where each family of values stands on the page; TypeScript names one that is missing. */
const familyTitles: Readonly<Record<Family, string>> = {
  meaning: "Tasks",
  format: "Data",
  field: "Data",
  labels: "Data",
  split: "Data",
  blend: "Data",
  rows: "Rows and clips",
  clip: "Rows and clips",
  augmentation: "Augmentation and mixing",
  mix: "Augmentation and mixing",
  optimiser: "Optimisers",
  schedule: "Schedules",
  weights: "Weights",
  initialiser: "Weights",
  freezing: "Weights",
  adapter: "Weights",
  loss: "Losses",
  "class weights": "Class weights and sampling",
  sampler: "Class weights and sampling",
  metric: "Metrics and what is kept",
  keep: "Metrics and what is kept",
  term: "Metrics and what is kept",
  balance: "Balancing",
  stream: "After training",
  fitted: "After training",
  search: "Searches",
  space: "Searches",
  pruner: "Searches",
};

const keyTables: readonly (readonly [title: string, keys: Readonly<Record<string, Key>>])[] = [
  ["A stage", stageKeys],
  ["`evaluate` of a stage", evaluateKeys],
  ["A view of a stage", viewKeys],
  ["A pattern of `params`", patternKeys],
  ["Data", dataKeys],
  ["A task", taskKeys],
  ["A head", headKeys],
  ["An encoder", encoderKeys],
  ["A sweep", sweepKeys],
  ["An export", exportKeys],
  ["A submission", submitKeys],
];

/** Text of a table's cell. */
const cell = (text: string): string => text.replaceAll("|", "\\|");
const code = (text: string): string => `\`${text}\``;

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.map(cell).join(" | ")} |`;
  return [line(head), `|${head.map(() => " --- |").join("")}`, ...rows.map(line)].join("\n");
}

/** Whether a default is a value that can be written; else it is in words. */
const isValue = (usual: string): boolean =>
  parseFile({ name: "default", text: `x = ${usual}\n` }).diagnostics.length === 0;

const valueOrWords = (usual: string): string => (isValue(usual) ? code(usual) : usual);

function parameterText(name: string, { type, optional, usual }: Param): string {
  if (!optional) return `${name}: ${printType(type)}`;
  return usual !== undefined && isValue(usual)
    ? `${name}: ${printType(type)} = ${usual}`
    : `${name}?: ${printType(type)}`;
}

const signature = (name: string, params: Params): string =>
  code(
    `${name}(${Object.entries(params)
      .map(([each, param]) => parameterText(each, param))
      .join(", ")})`,
  );

/** What a function is, and in words what holds without a parameter. */
const described = (doc: string, params: Params): string => {
  const words = Object.entries(params).flatMap(([name, { usual }]) =>
    usual === undefined || isValue(usual) ? [] : [`Without ${code(name)}: ${usual}.`],
  );
  return [doc, ...words].join(" ");
};

function tensorTable(functions: TensorFunctions): string {
  const rows = Object.entries(functions).map(([name, { doc, inputs, optional = 0, params }]) => {
    const named =
      inputs === "many"
        ? "any number"
        : inputs.map((input, i) => code(i >= inputs.length - optional ? `${input}?` : input)).join(", ");
    // Its arguments' names are axes.
    const shown = name === "rename" ? code("rename(from: to)") : signature(name, params);
    return [shown, named, described(doc, params)];
  });
  return table(["function", "tensors", "what it does"], rows);
}

function libraryTable(title: string): string {
  const rows = Object.entries(library)
    .filter(([, { family }]) => familyTitles[family] === title)
    .map(([name, { doc, params, variadic }]) => [
      signature(name, params),
      described(variadic === true ? `${doc} Takes any number of arguments.` : doc, params),
    ]);
  return table(["function", "what it is"], rows);
}

function lossTable(): string {
  const rows = Object.entries(losses).map(([name, { takes, takesMixtures, ofTensors, leastRows }]) => {
    const more = [
      takesMixtures === true ? "classes with `mixtures`" : undefined,
      ofTensors === undefined ? undefined : "two tensors",
    ].filter((each) => each !== undefined);
    return [code(name), [...takes, ...more].join(", "), leastRows === undefined ? "" : String(leastRows)];
  });
  return table(["loss", "goes with", "rows it needs"], rows);
}

function keyTable(keys: Readonly<Record<string, Key>>): string {
  const rows = Object.entries(keys).map(([name, { type, doc, usual }]) => [
    code(name),
    code(printType(type)),
    usual === undefined ? "" : valueOrWords(usual),
    doc,
  ]);
  return table(["key", "takes", "default", "what it says"], rows);
}

/** The declarations of a library file with the comment above each. */
function standardTable(path: string): string {
  const text = readFileSync(new URL(`../specs/${path}`, import.meta.url), "utf8");
  const { file } = parseFile({ name: path, text });
  const rows = file.declarations.flatMap((each): readonly (readonly string[])[] => {
    if (!("name" in each)) return [];
    const end = "body" in each && each.body !== undefined ? each.body.span.start : each.span.end;
    const head = text.slice(each.span.start, end).trim().replace(/\s+/g, " ");
    const above = text.slice(0, each.span.start).split("\n").at(-2) ?? "";
    return [[code(head), above.startsWith("## ") ? above.slice(3) : ""]];
  });
  return table(["declaration", ""], rows);
}

/** What keys of other tools are called here. */
export function keysElsewhere(): string {
  const ours = new Map<string, string[]>();
  for (const [theirs, here] of Object.entries(elsewhere)) ours.set(here, [...(ours.get(here) ?? []), code(theirs)]);
  return table(
    ["there", "here"],
    [...ours].map(([here, theirs]) => [theirs.join(", "), here.includes(", or ") ? here : code(here)]),
  );
}

/** docs/vocabulary.md: every name that the language brings, out of the compiler's own tables. */
export function vocabularyText(): string {
  const titles = [...new Set(Object.values(familyTitles))];
  const parts: readonly string[] = [
    "# The vocabulary",
    `Every name that the language brings, with its parameters, their types and their defaults. Generated from the compiler's tables by
\`npm run generate\`; the [reference](language.md) says how the names work together.`,
    `\`name: type\` must be given, \`name: type = default\` and \`name?: type\` may be left out. A default that is another parameter's name
is that parameter's value. \`a | b\` is either of two, \`[int]\` a list, \`{name: float}\` a map; the other words are kinds of values, such
as a \`schedule\`: a number, or a call from the section of that name.`,
    "## In modules and models",
    "`x -> f(a)` is `f(x, a)`; a tensor with `?` may be left out ([rules 14 to 32](language.md#modules-layers-tensors)).",
    ...tensorGroups.flatMap(([title, functions]) => [`### ${title}`, tensorTable(functions)]),
    "### Of a head",
    "`forced(task, p: schedule)`: the label with probability `p` while training, else the head's own output ([rule 32](language.md#32-scheduled-sampling)).",
    "## Of numbers and lists",
    "Known before anything runs ([rules 9 and 10](language.md#9-lists-and-maps)).",
    table(
      ["function", "what it does"],
      [...Object.entries(numberFunctions).map(([name, { doc }]) => [name, doc] as const), ...listFunctions].map(
        ([name, doc]) => [code(name), doc],
      ),
    ),
    "## Values",
    ...titles.flatMap((title) => [
      `### ${title}`,
      libraryTable(title),
      ...(title === "Losses" ? [lossTable()] : []),
      ...(title === "Weights" ? ["Initialisers are also `constant(value)`, `zeros()` and `ones()`."] : []),
    ]),
    "### Formats of data",
    table(
      ["format", "what it is"],
      Object.entries(plainFormats).map(([name, what]) => [code(name), what]),
    ),
    `Layouts of stored features: ${layouts.map(code).join(", ")}.`,
    `Names in weight files: ${families.map((family) => `${code(family)} (${nameMaps[family].doc})`).join(", ")}.`,
    `Units: ${[...durations, ...spans].map(code).join(", ")}, each also in the singular.`,
    "## Types of parameters",
    "What a declaration's parameter can be ([rule 2](language.md#2-parameters)); any other name is a label.",
    table(
      ["type", "what it is"],
      Object.entries(namedTypes).map(([name, { doc }]) => [code(name), doc]),
    ),
    "## Keys of blocks",
    ...keyTables.flatMap(([title, keys]) => [`### ${title}`, keyTable(keys)]),
    "## The library's files",
    'Written in the language itself; `use "std/nn.abaw"` brings a file\'s names ([rule 12](language.md#12-use)).',
    ...standardFiles.flatMap((path) => [`### ${path}`, standardTable(path)]),
  ];
  return `${parts.join("\n\n")}\n`;
}
