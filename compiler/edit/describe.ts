import { plainFormats } from "../check/formats.ts";
import { own } from "../check/own.ts";
import { namedTypes } from "../check/parameters.ts";
import type { Key, Param } from "../check/type.ts";
import { durations, spans, type Type } from "../check/type.ts";
import { losses } from "../library/losses/index.ts";
import { widthOf } from "../library/task.ts";
import type { Parameter, ShapeNode } from "../syntax/ast.ts";
import { documentationOf } from "./comments.ts";
import type { Entity, Meant } from "./names/entities.ts";
import { headMembers, partDocs } from "./names/members.ts";
import { mentions } from "./names/targets.ts";
import { type FunctionUse, functionUses } from "./names/vocabulary.ts";
import { printType, printTypeNode } from "./print-type.ts";
import { taskMeaning } from "./tasks.ts";

/** A text of the language, and what is to be said of it. */
export interface Description {
  readonly code: string;
  readonly text: string;
}

export function describeMeant(meant: Meant): readonly Description[] {
  switch (meant.kind) {
    case "entities":
      return meant.entities.map(describeEntity);
    case "function":
      return functionUses(meant.name).map((use) => describeFunction(meant.name, use));
    case "argument":
      return [
        {
          code: printParam(meant.name, meant.param),
          text: [`Of \`${meant.callee}\`. ${functionUses(meant.callee)[0]?.doc ?? ""}`, unitsOf(meant.param.type)]
            .filter((line) => line !== "")
            .join("\n\n"),
        },
      ];
    case "key":
      return [describeKey(meant.name, meant.key, meant.where)];
    case "type":
      return [{ code: meant.name, text: namedTypes[meant.name]?.doc ?? "" }];
    case "label":
      return [{ code: meant.name, text: labelDoc(meant.name) }];
    case "axis":
      return [{ code: meant.name, text: meant.name === "time" ? "The axis of frames in a clip." : "An axis." }];
    case "member":
      return [{ code: meant.name, text: memberDoc(meant.name, meant.of) }];
  }
}

/** What a label of the library stands for. */
export function labelDoc(name: string): string {
  if (Object.hasOwn(plainFormats, name)) return `A format: ${plainFormats[name]}.`;
  return own(labelDocs, name) ?? "";
}

const labelDocs: Readonly<Record<string, string>> = {
  frozen: "No gradient, no update of statistics, evaluation mode.",
  trained: "Trained, whatever a pattern before says.",
  last: "The weights of the last pass.",
  balanced: "Weights counted over the valid training rows, so that all labels count alike.",
};

export function memberDoc(name: string, of: string): string {
  switch (of) {
    case "task":
      return Object.entries(headMembers).find(([each]) => each === name)?.[1] ?? "";
    case "data":
      return Object.entries(partDocs).find(([each]) => each === name)?.[1] ?? "";
    case "field":
      return "1 where a frame has the field, else 0: of fields with `missing: mask`.";
    case "top_k":
      return name === "indices" ? "Where the greatest stand." : "The greatest, greatest first.";
    case "profile":
      return `Every ${name} of the spec.`;
    default:
      return "A weight.";
  }
}

export function describeKey(name: string, { type, doc, usual }: Key, where: string): Description {
  const unit = unitsOf(type);
  const lines = [doc, usual === undefined ? "" : `Default: ${usual}.`, unit, `A key of ${where}.`];
  return { code: `${name}: ${printType(type)}`, text: lines.filter((line) => line !== "").join("\n\n") };
}

/** In what a quantity of a type is counted. */
function unitsOf(type: Type): string {
  if (mentions(type, "duration")) return `Unit: ${durations.join(", ")}.`;
  return mentions(type, "span") ? `Unit: ${spans.join(", ")}.` : "";
}

export function describeFunction(name: string, use: FunctionUse): Description {
  const extra = use.family === "loss" ? admits(name) : "";
  return { code: printFunction(name, use), text: [use.doc, extra].filter((line) => line !== "").join("\n\n") };
}

function admits(name: string): string {
  const rule = losses[name];
  return rule === undefined ? "" : `For tasks of ${rule.takes.join(" or ")}.`;
}

export function printFunction(name: string, { params, inputs, family, variadic }: FunctionUse): string {
  const tensors = inputs === undefined ? [] : inputs === "many" ? ["..tensors"] : inputs;
  const given = Object.entries(params).map(([each, param]) => `${variadic ? ".." : ""}${printParam(each, param)}`);
  const result = family === undefined ? (inputs === undefined ? "number" : "tensor") : family;
  return `${name}(${[...tensors, ...given].join(", ")}) -> ${result}`;
}

