import { plainFormats } from "../check/formats.ts";
import { own } from "../check/own.ts";
import type { Family } from "../check/things.ts";
import { durations, spans, type Type } from "../check/type.ts";
import { losses } from "../library/losses/index.ts";
import type { TaskMeaning } from "../library/task.ts";
import { distinct, kindOf, localNames, taskNames } from "./complete-keys.ts";
import { headTasks } from "./complete-members.ts";
import { type Completion, completion } from "./completion.ts";
import { describeFunction, describeMeant, labelDoc, printParam } from "./describe.ts";
import { type Entity, localEntity } from "./names/entities.ts";
import { parametersOf } from "./names/flows.ts";
import { labelNames } from "./names/labels.ts";
import { viewsOf } from "./names/members.ts";
import { fileEntity, isBodied } from "./names/program.ts";
import { declarationsAmong, isTask, mentions, modelsOf, ofEntity, taskNamed } from "./names/targets.ts";
import { functionNames, functionUses } from "./names/vocabulary.ts";
import { taskKinds } from "./tasks.ts";
import { type At, calleeAt, mapAt, pathBefore, wantedAt } from "./wanted.ts";

/** Named arguments of the call at hand that are not given yet. */
export function argumentCompletions(at: At): readonly Completion[] {
  const { edited, context } = at;
  const frame = context.frames.at(-1);
  if (frame?.bracket !== "(" || frame.key !== undefined) return [];
  const given = new Set(
    edited.tokens
      .slice(frame.at)
      .filter((token) => token.name === "Key")
      .map(({ text }) => text),
  );
  const items = calleeAt(at, frame).flatMap((target): readonly Completion[] => {
    if (target.kind === "declaration")
      return parametersOf(edited.program, target.entity).map((entity) => {
        const [description = { code: "", text: "" }] = describeMeant({ kind: "entities", entities: [entity] });
        return completion(entity.name, "argument", description, { insert: `${entity.name}: `, rank: 3 });
      });
    if (target.kind !== "function") return [];
    return functionUses(target.name).flatMap(({ params }) =>
      Object.entries(params).map(([name, param]) =>
        completion(
          name,
          "argument",
          { code: printParam(name, param), text: `Of \`${target.name}\`.` },
          { insert: `${name}: `, rank: 3 },
        ),
      ),
    );
  });
  return distinct(items.filter(({ label }) => !given.has(label)));
}

/** Everything that can begin a value here; what fits the type that is wanted comes first. */
export function valueCompletions(at: At): readonly Completion[] {
  const { edited, context, scope } = at;
  const want = wantedAt(at, context.frames.length - 1);
  const type = want?.type;
  const subjects = lossSubjects(at);
  if (subjects !== undefined) return subjects;
  const labels = [
    ...(want?.owner?.type === undefined ? [] : labelNames(want.owner.type)),
    ...(type === undefined ? [] : labelsIn(type)),
  ].map((name) => completion(name, "label", { code: name, text: labelDoc(name) }, { rank: 0 }));
  if (type !== undefined && onlyLabels(type)) return distinct(labels);
  if (type?.kind === "axis") return distinct([...labels, ...axisNames(at)]);
  const named = localNames(scope);
  const isTensorPlace = type === undefined || takesTensor(type);
  const locals = named
    .filter(({ kind }) => isTensorPlace || (kind !== "input" && kind !== "definition"))
    .map((entity) => entityValue(at, entity, type, 3));
  const file = [...scope.file.own.keys(), ...scope.file.used.keys(), ...scope.file.aliases.keys()].flatMap((name) => {
    const entity = fileEntity(edited.program, scope.file, name);
    return entity === undefined ? [] : [entityValue(at, entity, type, 5)];
  });
  const isOpen = type === undefined || openKinds.some((kind) => mentions(type, kind));
  const could = ({ rank, kind }: Completion) => isOpen || rank < 3 || kind === "value" || kind === "variable";
  return distinct([...labels, ...literals(type), ...[...locals, ...file].filter(could), ...functions(at, type)]);
}

/** Types of which any number or tensor may be. */
const openKinds = ["any", "int", "float", "tensor", "map", "layer", "module"] as const;

function takesTensor(type: Type): boolean {
  return (
    openKinds.some((kind) => mentions(type, kind)) || familiesOf(type).has("loss") || familiesOf(type).has("schedule")
  );
}

