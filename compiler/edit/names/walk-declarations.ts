import {
  dataKeys,
  encoderKeys,
  exportKeys,
  headKeys,
  type StageKey,
  stageKeys,
  submitKeys,
  sweepKeys,
  taskKeys,
} from "../../check/keys.ts";
import { typeOf } from "../../check/parameters.ts";
import type {
  Declaration,
  EncoderNode,
  Entry,
  Expr,
  Parameter,
  StageNode,
  Statement,
  SweepNode,
} from "../../syntax/ast.ts";
import { behind } from "./behind.ts";
import type { Entity, Scope } from "./entities.ts";
import { parametersOf } from "./flows.ts";
import { encoderLayer, stageLayers } from "./layers.ts";
import { definitionsOf, moduleScope, viewsOf } from "./members.ts";
import { type PathPlace, stepsOf } from "./paths.ts";
import {
  blockEntries,
  declared,
  definitionEntity,
  entityOf,
  entryEntity,
  fileScope,
  innerScope,
  inputEntity,
  parameterEntity,
  scopeOf,
  suffixScope,
} from "./program.ts";
import { targetsOf, taskNamed } from "./targets.ts";
import { anything, type Walker, wanting } from "./walk.ts";
import { entityMeant, walkExpr, walkShape, walkSuffixes, walkType } from "./walk-expressions.ts";
import { plainChanges, walkEntry, walkMap, walkPath } from "./walk-maps.ts";

export function walkDeclaration(w: Walker, node: Declaration): void {
  const { program, file } = w;
  const plain = fileScope(file);
  switch (node.kind) {
    case "use":
      if (node.alias !== undefined) w.define(entityOf(program, node, "alias", node.alias, node.span, plain));
      return;
    case "export":
    case "submit":
      walkExpr(w, node.value, plain, anything);
      if (node.body !== undefined) {
        const [where, keys] = node.kind === "export" ? ["an export", exportKeys] : ["a submission", submitKeys];
        walkMap(w, node.body, plain, { kind: "block", where, keys });
      }
      return;
    case "profile":
      w.define(declared(program, node, file));
      walkMap(w, node.body, plain, { kind: "place", place: () => ({ kind: "profile", file }) });
      return;
    default:
  }
  w.define(declared(program, node, file));
  const scope = scopeOf(program, node, file);
  w.region(node.span, scope);
  if ("parameters" in node) for (const parameter of node.parameters) walkParameter(w, parameter, scope);
  switch (node.kind) {
    case "binding":
      walkExpr(w, node.value, scope, anything);
      break;
    case "task":
      walkExpr(w, node.value, scope, wanting({ kind: "call", family: "meaning" }));
      if (node.body !== undefined) walkMap(w, node.body, scope, { kind: "block", where: "a task", keys: taskKeys });
      break;
    case "encoder":
      walkExpr(w, node.value, scope, anything);
      if (node.body !== undefined)
        walkMap(w, node.body, scope, { kind: "block", where: "an encoder", keys: encoderKeys });
      for (const { value } of node.body?.entries ?? []) walkWeightNames(w, node, value, scope);
      break;
    case "data":
      for (const entry of node.body.entries) walkDataEntry(w, entry, scope);
      break;
    case "module":
    case "loss":
    case "model":
      for (const input of node.inputs) {
        w.define(inputEntity(program, input, scope));
        walkShape(w, input.shape, scope);
      }
      if ("result" in node) walkShape(w, node.result, scope);
      for (const statement of node.body.statements) walkStatement(w, statement, scope);
      break;
    case "stage":
      walkStage(w, node, scope);
      break;
    case "sweep":
      walkExpr(w, node.value, scope, anything);
      walkSweep(w, node, scope);
      break;
    case "assembly":
      walkExpr(w, node.data, scope, anything);
      for (const entry of node.body.entries)
        walkTaskEntry(w, entry, scope, (inside) => walkExpr(w, entry.value, inside, wanting({ kind: "stream" })));
      break;
  }
}

