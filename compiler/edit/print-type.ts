import type { Type } from "../check/type.ts";
import type { TypeNode } from "../syntax/ast.ts";

/** A type as an annotation would say it: `[task]`, `int | same`; of values of the library, their family. */
export function printType(type: Type): string {
  switch (type.kind) {
    case "any":
      return "value";
    case "call":
      return type.family;
    case "labels":
      return type.names.join(" | ");
    case "list":
      return `[${printType(type.item)}]`;
    case "record":
      return `{${type.key.kind === "axis" ? "name" : printType(type.key)}: ${printType(type.value)}}`;
    case "block":
      return `{${Object.keys(type.keys).join(", ")}}`;
    case "options":
      return type.options.map(printType).join(" | ");
    case "axis":
      return "name";
    case "part":
      return "part of data";
    default:
      return type.kind;
  }
}

/** The same of an annotation in a text. */
export function printTypeNode(node: TypeNode): string {
  const { source, start, end } = node.span;
  return source.text.slice(start, end);
}