function literals(type: Type | undefined): readonly Completion[] {
  const items: Completion[] = [];
  if (type === undefined || mentions(type, "bool"))
    items.push(
      ...["true", "false"].map((word) => completion(word, "keyword", {}, { rank: type === undefined ? 8 : 0 })),
    );
  if (type !== undefined && mentions(type, "none")) items.push(completion("none", "keyword", {}, { rank: 1 }));
  if (type !== undefined && mentions(type, "duration")) items.push(...durations.map((unit) => quantity("30", unit)));
  if (type !== undefined && mentions(type, "span")) items.push(...spans.map((unit) => quantity("5", unit)));
  items.push(
    completion(
      "if",
      "keyword",
      { text: "if c then a else b" },
      { insert: "if $1 then $2 else $0", snippet: true, rank: 8 },
    ),
    completion(
      "match",
      "keyword",
      { text: "match x { a: .., else: .. }" },
      { insert: "match $1 { $0 }", snippet: true, rank: 8 },
    ),
  );
  return items;
}

function quantity(count: string, unit: string): Completion {
  return completion(
    `${count} ${unit}`,
    "unit",
    { text: `A number of ${unit}.` },
    { insert: `\${1:${count}} ${unit}`, snippet: true, rank: 1 },
  );
}

export function unitCompletions(at: At): readonly Completion[] {
  const type = wantedAt(at, at.context.frames.length - 1)?.type;
  const isSpan = type !== undefined && mentions(type, "span");
  const isDuration = type !== undefined && mentions(type, "duration");
  const known = isSpan || isDuration;
  const units = [...(isSpan ? [] : durations), ...(isDuration ? [] : spans)];
  return units.map((unit) =>
    completion(
      unit,
      "unit",
      { text: unit === "seconds" ? "Seconds; the data must say `fps`." : "" },
      { rank: known ? 0 : 3 },
    ),
  );
}

/** Words that a type lists, and those of families. */
function labelsIn(type: Type): readonly string[] {
  switch (type.kind) {
    case "labels":
      return type.names;
    case "options":
      return type.options.flatMap(labelsIn);
    case "list":
      return labelsIn(type.item);
    case "call":
      if (type.family === "format") return Object.keys(plainFormats);
      if (type.family === "keep") return ["last"];
      return type.family === "class weights" ? ["balanced"] : [];
    default:
      return [];
  }
}

function onlyLabels(type: Type): boolean {
  return type.kind === "labels";
}

function axisNames({ scope }: At): readonly Completion[] {
  const names = new Set<string>();
  for (let at: At["scope"] | undefined = scope; at !== undefined; at = at.around)
    for (const name of at.axes?.keys() ?? []) names.add(name);
  return [...names, "time"].map((name) => completion(name, "variable", { text: "An axis." }, { rank: 1 }));
}

function entityValue(at: At, entity: Entity, type: Type | undefined, rank: number): Completion {
  const [description = { code: "", text: "" }] = describeMeant({ kind: "entities", entities: [entity] });
  const parameters = parametersOf(at.edited.program, entity);
  const isCalled = ["stage", "data", "model", "module", "assembly", "loss"].includes(entity.kind);
  const needed = parameters.some(({ value }) => value === undefined);
  const call = isCalled && (needed || entity.kind === "model" || entity.kind === "loss");
  return completion(entity.name, kindOf(entity), description, {
    insert: call ? `${entity.name}($0)` : entity.name,
    snippet: call,
    rank: type !== undefined && fits(at, entity, type) ? 1 : rank,
  });
}

/** Whether something of the text is likely to be what is wanted. */
function fits(at: At, entity: Entity, type: Type): boolean {
  const { program } = at.edited;
  switch (type.kind) {
    case "task":
      return isTask(program, entity);
    case "stage":
    case "stream":
      return declarationsAmong(ofEntity(program, entity), "stage").length > 0;
    case "data":
    case "part":
      return declarationsAmong(ofEntity(program, entity), "data").length > 0;
    case "model":
      return entity.kind === "model";
    case "module":
      return entity.kind === "module";
    case "layer":
      return entity.kind === "encoder" || entity.kind === "definition";
    case "tensor":
      return entity.kind === "input" || entity.kind === "definition";
    case "call":
      return ofEntity(program, entity).some(
        (target) =>
          target.kind === "function" && functionUses(target.name).some(({ family }) => family === type.family),
      );
    case "list":
      return fits(at, entity, type.item);
    case "options":
      return type.options.some((option) => fits(at, entity, option));
    default:
      return false;
  }
}