/** `load(.., fresh: ["norm"], resize: ["trunk.place"])`: paths of the encoder's own weights, in strings. */
function walkWeightNames(w: Walker, node: EncoderNode, value: Expr, scope: Scope): void {
  if (value.kind !== "call" || value.callee.kind !== "name" || value.callee.name !== "load") return;
  const encoder = declared(w.program, node, w.file);
  const place = (): PathPlace => ({
    kind: "layers",
    layers: encoderLayer(w.program, encoder).inside(),
    anywhere: false,
  });
  for (const { name, value: given } of value.args) {
    if (name?.text !== "fresh" && name?.text !== "resize" && name?.text !== "into") continue;
    const items =
      given.kind === "list" ? given.items.flatMap((item) => (item.kind === "item" ? [item.value] : [])) : [given];
    for (const item of items) {
      if (item.kind !== "string") continue;
      const words = [...item.value.matchAll(/\w+|\*\*/g)].filter(
        ({ index }) => !/\[[^\]]*$/.test(item.value.slice(0, index)),
      );
      const steps = () =>
        stepsOf(
          w.program,
          place(),
          words.map(([word]) => word),
          scope,
        ).steps;
      words.forEach(({ 0: word, index }, i) => {
        const start = item.span.start + 1 + index;
        // Escapes would shift what stands behind them.
        if (item.span.source.text.slice(start, start + word.length) === word)
          w.refer({ source: item.span.source, start, end: start + word.length }, () => steps()[i]);
      });
    }
  }
}

function walkParameter(w: Walker, parameter: Parameter, scope: Scope): void {
  const entity = parameterEntity(w.program, parameter, scope);
  w.define(entity);
  walkType(w, parameter.type, entity);
  if (parameter.fallback !== undefined)
    walkExpr(w, parameter.fallback, scope, () => ({ type: typeOf(parameter.type), owner: entity }));
}

function walkStatement(w: Walker, statement: Statement, scope: Scope): void {
  if (statement.kind === "return") {
    walkExpr(w, statement.value, scope, anything);
    return;
  }
  const inside = suffixScope(w.program, statement.suffixes, scope);
  walkSuffixes(w, statement.suffixes, scope);
  if (statement.suffixes.length > 0) w.region(statement.span, inside);
  if (statement.kind === "head") {
    walkExpr(w, statement.task, inside, wanting({ kind: "task" }));
    if (statement.body !== undefined)
      walkMap(w, statement.body, inside, { kind: "block", where: "a head", keys: headKeys });
  } else {
    w.define(definitionEntity(w.program, statement, scope));
    walkShape(w, statement.shape, scope);
  }
  walkExpr(w, statement.value, inside, anything);
}

/** An entry whose key is a task. */
function walkTaskEntry(w: Walker, entry: Entry, scope: Scope, value: (inside: Scope) => void): void {
  const inside = suffixScope(w.program, entry.suffixes, scope);
  walkSuffixes(w, entry.suffixes, scope);
  if (entry.suffixes.length > 0) w.region(entry.span, inside);
  walkPath(w, entry.path, inside, () =>
    entityMeant(taskNamed(w.program, entry.path.segments[0]?.name.text ?? "", inside)),
  );
  value(inside);
}

function keyName(entry: Entry): string {
  return entry.path.segments.length === 1 ? (entry.path.segments[0]?.name.text ?? "") : "";
}

function walkDataEntry(w: Walker, entry: Entry, scope: Scope): void {
  const key = keyName(entry);
  if ((key !== "labels" && key !== "fields") || entry.value.kind !== "map") {
    walkEntry(w, entry, scope, { kind: "block", where: "a data block", keys: dataKeys });
    return;
  }
  walkPath(w, entry.path, scope, () => ({ kind: "key", where: "a data block", name: key, key: dataKeys[key] }));
  const type = dataKeys[key].type;
  const value = wanting(type.kind === "record" ? type.value : { kind: "any" });
  for (const each of entry.value.entries) {
    if (key === "labels") walkTaskEntry(w, each, scope, (inside) => walkExpr(w, each.value, inside, value));
    else {
      w.define(entryEntity(w.program, each, "field", scope));
      walkExpr(w, each.value, scope, value);
    }
  }
}

