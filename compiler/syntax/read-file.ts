import type {
  AxisCstNode,
  BodyCstNode,
  DataExprCstNode,
  DeclarationCstNode,
  FileCstNode,
  InputsCstNode,
  ModuleInputCstNode,
  ParametersCstNode,
  PlainTypeCstNode,
  ShapeCstNode,
  StatementCstNode,
  TypeCstNode,
} from "../../grammar/index.ts";
import { join, type Span } from "../diagnostics/source.ts";
import type {
  Axis,
  Body,
  Declaration,
  Expr,
  Input,
  MapNode,
  Parameter,
  ShapeNode,
  Statement,
  TypeNode,
} from "./ast.ts";
import { ExprReader } from "./read-expr.ts";
import type { Places } from "./reader.ts";

/** Reads declarations from the concrete tree. */
export function readFile(cst: FileCstNode, places: Places): readonly Declaration[] {
  return (cst.children.declaration ?? []).flatMap(
    (node) => new FileReader(places.anchoredAt(node)).declaration(node) ?? [],
  );
}

class FileReader extends ExprReader {
  declaration({ children }: DeclarationCstNode): Declaration | undefined {
    const { places } = this;
    const use = children.use?.[0];
    if (use !== undefined) {
      const string = use.children.String?.[0];
      const span = places.node(use);
      const alias = use.children.anyName;
      return {
        kind: "use",
        span,
        path: { text: string?.image.slice(1, -1) ?? "", span: string === undefined ? span : places.token(string) },
        alias: alias === undefined ? undefined : places.anyName(alias),
      };
    }
    const binding = children.binding?.[0];
    if (binding !== undefined) {
      const span = places.node(binding);
      return {
        kind: "binding",
        span,
        name: places.name(binding.children.TopBinding?.[0]),
        value: this.expr(binding.children.expr?.[0], span),
      };
    }
    const data = children.data?.[0];
    if (data !== undefined) {
      const span = places.node(data);
      return {
        kind: "data",
        span,
        name: places.anyName(data.children.anyName),
        parameters: this.#parameters(data.children.parameters?.[0]),
        body: this.map(data.children.map?.[0], span),
      };
    }
    const valued = children.task?.[0] ?? children.encoder?.[0];
    if (valued !== undefined) {
      const span = places.node(valued);
      return {
        kind: valued.name,
        span,
        name: places.anyName(valued.children.anyName),
        value: this.expr(valued.children.expr?.[0], span),
        body: this.#block(valued.children.map?.[0], span),
      };
    }
    const module = children.module?.[0];
    if (module !== undefined) {
      const span = places.node(module);
      return {
        kind: module.children.Loss === undefined ? "module" : "loss",
        span,
        name: places.anyName(module.children.anyName),
        parameters: this.#parameters(module.children.parameters?.[0]),
        inputs: this.#inputs(module.children.inputs?.[0]),
        result: module.children.shape === undefined ? undefined : this.#shape(module.children.shape[0], span),
        body: this.#body(module.children.body?.[0], span),
      };
    }
    const model = children.model?.[0];
    if (model !== undefined) {
      const span = places.node(model);
      return {
        kind: "model",
        span,
        name: places.anyName(model.children.anyName),
        parameters: this.#parameters(model.children.parameters?.[0]),
        inputs: this.#inputs(model.children.inputs?.[0]),
        body: this.#body(model.children.body?.[0], span),
      };
    }
    return this.#training(children);
  }

