import type { Expr } from "../../syntax/ast.ts";
import { type Entity, localEntity, type Scope } from "./entities.ts";
import { definitionsOf, moduleScope } from "./members.ts";
import { fileEntity, isBodied, type Program, suffixScope } from "./program.ts";
import { modelsOf, type Target, targetsOf, taskNamed } from "./targets.ts";
import { functionUses } from "./vocabulary.ts";

/** One step of a parameter's path as the text names it: `face`, `blocks`, `fusion`, `weight`. */
export interface Layer {
  readonly name: string;
  /** What is called so; undefined of a function of the library or of a weight. */
  readonly entity: Entity | undefined;
  readonly inside: () => readonly Layer[];
}

/** Weights by the function that has them. */
const weightsOf: Readonly<Record<string, readonly string[]>> = {
  linear: ["weight", "bias"],
  conv: ["weight", "bias"],
  conv_time: ["weight", "bias"],
  lstm: ["weight_ih", "weight_hh", "bias_ih", "bias_hh"],
  gru: ["weight_ih", "weight_hh", "bias_ih", "bias_hh"],
  layer_norm: ["weight", "bias"],
  batch_norm: ["weight", "bias"],
  prelu: ["weight"],
};

/** First steps of the paths of a stage's parameters: encoders, what its model defines, heads by task (language rule 15). */
export function stageLayers(program: Program, stage: Entity, scope: Scope): readonly Layer[] {
  const encoders = [...stage.file.own.values(), ...stage.file.used.values()].flatMap(({ declaration }) =>
    declaration.kind === "encoder" ? (fileEntity(program, stage.file, declaration.name.text) ?? []) : [],
  );
  return [
    ...encoders.map((encoder) => encoderLayer(program, encoder)),
    ...modelsOf(program, stage).flatMap((model) => [
      ...definitionsOf(program, model).map((each) => definitionLayer(program, each)),
      ...headLayers(program, model, scope),
    ]),
  ];
}

export function encoderLayer(program: Program, encoder: Entity): Layer {
  const { name, value, scope } = encoder;
  return { name, entity: encoder, inside: () => (value === undefined ? [] : insideOf(program, value, scope)) };
}

export function definitionLayer(program: Program, definition: Entity): Layer {
  const { name, value, scope } = definition;
  return { name, entity: definition, inside: () => (value === undefined ? [] : insideOf(program, value, scope)) };
}

function headLayers(program: Program, model: Entity, scope: Scope): readonly Layer[] {
  if (!isBodied(model.declaration)) return [];
  const own = moduleScope(program, model);
  return model.declaration.body.statements.flatMap((statement): readonly Layer[] => {
    if (statement.kind !== "head" || statement.task.kind !== "name") return [];
    const { name } = statement.task;
    const inside = suffixScope(program, statement.suffixes, own);
    const entity = taskNamed(program, name, scope) ?? taskNamed(program, name, inside);
    return [{ name, entity, inside: () => insideOf(program, statement.value, inside) }];
  });
}

/** Each worked out once. */
function once(program: Program, of: object, make: () => readonly Layer[]): readonly Layer[] {
  const known = program.layers.get(of);
  if (known !== undefined) return known;
  // What is inside itself is asked for on the way, and has nothing there.
  program.layers.set(of, []);
  const made = make();
  program.layers.set(of, made);
  return made;
}

/** A module's layers: what its body names, and the callees of what it returns. */
function moduleLayers(program: Program, module: Entity): readonly Layer[] {
  return once(program, module, () => layersIn(program, module));
}

function layersIn(program: Program, module: Entity): readonly Layer[] {
  if (!isBodied(module.declaration)) return [];
  const scope = moduleScope(program, module);
  return [
    ...definitionsOf(program, module).map((each) => definitionLayer(program, each)),
    ...module.declaration.body.statements.flatMap((each) =>
      each.kind === "return" ? calledIn(program, each.value, scope) : [],
    ),
  ];
}