export function printParam(name: string, { type, optional, usual }: Param): string {
  const rest = usual !== undefined && isShort(usual) ? ` = ${usual}` : optional ? "?" : "";
  return rest === "?" ? `${name}?: ${printType(type)}` : `${name}: ${printType(type)}${rest}`;
}

/** Whether a default can be said in place. */
function isShort(usual: string): boolean {
  return !usual.includes(" ") || usual.startsWith("[");
}

function describeEntity(entity: Entity): Description {
  const text = [documentationOf(entity) ?? "", moreOf(entity)].filter((line) => line !== "").join("\n\n");
  return { code: signatureOf(entity), text };
}

/** How a text would declare it, in one line. */
export function signatureOf(entity: Entity): string {
  const { name, declaration } = entity;
  const parameters = declaration !== undefined && "parameters" in declaration ? declaration.parameters : undefined;
  const list =
    parameters === undefined || parameters.length === 0 ? "" : `(${parameters.map(printParameter).join(", ")})`;
  switch (entity.kind) {
    case "module":
    case "loss":
    case "model": {
      if (declaration === undefined || !("inputs" in declaration)) return name;
      const inputs = declaration.inputs.map((input) => textOf(input.span)).join(", ");
      const result =
        "result" in declaration && declaration.result !== undefined ? ` -> ${shapeText(declaration.result)}` : "";
      return `${entity.kind} ${name}${list === "" ? "()" : list} (${inputs})${result}`;
    }
    case "stage":
      return declaration?.kind === "stage"
        ? `stage ${name}${list} = ${declaration.verb} ${textOf(declaration.model.span)} on ${textOf(declaration.data.span)}`
        : name;
    case "assembly":
      return `assemble ${name}${list}`;
    case "data":
    case "task":
    case "encoder":
    case "sweep": {
      const value = entity.value === undefined ? "" : ` = ${short(textOf(entity.value.span))}`;
      return `${entity.kind} ${name}${list}${value}`;
    }
    case "parameter":
      return entity.type === undefined ? name : `${name}: ${printTypeNode(entity.type)}${valueText(entity)}`;
    case "input":
      return entity.input === undefined ? name : textOf(entity.input.span);
    case "variable":
      return `${name} in ${entity.value === undefined ? ".." : short(textOf(entity.value.span))}`;
    case "binding":
    case "definition":
    case "term":
    case "view":
    case "field":
    case "entry":
      return short(textOf(entity.whole));
    case "profile":
      return `profile ${name}`;
    default:
      return name;
  }
}

function valueText({ value }: Entity): string {
  return value === undefined ? "" : ` = ${short(textOf(value.span))}`;
}

export function printParameter({ span }: Parameter): string {
  return short(textOf(span));
}

function shapeText({ span }: ShapeNode): string {
  return textOf(span);
}

function textOf({
  source,
  start,
  end,
}: {
  readonly source: { readonly text: string };
  readonly start: number;
  readonly end: number;
}): string {
  return source.text.slice(start, end);
}

const longest = 90;

/** On one line, and not too long. */
function short(text: string): string {
  const line = text.replace(/\s+/g, " ");
  return line.length > longest ? `${line.slice(0, longest - 2)}..` : line;
}

/** What else is to be known of it. */
function moreOf(entity: Entity): string {
  switch (entity.kind) {
    case "task": {
      const meaning = taskMeaning(entity);
      if (meaning === undefined) return "A task.";
      const width = widthOf(meaning);
      const admitted = Object.entries(losses).flatMap(([name, { takes }]) =>
        takes.includes(meaning.kind) ? [`\`${name}\``] : [],
      );
      return `A task of ${meaning.kind}, ${width} ${width === 1 ? "number" : "numbers"} for each frame. Losses: ${admitted.join(", ")}.`;
    }
    case "parameter":
      return `A parameter of ${entity.owner === undefined ? "this" : `\`${entity.owner.name}\``}.`;
    case "input":
      return entity.owner?.kind === "model"
        ? `A field of the data, as the model reads it.`
        : `An input of \`${entity.owner?.name ?? ""}\`.`;
    case "axis":
      return `An axis of \`${entity.owner?.name ?? ""}\`; as a number, its size.`;
    case "term":
      return "A term of the loss.";
    case "view":
      return "A pass over the rows of a batch.";
    case "field":
      return "A field of the data.";
    case "label":
      return `One of the words that \`${entity.owner?.name ?? ""}\` can be.`;
    default:
      return "";
  }
}
