/** Makers of bad input: text that has nothing to do with the language, and specs with something wrong in them. */
import { tokenise } from "../../grammar/index.ts";
import { randomEdit } from "../random-edit.ts";
import {
  below,
  expression,
  keywords,
  names,
  numbers,
  oddCharacters,
  pick,
  type Random,
  texts,
  times,
  word,
} from "./random-words.ts";

export type Maker = (random: Random, spec: string, other: string) => string;

const joined = (random: Random, pieces: readonly string[]) =>
  pieces.map((piece) => piece + pick(random, [" ", " ", " ", "", "\n"])).join("");

const character = (random: Random) =>
  random() < 0.3 ? pick(random, oddCharacters) : String.fromCharCode(32 + below(random, 95));

/** Where each word and mark of a text begins and ends. */
function placesOf(text: string): readonly { readonly from: number; readonly to: number; readonly kind: string }[] {
  return tokenise(text).tokens.map(({ startOffset, image, tokenType }) => ({
    from: startOffset,
    to: startOffset + image.length,
    kind: tokenType.name,
  }));
}

/** The text with each of a few of its words and marks made into something else. */
function withTokens(
  random: Random,
  text: string,
  change: (image: string, next: string) => string,
  fits: (kind: string) => boolean = () => true,
): string {
  const places = placesOf(text).filter(({ kind }) => fits(kind));
  if (places.length === 0) return text;
  const chosen = new Set(times(1 + below(random, 3), () => below(random, places.length)));
  let result = "";
  let done = 0;
  places.forEach(({ from, to }, i) => {
    if (!chosen.has(i)) return;
    const next = places[i + 1];
    result += text.slice(done, from) + change(text.slice(from, to), next ? text.slice(next.from, next.to) : "");
    done = to;
  });
  return result + text.slice(done);
}

const linesOf = (text: string) => text.split("\n");

/** Each kind of bad input by what it does. */
export const makers: Readonly<Record<string, Maker>> = {
  "random characters": (random) => times(below(random, 300), () => character(random)).join(""),
  "random words": (random) =>
    joined(
      random,
      times(below(random, 80), () => word(random)),
    ),
  "random declarations": (random) =>
    times(1 + below(random, 5), () => {
      const name = pick(random, names);
      const value = expression(random);
      return pick(random, [
        `${name} = ${value}`,
        `task ${name} = ${value}`,
        `encoder ${name} = ${value} { ${pick(random, names)}: ${value} }`,
        `data ${name} { ${pick(random, names)}: ${value} }`,
        `data ${name}(${pick(random, names)}: int = ${value}) { format: ${value}, fields: {${name}: ${value}} }`,
        `stage ${name} = train ${value} on ${pick(random, names)} { loss: ${value} }`,
        `sweep ${name} = ${name} { over: {${pick(random, names)}: ${value}}, most: ${pick(random, numbers)} }`,
        `model ${name}(tasks: [task]) (image) {\n  x = ${value}\n  head t = x for t in ${value}\n}`,
        `module ${name}(n: int) (x: [.., d]) -> [.., d] {\n  return ${value}\n}`,
        `assemble ${name} on ${pick(random, names)} { ${name}: ${value} }`,
        `export ${name} { opset: ${value} }`,
        `profile ${name} { ${name}.${pick(random, names)}: ${value} }`,
        `use ${pick(random, texts)}`,
      ]);
    }).join("\n"),
  "characters put in": (random, spec) =>
    times(1 + below(random, 4), () => 0).reduce((text) => {
      const at = below(random, text.length + 1);
      return text.slice(0, at) + character(random) + text.slice(at);
    }, spec),
  "two specs in one": (random, spec, other) => {
    const [first, second] = [linesOf(spec), linesOf(other)];
    const at = below(random, first.length);
    const from = below(random, second.length);
    return [
      ...first.slice(0, at),
      ...second.slice(from, from + 1 + below(random, 12)),
      ...first.slice(at + below(random, 3)),
    ].join("\n");
  },
  "lines deleted, doubled, swapped": (random, spec) =>
    times(1 + below(random, 3), () => 0)
      .reduce((lines) => {
        if (lines.length === 0) return lines;
        const [a, b] = [below(random, lines.length), below(random, lines.length)];
        const line = lines[a] ?? "";
        return pick(random, [
          lines.toSpliced(a, 1),
          lines.toSpliced(b, 0, line),
          lines.with(a, lines[b] ?? "").with(b, line),
        ]);
      }, linesOf(spec))
      .join("\n"),
  "words deleted, doubled, swapped": (random, spec) =>
    withTokens(random, spec, (image, next) => pick(random, ["", `${image} ${image}`, `${next} ${image}`])),
  "words of the language in place of words": (random, spec) => withTokens(random, spec, () => word(random)),
  "other names": (random, spec) =>
    withTokens(
      random,
      spec,
      () => pick(random, pick(random, [names, names, keywords])),
      (kind) => ["Name", "Key", "Binding", "TopBinding"].includes(kind),
    ),
  "names of the same spec in place of names": (random, spec) => {
    const isName = (kind: string) => ["Name", "Key"].includes(kind);
    const own = placesOf(spec).filter(({ kind }) => isName(kind));
    if (own.length === 0) return spec;
    const anyOwn = () => {
      const { from, to } = pick(random, own);
      return spec.slice(from, to);
    };
    return withTokens(random, spec, anyOwn, isName);
  },
  "other numbers": (random, spec) =>
    withTokens(
      random,
      spec,
      () => pick(random, numbers),
      (kind) => kind === "Number",
    ),
  "other values": (random, spec) =>
    withTokens(
      random,
      spec,
      () => expression(random, 2),
      (kind) => ["Number", "String", "Name"].includes(kind),
    ),
  "cut off": (random, spec) => spec.slice(0, below(random, spec.length)),
  "brackets opened and never closed": (random, spec) => {
    const open = pick(random, ["(", "[", "{", '"', "({[", "if ", "match x {", "f(x: "]);
    const at = below(random, spec.length);
    return spec.slice(0, at) + open.repeat(1 + below(random, 3)) + spec.slice(at);
  },
  "closing brackets left out": (random, spec) =>
    withTokens(
      random,
      spec,
      () => "",
      (kind) => kind.startsWith("Right"),
    ),
  "everything on one line": (random, spec) => spec.replaceAll(/#[^\n]*/g, "").replaceAll("\n", pick(random, [" ", ""])),
  "what people type": (random, spec) =>
    times(1 + below(random, 4), () => 0).reduce((text) => randomEdit(text, random), spec),
};