  #training(children: DeclarationCstNode["children"]): Declaration | undefined {
    const { places } = this;
    const stage = children.stage?.[0];
    if (stage !== undefined) {
      const span = places.node(stage);
      return {
        kind: "stage",
        span,
        name: places.anyName(stage.children.anyName),
        parameters: this.#parameters(stage.children.parameters?.[0]),
        verb: stage.children.Apply === undefined ? "train" : "apply",
        model: this.postfix(stage.children.postfix?.[0], span),
        data: this.#data(stage.children.dataExpr?.[0], span),
        body: this.#block(stage.children.map?.[0], span),
      };
    }
    const sweep = children.sweep?.[0];
    if (sweep !== undefined) {
      const span = places.node(sweep);
      return {
        kind: "sweep",
        span,
        name: places.anyName(sweep.children.anyName),
        value: this.postfix(sweep.children.postfix?.[0], span),
        body: this.map(sweep.children.map?.[0], span),
      };
    }
    const assembly = children.assembly?.[0];
    if (assembly !== undefined) {
      const span = places.node(assembly);
      return {
        kind: "assembly",
        span,
        name: places.anyName(assembly.children.anyName),
        parameters: this.#parameters(assembly.children.parameters?.[0]),
        data: this.#data(assembly.children.dataExpr?.[0], span),
        body: this.map(assembly.children.map?.[0], span),
      };
    }
    const output = children.output?.[0];
    if (output !== undefined) {
      const span = places.node(output);
      return {
        kind: output.children.Submit === undefined ? "export" : "submit",
        span,
        value: this.postfix(output.children.postfix?.[0], span),
        body: this.#block(output.children.map?.[0], span),
      };
    }
    const profile = children.profile?.[0];
    if (profile === undefined) return undefined;
    const span = places.node(profile);
    return {
      kind: "profile",
      span,
      name: places.anyName(profile.children.anyName),
      body: this.map(profile.children.map?.[0], span),
    };
  }

  #block(node: Parameters<ExprReader["map"]>[0], place: Span): MapNode | undefined {
    return node === undefined ? undefined : this.map(node, place);
  }

  #data(node: DataExprCstNode | undefined, place: Span): Expr {
    let expr = this.postfix(node?.children.postfix?.[0], place);
    for (const map of node?.children.map ?? []) {
      const changes = this.map(map, place);
      expr = { kind: "with", span: join(expr.span, changes.span), target: expr, changes };
    }
    return expr;
  }

  #parameters(node: ParametersCstNode | undefined): readonly Parameter[] {
    return (node?.children.parameter ?? []).map((parameter) => {
      const span = this.places.node(parameter);
      const { Key, type, expr } = parameter.children;
      return {
        span,
        name: this.places.name(Key?.[0]),
        type: this.#type(type?.[0], span),
        fallback: expr === undefined ? undefined : this.expr(expr[0], span),
      };
    });
  }

  #type(node: TypeCstNode | undefined, place: Span): TypeNode {
    if (node === undefined) return { kind: "missing", span: place };
    const span = this.places.node(node);
    const options = (node.children.plainType ?? []).map((each) => this.#plainType(each, span));
    const only = options[0];
    const type: TypeNode = options.length === 1 && only !== undefined ? only : { kind: "alternatives", span, options };
    return node.children.Question === undefined ? type : { kind: "optional", span, type };
  }

  #plainType(node: PlainTypeCstNode, place: Span): TypeNode {
    const span = this.places.node(node);
    const { listType, mapType, anyName, None } = node.children;
    if (listType?.[0] !== undefined)
      return { kind: "list", span, item: this.#type(listType[0].children.type?.[0], span) };
    if (mapType?.[0] !== undefined) {
      const [key, value] = mapType[0].children.type ?? [];
      return { kind: "map", span, key: this.#type(key, span), value: this.#type(value, span) };
    }
    if (None?.[0] !== undefined) return { kind: "named", span, name: this.places.name(None[0]) };
    return anyName === undefined
      ? { kind: "missing", span: place }
      : { kind: "named", span, name: this.places.anyName(anyName) };
  }

  #inputs(node: InputsCstNode | undefined): readonly Input[] {
    return (node?.children.moduleInput ?? []).map((input) => this.#input(input));
  }

  #input(node: ModuleInputCstNode): Input {
    const span = this.places.node(node);
    const { anyName, Many, shape, Assign } = node.children;
    return {
      span,
      name: this.places.anyName(anyName),
      many: Many !== undefined,
      shape: shape === undefined ? undefined : this.#shape(shape[0], span),
      optional: Assign !== undefined,
    };
  }

  #shape(node: ShapeCstNode | undefined, place: Span): ShapeNode {
    const span = node === undefined ? place : this.places.node(node);
    return { span, axes: (node?.children.axis ?? []).map((axis) => this.#axis(axis)) };
  }

  #axis(node: AxisCstNode): Axis {
    const span = this.places.node(node);
    const { DotDot, OpenEnd, Question, Number: Size, Key, Name, flat } = node.children;
    if (DotDot !== undefined || OpenEnd !== undefined) return { kind: "carried", span };
    if (Question !== undefined) return { kind: "any", span };
    if (Size?.[0] !== undefined) {
      const value = Number(Size[0].image);
      const size: Expr = { kind: "number", span, value, integer: Number.isInteger(value), unit: undefined };
      return { kind: "size", span, size };
    }
    if (Key?.[0] !== undefined)
      return { kind: "axis", span, name: this.places.name(Key[0]), size: this.flat(flat?.[0], span) };
    return { kind: "axis", span, name: this.places.name(Name?.[0]), size: undefined };
  }

  #body(node: BodyCstNode | undefined, place: Span): Body {
    const span = node === undefined ? place : this.places.node(node);
    return {
      span,
      statements: (node?.children.statement ?? []).flatMap((statement) => this.#statement(statement) ?? []),
    };
  }

  #statement({ children }: StatementCstNode): Statement | undefined {
    const { places } = this;
    const returns = children.returns?.[0];
    if (returns !== undefined) {
      const span = places.node(returns);
      return { kind: "return", span, value: this.expr(returns.children.expr?.[0], span) };
    }
    const head = children.head?.[0];
    if (head !== undefined) {
      const span = places.node(head);
      const { Binding, postfix, expr, suffixes, map } = head.children;
      const name = Binding?.[0];
      return {
        kind: "head",
        span,
        task:
          name === undefined
            ? this.postfix(postfix?.[0], span)
            : { kind: "name", span: places.token(name), name: name.image },
        value: this.expr(expr?.[0], span),
        suffixes: this.suffixes(suffixes?.[0]),
        body: this.#block(map?.[0], span),
      };
    }
    const definition = children.definition?.[0];
    if (definition === undefined) return undefined;
    const span = places.node(definition);
    const { Binding, Key, shape, expr, suffixes } = definition.children;
    return {
      kind: "define",
      span,
      name: places.name(Binding?.[0] ?? Key?.[0]),
      shape: shape === undefined ? undefined : this.#shape(shape[0], span),
      value: this.expr(expr?.[0], span),
      suffixes: this.suffixes(suffixes?.[0]),
    };
  }
}