function functions(at: At, type: Type | undefined): readonly Completion[] {
  const inBody = isBodied(at.entity?.declaration) || insideLoss(at);
  const families = type === undefined ? undefined : familiesOf(type);
  const sent = at.edited.tokens[at.context.before]?.text === "->";
  const kinds = families?.has("loss") === true ? termKinds(at) : undefined;
  return functionNames.flatMap((name) => {
    const items = functionUses(name).flatMap((use): readonly Completion[] => {
      const isTensor = use.inputs !== undefined;
      if (isTensor && !inBody) return [];
      if (use.family === "loss" && kinds !== undefined && kinds.size > 0 && !admitted(name, kinds)) return [];
      const wanted = families !== undefined && use.family !== undefined && families.has(use.family);
      // What gives another kind of value cannot stand here.
      if (families !== undefined && families.size > 0 && use.family !== undefined && !wanted) return [];
      const rank = wanted ? 0 : isTensor && (sent || type?.kind === "tensor") ? 2 : 6;
      const needs = Object.values(use.params).some(({ optional }) => !optional);
      const bare = isTensor && sent && !needs;
      return [
        completion(name, "function", describeFunction(name, use), {
          insert: bare ? name : `${name}(${lossArgument(at, use.family)}$0)`,
          snippet: !bare,
          rank,
        }),
      ];
    });
    return items.slice(0, 1);
  });
}

function insideLoss({ edited, context, entity }: At): boolean {
  const frame = context.frames.find(({ bracket }) => bracket === "{");
  return entity?.kind === "stage" && frame?.key !== undefined && edited.tokens[frame.key]?.text === "loss";
}

function familiesOf(type: Type): ReadonlySet<Family> {
  const found = new Set<Family>();
  const visit = (each: Type) => {
    if (each.kind === "call") found.add(each.family);
    if (each.kind === "options") each.options.forEach(visit);
    // A rate can be a schedule, but also any number.
  };
  visit(type);
  return found;
}

/** The task that the term at hand is called by. */
function termTask(at: At): Entity | undefined {
  const { edited, context, scope } = at;
  const index = context.frames.findLastIndex(({ bracket, key }) => bracket === "{" && key !== undefined);
  const frame = context.frames[index];
  if (frame === undefined) return undefined;
  const map = mapAt(at, index);
  const isTerms = (map.kind === "place" && map.place.kind === "terms") || map.kind === "plain";
  const [name = ""] = pathBefore(edited.tokens, frame);
  return isTerms ? taskNamed(edited.program, name, scope) : undefined;
}

function termKinds(at: At): ReadonlySet<TaskMeaning["kind"]> | undefined {
  const task = termTask(at);
  return task === undefined ? undefined : taskKinds(at.edited.program, task);
}

function admitted(loss: string, kinds: ReadonlySet<TaskMeaning["kind"]>): boolean {
  const takes = own(losses, loss)?.takes ?? [];
  return takes.some((kind) => kinds.has(kind));
}

function lossArgument(at: At, family: Family | undefined): string {
  return family === "loss" ? (termTask(at)?.name ?? "") : "";
}

/** Behind `bce(`: the tasks that the loss is for, of the stage's model if that names its heads; with views, the views. */
function lossSubjects(at: At): readonly Completion[] | undefined {
  const { edited, context, scope, entity } = at;
  const frame = context.frames.at(-1);
  if (frame?.bracket !== "(" || frame.commas > 0 || frame.key !== undefined || context.before !== frame.at)
    return undefined;
  const name = edited.tokens[frame.at - 1]?.text ?? "";
  const rule = own(losses, name);
  if (rule === undefined || localEntity(scope, name) !== undefined) return undefined;
  const views = entity === undefined ? [] : viewsOf(edited.program, entity);
  if (views.length > 0) return views.map((view) => named(view, `${view.name}.`));
  const heads =
    entity?.kind === "stage"
      ? modelsOf(edited.program, entity).flatMap((model) => headTasks(edited.program, model))
      : [];
  const tasks = heads.length > 0 ? [...taskNames(at).filter((task) => task.kind !== "task"), ...heads] : taskNames(at);
  return distinct(
    tasks
      .filter((task) => {
        const kinds = taskKinds(edited.program, task);
        return kinds.size === 0 || rule.takes.some((kind) => kinds.has(kind));
      })
      .map((task) => named(task, task.name)),
  );
}

function named(entity: Entity, insert: string): Completion {
  const [description = { code: "", text: "" }] = describeMeant({ kind: "entities", entities: [entity] });
  return completion(entity.name, kindOf(entity), description, { insert, rank: 0 });
}
