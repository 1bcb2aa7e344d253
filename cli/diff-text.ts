import type { Change } from "../compiler/diff/change.ts";
import type { SpecChanges } from "../compiler/diff/compare-specs.ts";
import type { StageChanges } from "../compiler/diff/compare-stages.ts";
import { counted } from "../compiler/lower/describe-plan.ts";
import { bytesText } from "./explain-text.ts";
import { type Palette, printable } from "./render-diagnostics.ts";
import { textTable } from "./text-table.ts";

const noDifference = "no difference in meaning";

/** What two stages differ in, for people. */
export function stageChangesText(title: string, changes: StageChanges, palette: Palette): string {
  const sections = sectionsOf(changes, palette);
  const bold = palette.bold(printable(title));
  return sections.length === 0 ? `${bold}: ${noDifference}` : [bold, ...sections].join("\n");
}

function sectionsOf(changes: StageChanges, palette: Palette): readonly string[] {
  const { settings, loss, reads, layers, weights, trained, starts, rest, cost } = changes;
  const sections = [
    ["settings", settings],
    ["loss", loss],
    ["reads", reads],
    ["layers", layers],
    ["weights", weights],
    ["trained", trained],
    ["starts from", starts],
    ["the rest", rest],
  ] as const;
  const told = sections.flatMap(([name, found]) =>
    found.length === 0 ? [] : [`${palette.bold(name)}\n${changesText(found, palette)}`],
  );
  const costs = cost === null ? [] : costRows(cost);
  return [...told, ...(costs.length === 0 ? [] : [`${palette.bold("cost")}\n${textTable(costs)}`])];
}

/** What two specs differ in, for people. */
export function specChangesText(title: string, changes: SpecChanges, palette: Palette): string {
  const { same, renamed, removed, added, changed, others } = changes;
  const moved = renamed.map(({ before, after }) => `  ${printable(before)} is ${printable(after)} now`);
  const listed = (mark: string, colour: (text: string) => string, names: readonly string[]) =>
    names.map((name) => colour(`${mark} stage ${printable(name)}`));
  const parts = [
    same.length === 0 ? "" : `  the same: ${same.map(printable).join(", ")}`,
    moved.join("\n"),
    [...listed("-", palette.red, removed), ...listed("+", palette.green, added)].join("\n"),
    ...alike(changed, palette).map(
      ([text, names]) =>
        `\n${palette.bold(printable(`${names.length > 1 ? "stages" : "stage"} ${names.join(", ")}`))}\n${text}`,
    ),
    others.length === 0 ? "" : `\n${palette.bold("assemblies, exports, sweeps")}\n${changesText(others, palette)}`,
  ].filter((part) => part !== "");
  const nothing = removed.length + added.length + changed.length + others.length === 0;
  return [`${palette.bold(printable(title))}${nothing ? `: ${noDifference}` : ""}`, ...parts].join("\n");
}

/** Stages that differ in the same are told of together. */
function alike(changed: SpecChanges["changed"], palette: Palette): ReadonlyArray<readonly [string, readonly string[]]> {
  const names = new Map<string, string[]>();
  for (const { name, changes } of changed) {
    const text = sectionsOf(changes, palette).join("\n");
    names.set(text, [...(names.get(text) ?? []), name]);
  }
  return [...names];
}

/** `+` what only the second has, `-` what only the first has, `~` what is there on both. */
function changesText(changes: readonly Change[], { red, green, yellow }: Palette): string {
  const marks = { added: "+", removed: "-", changed: "~" } as const;
  const colours = { added: green, removed: red, changed: yellow } as const;
  const rows = changes.map(({ kind, path, before, after }) => [
    `${marks[kind]} ${printable(path === "" ? "the model itself" : path)}`,
    printable(
      kind === "changed"
        ? `${before ?? ""}${before === null ? "" : " → "}${after ?? "in another way"}`
        : (after ?? before ?? ""),
    ),
  ]);
  return textTable(rows)
    .split("\n")
    .map((line, i) => colours[changes[i]?.kind ?? "changed"](line))
    .join("\n");
}

/** Before, after, and how many times as much, where that can be seen. */
function costRows({ before, after }: NonNullable<StageChanges["cost"]>): readonly (readonly string[])[] {
  const count = (value: number) => value.toLocaleString("en");
  const ops = (value: number) => (value === 0 ? "none" : `${counted(value)}FLOPs`);
  const rows = [
    ["weights", before.weights, after.weights, count],
    ["trained weights", before.trained, after.trained, count],
    ["a frame", before.forward, after.forward, ops],
    ["a frame's features", before.features, after.features, ops],
    ["a training step", before.step?.flops ?? 0, after.step?.flops ?? 0, ops],
    ["a step's memory", before.step?.memory ?? 0, after.step?.memory ?? 0, bytesText],
  ] as const;
  return rows
    .map(([name, a, b, text]) => [name, text(a), text(b), a === 0 || b === 0 ? "" : `× ${timesText(b / a)}`] as const)
    .filter(([, from, to]) => from !== to)
    .map(([name, from, to, times]) => [name, `${from} → ${to}`, times]);
}

function timesText(times: number): string {
  return times >= 100 ? times.toFixed(0) : times.toPrecision(3);
}
