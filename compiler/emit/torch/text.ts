import { printDim } from "../../ir/dim.ts";
import type { Value } from "../../ir/graph.ts";
import { atom, type Python, type Reduction } from "../../ops/torch-text.ts";

export function indented(lines: readonly string[]): string {
  return lines.map((line) => (line === "" ? "" : `    ${line}`)).join("\n");
}

const width = 100;

/** `before item, item after`, over several lines where one would be too long. */
export function listed(before: string, items: readonly string[], after: string): readonly string[] {
  const one = `${before}${items.join(", ")}${after}`;
  return one.length <= width ? [one] : [before, ...items.map((item) => `    ${item},`), after];
}

/** `def name(self, ..):` */
export function definition(name: string, args: readonly string[]): readonly string[] {
  return listed(`def ${name}(`, ["self", ...args], "):");
}

/** `__init__` of a module with these statements. */
export function constructorOf(statements: readonly string[], args: readonly string[] = []): string {
  const lines = statements.flatMap((statement) => statement.split("\n"));
  return indented([
    `def __init__(${["self", ...args].join(", ")}):`,
    "    super().__init__()",
    ...lines.map((line) => `    ${line}`),
  ]);
}

/** A reduction that takes away the axis of the batch, of the whole batch. */
export function acrossRanks(how: Reduction, reduced: Python): Python {
  return atom(`ranks.${how}(${reduced.text})`);
}

/** Statements that find sizes in the arguments, and the sizes that no argument tells. */
export function sizeLines(
  sizes: ReadonlySet<string>,
  values: readonly Value[],
  args: readonly string[],
): { readonly lines: readonly string[]; readonly missing: readonly string[] } {
  const wanted = [...sizes].sort();
  const leads = values.findIndex(({ type }) => wanted.every((size, i) => printDim(type.shape[i] ?? 1) === size));
  if (wanted.length > 1 && leads >= 0)
    return { lines: [`${wanted.join(", ")} = ${args[leads]}.shape[:${wanted.length}]`], missing: [] };
  const lines: string[] = [];
  const missing: string[] = [];
  for (const size of wanted) {
    const at = values.findIndex(({ type }) => type.shape.some((dim) => printDim(dim) === size));
    const axis = values[at]?.type.shape.findIndex((dim) => printDim(dim) === size) ?? -1;
    if (at < 0) missing.push(size);
    else lines.push(`${size} = ${args[at]}.shape[${axis}]`);
  }
  return { lines, missing };
}
