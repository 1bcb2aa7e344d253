/**
 * What the text says, without what it means (language rule 85). Every node has its range; a file with mistakes still has a
 * tree of the parts that could be read. `missing` stands where the text has a hole that has been reported.
 */
import type { Source, Span } from "../diagnostics/source.ts";

export interface Name {
  readonly text: string;
  readonly span: Span;
}

export interface Comment {
  readonly text: string;
  readonly span: Span;
}

export interface FileNode {
  readonly source: Source;
  readonly declarations: readonly Declaration[];
  /** In source order; a comment that starts with `##` documents the declaration after it. */
  readonly comments: readonly Comment[];
}

export type Declaration =
  | UseNode
  | BindingNode
  | DataNode
  | TaskNode
  | EncoderNode
  | ModuleNode
  | ModelNode
  | StageNode
  | SweepNode
  | AssemblyNode
  | OutputNode
  | ProfileNode;

export interface UseNode {
  readonly kind: "use";
  readonly span: Span;
  readonly path: { readonly text: string; readonly span: Span };
  readonly alias: Name | undefined;
}

/** `name = expr` at file level. */
export interface BindingNode {
  readonly kind: "binding";
  readonly span: Span;
  readonly name: Name;
  readonly value: Expr;
}

export interface DataNode {
  readonly kind: "data";
  readonly span: Span;
  readonly name: Name;
  readonly parameters: readonly Parameter[];
  readonly body: MapNode;
}

export interface TaskNode {
  readonly kind: "task";
  readonly span: Span;
  readonly name: Name;
  readonly value: Expr;
  readonly body: MapNode | undefined;
}

export interface EncoderNode {
  readonly kind: "encoder";
  readonly span: Span;
  readonly name: Name;
  readonly value: Expr;
  readonly body: MapNode | undefined;
}

/** `module` and `loss` declarations. */
export interface ModuleNode {
  readonly kind: "module" | "loss";
  readonly span: Span;
  readonly name: Name;
  readonly parameters: readonly Parameter[];
  readonly inputs: readonly Input[];
  readonly result: ShapeNode | undefined;
  readonly body: Body;
}

export interface ModelNode {
  readonly kind: "model";
  readonly span: Span;
  readonly name: Name;
  readonly parameters: readonly Parameter[];
  readonly inputs: readonly Input[];
  readonly body: Body;
}

export interface StageNode {
  readonly kind: "stage";
  readonly span: Span;
  readonly name: Name;
  readonly parameters: readonly Parameter[];
  readonly verb: "train" | "apply";
  readonly model: Expr;
  readonly data: Expr;
  readonly body: MapNode | undefined;
}

export interface SweepNode {
  readonly kind: "sweep";
  readonly span: Span;
  readonly name: Name;
  readonly value: Expr;
  readonly body: MapNode;
}

export interface AssemblyNode {
  readonly kind: "assembly";
  readonly span: Span;
  readonly name: Name;
  readonly parameters: readonly Parameter[];
  readonly data: Expr;
  readonly body: MapNode;
}

/** `export` and `submit` declarations. */
export interface OutputNode {
  readonly kind: "export" | "submit";
  readonly span: Span;
  readonly value: Expr;
  readonly body: MapNode | undefined;
}

export interface ProfileNode {
  readonly kind: "profile";
  readonly span: Span;
  readonly name: Name;
  readonly body: MapNode;
}

export interface Parameter {
  readonly span: Span;
  readonly name: Name;
  readonly type: TypeNode;
  readonly fallback: Expr | undefined;
}

export type TypeNode =
  | { readonly kind: "named"; readonly span: Span; readonly name: Name }
  | { readonly kind: "list"; readonly span: Span; readonly item: TypeNode }
  | { readonly kind: "map"; readonly span: Span; readonly key: TypeNode; readonly value: TypeNode }
  | { readonly kind: "alternatives"; readonly span: Span; readonly options: readonly TypeNode[] }
  /** `T?` */
  | { readonly kind: "optional"; readonly span: Span; readonly type: TypeNode }
  | { readonly kind: "missing"; readonly span: Span };

export interface Input {
  readonly span: Span;
  readonly name: Name;
  readonly many: boolean;
  readonly shape: ShapeNode | undefined;
  /** Declared `= none`. */
  readonly optional: boolean;
}

/** `[.., n, d: 2 * k]` in a signature or an annotation. */
export interface ShapeNode {
  readonly span: Span;
  readonly axes: readonly Axis[];
}