/** What is under a definition: the layers of the module that it names, or those that are made in it, by callee. */
function insideOf(program: Program, value: Expr, scope: Scope): readonly Layer[] {
  return once(program, value, () => layersUnder(program, value, scope));
}

function layersUnder(program: Program, value: Expr, scope: Scope): readonly Layer[] {
  const named = isRecipe(value) ? targetsOf(program, value, scope).flatMap((target) => layersOf(program, target)) : [];
  return [...named, ...calledIn(program, value, scope)];
}

/** Whether an expression is modules and not what one gives. */
function isRecipe(expr: Expr): boolean {
  return expr.kind !== "send" && expr.kind !== "binary" && expr.kind !== "tuple";
}

function layersOf(program: Program, target: Target): readonly Layer[] {
  if (target.kind === "function") return weightLayers(target.name);
  if (target.kind !== "declaration") return [];
  const { entity } = target;
  if (entity.kind === "module") return moduleLayers(program, entity);
  return entity.kind === "encoder" ? encoderLayer(program, entity).inside() : [];
}

function weightLayers(name: string): readonly Layer[] {
  const own = Object.hasOwn(weightsOf, name) ? (weightsOf[name] ?? []) : [];
  return [...own, ...(name === "linear" ? ["lora"] : [])].map((each) => ({
    name: each,
    entity: undefined,
    inside: () => [],
  }));
}

/** Layers without a name in an expression, by what is called. */
function calledIn(program: Program, expr: Expr, scope: Scope): readonly Layer[] {
  const inside = (inner: Expr, at: Scope = scope) => calledIn(program, inner, at);
  const called = (callee: Expr): readonly Layer[] => {
    if (callee.kind !== "name") return [];
    const { name } = callee;
    // A layer with a name has its path by that.
    if (localEntity(scope, name) !== undefined) return [];
    return targetsOf(program, callee, scope).flatMap((target): readonly Layer[] => {
      const isModule = target.kind === "declaration" && target.entity.kind === "module";
      if (
        !isModule &&
        !(target.kind === "function" && functionUses(target.name).some(({ inputs }) => inputs !== undefined))
      )
        return [];
      const entity = isModule ? target.entity : undefined;
      return [{ name, entity, inside: () => layersOf(program, target) }];
    });
  };
  switch (expr.kind) {
    case "send":
      return [
        ...inside(expr.value),
        ...(expr.to.kind === "call"
          ? [...called(expr.to.callee), ...expr.to.args.flatMap(({ value }) => inside(value))]
          : called(expr.to)),
      ];
    case "call":
      return [
        ...called(expr.callee),
        ...expr.args.flatMap(({ value, suffixes }) => inside(value, suffixScope(program, suffixes, scope))),
      ];
    case "list":
      return expr.items.flatMap((item) =>
        item.kind === "item" ? inside(item.value, suffixScope(program, item.suffixes, scope)) : [],
      );
    case "tuple":
      return expr.items.flatMap((item) => inside(item));
    case "map":
      return expr.entries.flatMap(({ value, suffixes }) => inside(value, suffixScope(program, suffixes, scope)));
    case "binary":
      return [...inside(expr.left), ...inside(expr.right)];
    case "unary":
      return inside(expr.operand);
    case "index":
    case "member":
    case "with":
      return inside(expr.target);
    case "choice":
      return [...inside(expr.consequent), ...inside(expr.otherwise)];
    case "match":
      return expr.arms.flatMap(({ value }) => inside(value));
    default:
      return [];
  }
}

/** How deep modules may nest. */
const depthLimit = 12;

/** Every layer below some, itself among them: what stands behind `**`. */
export function allBelow(layers: readonly Layer[]): readonly Layer[] {
  const found: Layer[] = [];
  const seen = new Set<Entity>();
  const visit = (level: readonly Layer[], depth: number) => {
    if (depth > depthLimit) return;
    for (const layer of level) {
      found.push(layer);
      if (layer.entity !== undefined && seen.has(layer.entity)) continue;
      if (layer.entity !== undefined) seen.add(layer.entity);
      visit(layer.inside(), depth + 1);
    }
  };
  visit(layers, 0);
  return found;
}
