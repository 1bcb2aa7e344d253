import { type FileScope, type Named, openMain, visible } from "../../check/files.ts";
import { Reporter } from "../../check/reporter.ts";
import { newSession } from "../../check/session.ts";
import type { Source, Span } from "../../diagnostics/source.ts";
import type {
  Declaration,
  Entry,
  Expr,
  Input,
  ModelNode,
  ModuleNode,
  Name,
  Parameter,
  ProfileNode,
  ShapeNode,
  StageNode,
  Statement,
  Suffix,
  TypeNode,
} from "../../syntax/ast.ts";
import { type Parsed, parseFile } from "../../syntax/index.ts";
import { reparse } from "../../syntax/reparse.ts";
import type { Entity, Scope } from "./entities.ts";
import type { Layer } from "./layers.ts";
import type { Target } from "./targets.ts";
import type { Walk } from "./walk.ts";

type Definition = Extract<Statement, { readonly kind: "define" }>;
type Loop = Extract<Suffix, { readonly kind: "for" }>;

/**
 * A file and those it uses, as they are written: what each name in them stands for, whether a stage reaches it or not and whatever
 * mistakes there are. Everything is worked out when it is first asked for.
 */
export interface Program {
  readonly main: FileScope;
  /** The main file as it was read: the next version can be read from it. */
  readonly parsed: Parsed;
  /** By name; the main file first. */
  readonly files: ReadonlyMap<string, FileScope>;
  /** By the node that names them. */
  readonly entities: Map<object, Entity>;
  readonly scopes: Map<object, Scope>;
  readonly walks: Map<FileScope, Walk>;
  /** What expressions stand for; undefined while that is worked out. */
  readonly targets: Map<Expr, readonly Target[] | undefined>;
  /** Layers below modules and expressions. */
  readonly layers: Map<object, readonly Layer[]>;
  /** Whether expressions look like tensors. */
  readonly tensors: Map<Expr, boolean>;
  flows: ReadonlyMap<Entity, readonly { readonly expr: Expr; readonly scope: Scope }[]> | undefined;
}

/**
 * Opens a file. Where the version before is given, only what an edit concerns is read again; its tree moves to the new version and must
 * not be used any more.
 */
export function openProgram(source: Source, read: (path: string) => string | undefined, before?: Parsed): Program {
  const again = before === undefined ? undefined : reparse(before, source);
  return programOf(again?.parsed ?? parseFile(source), read);
}

export function programOf(parsed: Parsed, read: (path: string) => string | undefined): Program {
  const session = newSession(new Reporter(), read, undefined);
  const main = openMain(session, parsed);
  return {
    main,
    parsed,
    files: session.files,
    entities: new Map(),
    scopes: new Map(),
    walks: new Map(),
    targets: new Map(),
    layers: new Map(),
    tensors: new Map(),
    flows: undefined,
  };
}

interface Details {
  readonly value?: Expr | undefined;
  readonly declaration?: Named | ProfileNode;
  readonly type?: TypeNode;
  readonly shape?: ShapeNode | undefined;
  readonly input?: Input;
  readonly owner?: Entity | undefined;
}

/** The one entity of a node. */
export function entityOf(
  { entities }: Program,
  node: object,
  kind: Entity["kind"],
  name: { readonly text: string; readonly span: Span },
  whole: Span,
  scope: Scope,
  { value, declaration, type, shape, input, owner }: Details = {},
): Entity {
  const known = entities.get(node);
  if (known !== undefined) return known;
  const { file } = scope;
  const made: Entity = {
    kind,
    name: name.text,
    span: name.span,
    whole,
    file,
    scope,
    value,
    declaration,
    type,
    shape,
    input,
    owner,
  };
  entities.set(node, made);
  return made;
}

export function fileScope(file: FileScope): Scope {
  return { file, names: new Map(), around: undefined, axes: undefined, within: undefined };
}

export function declared(program: Program, declaration: Named | ProfileNode, file: FileScope): Entity {
  return entityOf(program, declaration, declaration.kind, declaration.name, declaration.span, fileScope(file), {
    value: "value" in declaration ? declaration.value : undefined,
    declaration,
  });
}

/** A declaration of the file or of those it uses. */
export function fileEntity(program: Program, file: FileScope, name: string): Entity | undefined {
  const found = visible(file, name);
  return found === undefined ? undefined : declared(program, found.declaration, found.file);
}