/** Parameters first, then for some keys the names of the stage's model, and its views (language rule 80). */
function walkStage(w: Walker, node: StageNode, scope: Scope): void {
  const { program, file } = w;
  walkExpr(w, node.model, scope, anything);
  walkExpr(w, node.data, scope, anything);
  const stage = declared(program, node, file);
  const modelScope = stageModelScope(w, node, stage, scope);
  for (const entry of node.body?.entries ?? []) {
    const key = keyName(entry);
    if (!isStageKey(key)) {
      walkEntry(w, entry, scope, { kind: "block", where: "a stage", keys: stageKeys });
      continue;
    }
    const rule = stageKeys[key];
    const at = rule.model ? modelScope : scope;
    if (rule.model) w.region(entry.span, at);
    const isMap = entry.value.kind === "map";
    if (isMap && (key === "loss" || key === "views")) {
      walkPath(w, entry.path, at, () => ({ kind: "key", where: "a stage", name: key, key: rule }));
      for (const each of blockEntries(node, key)) walkTerm(w, each, key === "loss" ? "term" : "view", at);
    } else if (isMap && (key === "params" || key === "adapt" || key === "init") && entry.value.kind === "map") {
      walkPath(w, entry.path, at, () => ({ kind: "key", where: "a stage", name: key, key: rule }));
      const place = (): PathPlace => ({ kind: "layers", layers: stageLayers(program, stage, scope), anywhere: false });
      walkMap(w, entry.value, at, { kind: "place", place });
    } else walkEntry(w, entry, at, { kind: "block", where: "a stage", keys: stageKeys });
  }
}

export function isStageKey(key: string): key is StageKey {
  return Object.hasOwn(stageKeys, key);
}

/** What stands behind a stage's parameters in keys that read its model. */
function stageModelScope(w: Walker, node: StageNode, stage: Entity, scope: Scope): Scope {
  const { program, file } = w;
  const models = behind(program, node.model, file).filter(({ kind }) => kind === "model");
  const names = models.flatMap((model) => [
    ...definitionsOf(program, model),
    ...moduleScope(program, model).names.values(),
  ]);
  const own = names.filter(({ kind }) => kind === "definition" || kind === "input");
  const outer: Scope = innerScope({ ...scope, names: new Map(), axes: undefined, around: undefined }, [
    ...viewsOf(program, stage),
    ...own,
  ]);
  return { ...scope, around: { ...outer, around: undefined } };
}

function walkTerm(w: Walker, entry: Entry, kind: "term" | "view", scope: Scope): void {
  const inside = suffixScope(w.program, entry.suffixes, scope);
  walkSuffixes(w, entry.suffixes, scope);
  if (entry.suffixes.length > 0) w.region(entry.span, inside);
  const name = entry.path.segments[0]?.name.text ?? "";
  const own = entryEntity(w.program, entry, kind, kind === "view" ? scope : inside);
  walkPath(w, entry.path, inside, () =>
    entityMeant((kind === "term" ? taskNamed(w.program, name, inside) : undefined) ?? own),
  );
  if (kind === "term") walkExpr(w, entry.value, inside, wanting({ kind: "call", family: "loss" }));
  else
    walkExpr(
      w,
      entry.value,
      inside,
      wanting(stageKeys.views.type.kind === "record" ? stageKeys.views.type.value : stageKeys.views.type),
    );
}

/** Axes are parameters, keys or paths below them; a later axis may read an earlier one; the report sees what a variant's stage has. */
function walkSweep(w: Walker, node: SweepNode, scope: Scope): void {
  const { program, file } = w;
  const targets = behind(program, node.value, file);
  const parameters = targets.flatMap((target) => parametersOf(program, target));
  for (const entry of node.body.entries) {
    const key = keyName(entry);
    if (key !== "over" || entry.value.kind !== "map") {
      const inside = innerScope(scope, parameters);
      if (key === "report") w.region(entry.span, inside);
      walkEntry(w, entry, key === "report" ? inside : scope, { kind: "block", where: "a sweep", keys: sweepKeys });
      continue;
    }
    walkPath(w, entry.path, scope, () => ({ kind: "key", where: "a sweep", name: key, key: sweepKeys.over }));
    const place = (): PathPlace => ({ kind: "targets", targets: targetsOf(program, node.value, scope) });
    let at = scope;
    for (const axis of entry.value.entries) {
      walkEntry(w, axis, at, { kind: "place", place });
      w.region(axis.span, at);
      const parameter = parameters.find(({ name }) => name === keyName(axis));
      if (parameter !== undefined) at = innerScope(at, [parameter]);
    }
    w.changes.push({ target: node.value, scope, changes: plainChanges(w, entry.value, scope) });
  }
}
