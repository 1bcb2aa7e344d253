import { namedTypes } from "../../check/parameters.ts";
import type { TypeNode } from "../../syntax/ast.ts";
import type { Entity } from "./entities.ts";
import { entityOf, type Program } from "./program.ts";

/** A label that a parameter's type lists, at the place where it does. */
export function labelEntity(program: Program, parameter: Entity | undefined, name: string): Entity | undefined {
  const node = parameter?.type === undefined ? undefined : labelNode(parameter.type, name);
  if (parameter === undefined || node?.kind !== "named") return undefined;
  return entityOf(program, node, "label", node.name, node.span, parameter.scope, { owner: parameter });
}

function labelNode(type: TypeNode, name: string): TypeNode | undefined {
  switch (type.kind) {
    case "named":
      return type.name.text === name && !Object.hasOwn(namedTypes, name) ? type : undefined;
    case "list":
      return labelNode(type.item, name);
    case "map":
      return labelNode(type.key, name) ?? labelNode(type.value, name);
    case "alternatives":
      return type.options.map((option) => labelNode(option, name)).find((found) => found !== undefined);
    case "optional":
      return labelNode(type.type, name);
    case "missing":
      return undefined;
  }
}

/** Every label that a parameter's type lists, in order. */
export function labelNames(type: TypeNode): readonly string[] {
  switch (type.kind) {
    case "named":
      return Object.hasOwn(namedTypes, type.name.text) || type.name.text === "" ? [] : [type.name.text];
    case "list":
      return labelNames(type.item);
    case "map":
      return [...labelNames(type.key), ...labelNames(type.value)];
    case "alternatives":
      return type.options.flatMap(labelNames);
    case "optional":
      return labelNames(type.type);
    case "missing":
      return [];
  }
}