/** The names inside a declaration: parameters, inputs, what its body defines; of a stage, its parameters. */
export function scopeOf(program: Program, declaration: Named, file: FileScope): Scope {
  const known = program.scopes.get(declaration);
  if (known !== undefined) return known;
  const within = declared(program, declaration, file);
  const names = new Map<string, Entity>();
  const axes = new Map<string, Entity>();
  const scope: Scope = { file, names, around: undefined, axes, within };
  program.scopes.set(declaration, scope);
  const add = (entity: Entity) => {
    if (entity.name !== "" && !names.has(entity.name)) names.set(entity.name, entity);
  };
  if ("parameters" in declaration)
    for (const parameter of declaration.parameters) add(parameterEntity(program, parameter, scope));
  if ("inputs" in declaration) {
    for (const input of declaration.inputs) {
      add(inputEntity(program, input, scope));
      nameAxes(program, inputEntity(program, input, scope), axes, scope);
    }
    for (const statement of declaration.body.statements)
      if (statement.kind === "define") add(definitionEntity(program, statement, scope));
  }
  return scope;
}

/** Axes of an input's signature by their names, and sizes that it names: `[.., d: da]` (language rule 79). */
function nameAxes(program: Program, owner: Entity, axes: Map<string, Entity>, scope: Scope): void {
  const add = (node: object, name: Name, whole: Span) => {
    if (!axes.has(name.text)) axes.set(name.text, entityOf(program, node, "axis", name, whole, scope, { owner }));
  };
  for (const axis of owner.shape?.axes ?? []) {
    if (axis.kind !== "axis") continue;
    const { size, span } = axis;
    add(axis, axis.name, span);
    if (size?.kind === "name" && !scope.names.has(size.name))
      add(size, { text: size.name, span: size.span }, size.span);
  }
}

export function parameterEntity(program: Program, parameter: Parameter, scope: Scope): Entity {
  const { name, span, type, fallback } = parameter;
  return entityOf(program, parameter, "parameter", name, span, scope, { value: fallback, type, owner: scope.within });
}

export function inputEntity(program: Program, input: Input, scope: Scope): Entity {
  const { name, span, shape } = input;
  return entityOf(program, input, "input", name, span, scope, { shape, input, owner: scope.within });
}

export function definitionEntity(program: Program, statement: Definition, scope: Scope): Entity {
  const { name, span, value, shape } = statement;
  return entityOf(program, statement, "definition", name, span, scope, { value, shape, owner: scope.within });
}

/** The scope inside suffixes: each `for` adds its variable, whose list sees those before it. */
export function suffixScope(program: Program, suffixes: readonly Suffix[], scope: Scope): Scope {
  return suffixes.reduce(
    (at, suffix) => (suffix.kind === "for" ? innerScope(at, [variableEntity(program, suffix, at)]) : at),
    scope,
  );
}

export function variableEntity(program: Program, suffix: Loop, scope: Scope): Entity {
  return entityOf(program, suffix, "variable", suffix.name, suffix.span, scope, {
    value: suffix.list,
    owner: scope.within,
  });
}

export function innerScope(scope: Scope, names: Iterable<Entity>): Scope {
  const own = new Map([...names].map((entity) => [entity.name, entity]));
  return { ...scope, names: own, around: scope, axes: undefined };
}

/** Entries of a map that a stage's block has under a key. */
export function blockEntries(stage: StageNode, key: string): readonly Entry[] {
  const entry = stage.body?.entries.find(
    ({ path }) => path.segments.length === 1 && path.segments[0]?.name.text === key,
  );
  return entry?.value.kind === "map" ? entry.value.entries : [];
}

/** A term of the loss or a view, by its entry; a key with a path names none. */
export function entryEntity(
  program: Program,
  entry: Entry,
  kind: "term" | "view" | "field" | "entry",
  scope: Scope,
): Entity {
  const name = entry.path.segments[0]?.name ?? { text: "", span: entry.path.span };
  return entityOf(program, entry, kind, name, entry.span, scope, { value: entry.value, owner: scope.within });
}

/** Whether a declaration has a name that others can use; those of profiles are the command line's. */
export function isNamed(node: Declaration): node is Named {
  return "name" in node && node.kind !== "profile";
}

export function isBodied(declaration: Entity["declaration"]): declaration is ModuleNode | ModelNode {
  return declaration?.kind === "module" || declaration?.kind === "loss" || declaration?.kind === "model";
}
