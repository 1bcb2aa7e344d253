import { seededRandom } from "../compiler/seeded-random.ts";

/** A text with every construct of the grammar by chance, oddly spaced, with line breaks and comments where they may stand. */
export function randomSpec(seed: number): string {
  const random = seededRandom(`spec ${seed}`);
  const below = (n: number) => Math.floor(random() * n);
  const pick = <T>(items: readonly [T, ...T[]]): T => items[below(items.length)] ?? items[0];
  const names = ["face", "x", "alone", "au", "score", "blocks", "t", "data", "model", "task"] as const;
  const name = () => pick(names);
  const space = () => " ".repeat(1 + below(3));
  const gap = () => pick(["", " ", "  "]);
  // Where a bracket is open a line may end, with a comment or without.
  const turn = (deep: boolean) =>
    deep && below(4) === 0
      ? `${gap()}${pick(["", "# why, not what", "## a doc"])}\n${" ".repeat(1 + below(8))}`
      : gap();
  const several = (make: () => string, most: number) => Array.from({ length: 1 + below(most) }, make);
  const listed = (items: readonly string[], deep: boolean) => items.join(`${gap()},${turn(deep)}`);
  const suffix = (depth: number) =>
    below(4) === 0
      ? `${space()}for t in ${operand(depth - 1)}`
      : below(5) === 0
        ? `${space()}if ${operand(depth - 1)}`
        : "";
  const number = () => pick(["3", "0.5", "1e-4", "12", "30 epochs", "1 epoch", "5 frames", "200 steps"]);

  function operand(depth: number): string {
    if (depth <= 0) return pick([name(), number(), '"a # b"', "true", "none"]);
    switch (below(11)) {
      case 0:
        return `(${turn(true)}${expr(depth - 1)}${turn(true)})`;
      case 1:
        return `[${turn(true)}${listed(
          several(() => `${expr(depth - 1)}${suffix(depth)}`, 3),
          true,
        )}${turn(true)}]`;
      case 2:
        return map(depth - 1);
      case 3:
        return `${name()}(${turn(true)}${listed(
          several(() => `${pick(["", `${name()}:${gap()}`])}${expr(depth - 1)}`, 3),
          true,
        )})`;
      case 4:
        return `${name()}[${pick([`n:${gap()}`, ""])}${pick(["0", "1 ..", ".. -2", "0 .. 5"])}]`;
      case 5:
        return `${name()}.${name()}`;
      case 6:
        return `-${operand(depth - 1)}`;
      case 7:
        return `(if ${operand(depth - 1)} then ${operand(depth - 1)} else ${operand(depth - 1)})`;
      case 8:
        return `(match ${name()} {${gap()}fast:${gap()}${operand(depth - 1)}  else: ${operand(depth - 1)}${gap()}})`;
      case 9:
        return `(${name()}, ${expr(depth - 1)})`;
      default:
        return pick([name(), number()]);
    }
  }

  function expr(depth: number): string {
    const items = several(() => operand(depth), 3);
    const signs = [" + ", " - ", "*", " / ", " ^ ", " -> f(", " == ", " and "];
    const [first = "", ...rest] = items;
    return rest.reduce((text, item) => {
      const sign = pick(signs as [string, ...string[]]);
      return sign === " -> f(" ? `${text}${gap()}-> f(${item})` : `${text} ${sign.trim()} ${item}`;
    }, first);
  }

  function entry(depth: number): string {
    const path = pick([name(), `${name()}.${name()}`, "**.bias", `${name()}.blocks[0 .. 5]`]);
    return `${path}${gap()}:${gap()}${expr(depth)}${suffix(depth)}`;
  }

  function map(depth: number): string {
    return `{${turn(true)}${listed(
      several(() => entry(depth), 3),
      true,
    )}${turn(true)}}`;
  }

  const block = (make: () => string) =>
    `{\n${several(() => `${" ".repeat(below(6))}${make()}${pick(["", "   # note", "\n", "\n\n\n# alone"])}`, 4).join("\n")}\n${gap()}}`;
  const params = () =>
    `(${listed([`a:${gap()}int`, `b: [task] = [au]`, "c: mean | cls = mean"].slice(0, 1 + below(3)), true)})`;
  const shape = () => pick(["[.., n, d]", "[.., c: 3, h, w]", "[..]", "[.., 12]", "[.., ?]"]);
  const declaration = (): string => {
    switch (below(9)) {
      case 0:
        return `use "std/${name()}.abaw"${pick(["", " as v"])}`;
      case 1:
        return `${name()}${gap()}=${gap()}${expr(3)}`;
      case 2:
        return `task ${name()} = units(AU1,${gap()}AU2)${pick(["", " { metric: none }"])}`;
      case 3:
        return `module ${name()}${params()}${gap()}(x:${gap()}${shape()}, y: many ${shape()} = none)${gap()}->${gap()}${shape()} ${block(
          () => pick([`y${gap()}=${gap()}${expr(2)}`, `return ${expr(2)}`, `z: ${shape()} = ${expr(1)}`]),
        )}`;
      case 4:
        return `model ${name()}${params()} (image) ${block(() =>
          pick([`y = ${expr(2)}`, `head t = ${expr(2)} for t in tasks`, "head au = x -> linear { activation: none }"]),
        )}`;
      case 5:
        return `stage ${name()}${params()} =${gap()}${pick(["train", "apply"])} ${name()}(au) on ${name()} ${block(() => entry(2))}`;
      case 6:
        return `data ${name()} ${block(() => entry(2))}`;
      case 7:
        return `sweep ${name()} = ${name()} ${block(() => entry(2))}`;
      default:
        return `export ${name()} {${gap()}opset: 17${gap()}}`;
    }
  };
  return `${pick(["", "\n\n", "# first\n"])}${several(declaration, 6)
    .map((text) => `${text}${pick(["\n", "\n\n\n\n", "  # behind\n", "\n## doc\n"])}`)
    .join("")}`;
}