export type Axis =
  | { readonly kind: "carried"; readonly span: Span }
  /** `?`: any size. */
  | { readonly kind: "any"; readonly span: Span }
  /** A size without a name. */
  | { readonly kind: "size"; readonly span: Span; readonly size: Expr }
  | { readonly kind: "axis"; readonly span: Span; readonly name: Name; readonly size: Expr | undefined };

export interface Body {
  readonly span: Span;
  readonly statements: readonly Statement[];
}

export type Statement =
  | { readonly kind: "return"; readonly span: Span; readonly value: Expr }
  | {
      readonly kind: "head";
      readonly span: Span;
      /** A task's name, or an expression that gives a task. */
      readonly task: Expr;
      readonly value: Expr;
      readonly suffixes: readonly Suffix[];
      readonly body: MapNode | undefined;
    }
  | {
      readonly kind: "define";
      readonly span: Span;
      readonly name: Name;
      readonly shape: ShapeNode | undefined;
      readonly value: Expr;
      readonly suffixes: readonly Suffix[];
    };

export type Suffix =
  | { readonly kind: "for"; readonly span: Span; readonly name: Name; readonly list: Expr }
  | { readonly kind: "if"; readonly span: Span; readonly condition: Expr };

export interface MapNode {
  readonly kind: "map";
  readonly span: Span;
  readonly entries: readonly Entry[];
}

export interface Entry {
  readonly span: Span;
  readonly path: Path;
  readonly value: Expr;
  readonly suffixes: readonly Suffix[];
}

export interface Path {
  readonly span: Span;
  readonly segments: readonly Segment[];
}

export interface Segment {
  readonly span: Span;
  /** `**` is any number of segments. */
  readonly name: Name;
  /** Each an index or a range. */
  readonly indices: readonly Expr[];
}

export type BinaryOperator = "or" | "and" | "==" | "!=" | "<" | "<=" | ">" | ">=" | "in" | "+" | "-" | "*" | "/" | "^";

export type Expr =
  | {
      readonly kind: "number";
      readonly span: Span;
      readonly value: number;
      readonly integer: boolean;
      readonly unit: Name | undefined;
    }
  | { readonly kind: "string"; readonly span: Span; readonly value: string }
  | { readonly kind: "boolean"; readonly span: Span; readonly value: boolean }
  | { readonly kind: "none"; readonly span: Span }
  | { readonly kind: "name"; readonly span: Span; readonly name: string }
  | { readonly kind: "tuple"; readonly span: Span; readonly items: readonly Expr[] }
  | { readonly kind: "list"; readonly span: Span; readonly items: readonly Item[] }
  | MapNode
  | { readonly kind: "call"; readonly span: Span; readonly callee: Expr; readonly args: readonly Argument[] }
  | { readonly kind: "index"; readonly span: Span; readonly target: Expr; readonly indices: readonly IndexNode[] }
  | { readonly kind: "member"; readonly span: Span; readonly target: Expr; readonly name: Name }
  | { readonly kind: "unary"; readonly span: Span; readonly operator: "-" | "not"; readonly operand: Expr }
  | {
      readonly kind: "binary";
      readonly span: Span;
      readonly operator: BinaryOperator;
      readonly left: Expr;
      readonly right: Expr;
    }
  | { readonly kind: "range"; readonly span: Span; readonly start: Expr | undefined; readonly end: Expr | undefined }
  /** `value -> to` */
  | { readonly kind: "send"; readonly span: Span; readonly value: Expr; readonly to: Expr }
  | { readonly kind: "with"; readonly span: Span; readonly target: Expr; readonly changes: MapNode }
  | {
      readonly kind: "choice";
      readonly span: Span;
      readonly condition: Expr;
      readonly consequent: Expr;
      readonly otherwise: Expr;
    }
  | { readonly kind: "match"; readonly span: Span; readonly subject: Expr; readonly arms: readonly Arm[] }
  | { readonly kind: "missing"; readonly span: Span };

/** `label: value`; the label `else` is the rest. */
export interface Arm {
  readonly span: Span;
  readonly label: Name;
  readonly value: Expr;
}

export type Item =
  | { readonly kind: "carried"; readonly span: Span }
  /** `name: size`, an axis of a shape. */
  | { readonly kind: "axis"; readonly span: Span; readonly name: Name; readonly size: Expr }
  | { readonly kind: "item"; readonly span: Span; readonly value: Expr; readonly suffixes: readonly Suffix[] };

export interface Argument {
  readonly span: Span;
  readonly name: Name | undefined;
  readonly value: Expr;
  readonly suffixes: readonly Suffix[];
}

export interface IndexNode {
  readonly span: Span;
  /** `x[time: 1 ..]`; of a sweep also a path, `table[optimizer.lr: 1e-4]`. */
  readonly axis: Name | undefined;
  readonly value: Expr;
}
