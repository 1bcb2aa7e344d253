import { documentationOf } from "./comments.ts";
import { chainStart, contextAt, type Frame } from "./context.ts";
import { describeFunction, printParam, printParameter, signatureOf } from "./describe.ts";
import type { Edited } from "./edited.ts";
import { functionUses } from "./names/vocabulary.ts";
import { calleeAt, placeAt } from "./wanted.ts";

export interface Signature {
  readonly label: string;
  readonly documentation: string;
  /** Ranges of the label. */
  readonly parameters: readonly { readonly start: number; readonly end: number }[];
  /** The parameter that is being typed; undefined behind the last. */
  readonly active: number | undefined;
}

/** The call that an offset stands in: what it takes, and which of it is at hand. */
export function signaturesAt(edited: Edited, offset: number): readonly Signature[] {
  const context = contextAt(edited, offset);
  const index = context.frames.findLastIndex((frame) => isCall(edited, frame));
  const frame = context.frames[index];
  if (frame === undefined) return [];
  const at = placeAt(edited, context);
  const name = frame.key === undefined ? undefined : edited.tokens[frame.key]?.text;
  const sent = edited.tokens[chainStart(edited.tokens, frame.at - 1) - 1]?.text === "->";
  const found = calleeAt(at, frame).flatMap((target): readonly Signature[] => {
    if (target.kind === "function") {
      return functionUses(target.name).map((use) => {
        const tensors = use.inputs === undefined ? [] : use.inputs === "many" ? ["..tensors"] : use.inputs;
        const params = Object.entries(use.params).map(([each, param]) => ({
          name: each,
          text: printParam(each, param),
        }));
        const given = [...(sent ? [] : tensors.map((each) => ({ name: each, text: each }))), ...params];
        const { text } = describeFunction(target.name, use);
        return signature(target.name, given, text, frame.commas, name, use.variadic);
      });
    }
    if (target.kind !== "declaration") return [];
    const { declaration } = target.entity;
    const parameters = declaration !== undefined && "parameters" in declaration ? declaration.parameters : [];
    const given = parameters.map((parameter) => ({ name: parameter.name.text, text: printParameter(parameter) }));
    const doc = [documentationOf(target.entity) ?? "", `\`${signatureOf(target.entity)}\``].filter(
      (line) => line !== "",
    );
    return [signature(target.entity.name, given, doc.join("\n\n"), frame.commas, name, false)];
  });
  return found.filter(({ label }, i) => found.findIndex((each) => each.label === label) === i);
}

function isCall({ tokens }: Edited, frame: Frame): boolean {
  return (
    frame.bracket === "(" &&
    /^\w/.test(tokens[frame.at - 1]?.text ?? "") &&
    !/^(if|then|else|and|or|not|in)$/.test(tokens[frame.at - 1]?.text ?? "")
  );
}

function signature(
  callee: string,
  given: readonly { readonly name: string; readonly text: string }[],
  documentation: string,
  place: number,
  name: string | undefined,
  variadic: boolean,
): Signature {
  let label = `${callee}(`;
  const parameters = given.map(({ text }, i) => {
    if (i > 0) label += ", ";
    const start = label.length;
    label += text;
    return { start, end: label.length };
  });
  const at = name === undefined ? (variadic ? 0 : place) : given.findIndex((each) => each.name === name);
  return { label: `${label})`, documentation, parameters, active: at < 0 || at >= given.length ? undefined : at };
}
