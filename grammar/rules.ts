import { CstParser, type IParserConfig, type TokenType } from "chevrotain";
import type { FileCstNode } from "./cst.generated.ts";
import * as t from "./tokens.ts";

const { reserved: r, declarationWords: d, placeWords: p } = t;

/**
 * The grammar of the language (language rule 85), without actions, LL(1). Expressions are flat chains of operands and operators;
 * what binds how is decided when the tree is read.
 */
export abstract class GrammarRules extends CstParser {
  constructor(config: IParserConfig) {
    super(t.vocabulary, { ...config, maxLookahead: 1, nodeLocationTracking: "onlyOffset" });
  }

  readonly file = this.RULE("file", () => {
    this.MANY(() => this.SUBRULE(this.declaration));
  });

  readonly declaration = this.RULE("declaration", () => {
    this.OR([
      { ALT: () => this.SUBRULE(this.use) },
      { ALT: () => this.SUBRULE(this.data) },
      { ALT: () => this.SUBRULE(this.task) },
      { ALT: () => this.SUBRULE(this.encoder) },
      { ALT: () => this.SUBRULE(this.module) },
      { ALT: () => this.SUBRULE(this.model) },
      { ALT: () => this.SUBRULE(this.stage) },
      { ALT: () => this.SUBRULE(this.sweep) },
      { ALT: () => this.SUBRULE(this.assembly) },
      { ALT: () => this.SUBRULE(this.output) },
      { ALT: () => this.SUBRULE(this.profile) },
      { ALT: () => this.SUBRULE(this.binding) },
    ]);
  });

  readonly use = this.RULE("use", () => {
    this.CONSUME(d.use);
    this.CONSUME(t.StringToken);
    this.OPTION(() => {
      this.CONSUME(r.as);
      this.SUBRULE(this.anyName);
    });
  });

  readonly binding = this.RULE("binding", () => {
    this.CONSUME(t.TopBinding);
    this.CONSUME(t.Assign);
    this.SUBRULE(this.expr);
  });

  readonly data = this.RULE("data", () => {
    this.CONSUME(d.data);
    this.SUBRULE(this.anyName);
    this.OPTION(() => this.SUBRULE(this.parameters));
    this.SUBRULE(this.map);
  });

  readonly task = this.RULE("task", () => {
    this.CONSUME(d.task);
    this.SUBRULE(this.anyName);
    this.CONSUME(t.Assign);
    this.SUBRULE(this.expr);
    this.OPTION(() => this.SUBRULE(this.map));
  });

  readonly encoder = this.RULE("encoder", () => {
    this.CONSUME(d.encoder);
    this.SUBRULE(this.anyName);
    this.CONSUME(t.Assign);
    this.SUBRULE(this.expr);
    this.OPTION(() => this.SUBRULE(this.map));
  });

  readonly module = this.RULE("module", () => {
    this.OR([{ ALT: () => this.CONSUME(d.module) }, { ALT: () => this.CONSUME(d.loss) }]);
    this.SUBRULE(this.anyName);
    this.SUBRULE(this.parameters);
    this.SUBRULE(this.inputs);
    this.OPTION(() => {
      this.CONSUME(t.Arrow);
      this.SUBRULE(this.shape);
    });
    this.SUBRULE(this.body);
  });

  readonly model = this.RULE("model", () => {
    this.CONSUME(d.model);
    this.SUBRULE(this.anyName);
    this.SUBRULE(this.parameters);
    this.SUBRULE(this.inputs);
    this.SUBRULE(this.body);
  });

  readonly stage = this.RULE("stage", () => {
    this.CONSUME(d.stage);
    this.SUBRULE(this.anyName);
    this.OPTION(() => this.SUBRULE(this.parameters));
    this.CONSUME(t.Assign);
    this.OR([{ ALT: () => this.CONSUME(p.train) }, { ALT: () => this.CONSUME(p.apply) }]);
    this.SUBRULE(this.postfix);
    this.CONSUME(r.on);
    this.SUBRULE(this.dataExpr);
    this.OPTION2(() => this.SUBRULE(this.map));
  });

  readonly sweep = this.RULE("sweep", () => {
    this.CONSUME(d.sweep);
    this.SUBRULE(this.anyName);
    this.CONSUME(t.Assign);
    this.SUBRULE(this.postfix);
    this.SUBRULE(this.map);
  });

  readonly assembly = this.RULE("assembly", () => {
    this.CONSUME(d.assemble);
    this.SUBRULE(this.anyName);
    this.OPTION(() => this.SUBRULE(this.parameters));
    this.CONSUME(r.on);
    this.SUBRULE(this.dataExpr);
    this.SUBRULE(this.map);
  });

  readonly output = this.RULE("output", () => {
    this.OR([{ ALT: () => this.CONSUME(d.export) }, { ALT: () => this.CONSUME(d.submit) }]);
    this.SUBRULE(this.postfix);
    this.OPTION(() => this.SUBRULE(this.map));
  });

  readonly profile = this.RULE("profile", () => {
    this.CONSUME(d.profile);
    this.SUBRULE(this.anyName);
    this.SUBRULE(this.map);
  });

  /** `aff2(224) with {root: "..."}`: the block of a declaration may follow. */
  readonly dataExpr = this.RULE("dataExpr", () => {
    this.SUBRULE(this.postfix);
    this.MANY(() => {
      this.CONSUME(r.with);
      this.SUBRULE(this.map);
    });
  });

  /** A name where one is declared or where a type stands: its neighbours do not matter. */
  readonly anyName = this.RULE("anyName", () => {
    this.OR([
      { ALT: () => this.CONSUME(t.Name) },
      { ALT: () => this.CONSUME(t.Binding) },
      { ALT: () => this.CONSUME(t.Key) },
    ]);
  });

  readonly parameters = this.RULE("parameters", () => {
    this.CONSUME(t.LeftParen);
    this.MANY_SEP({ SEP: t.Comma, DEF: () => this.SUBRULE(this.parameter) });
    this.CONSUME(t.RightParen);
  });

  readonly parameter = this.RULE("parameter", () => {
    this.CONSUME(t.Key);
    this.CONSUME(t.Colon);
    this.SUBRULE(this.type);
    this.OPTION(() => {
      this.CONSUME(t.Assign);
      this.SUBRULE(this.expr);
    });
  });

  readonly type = this.RULE("type", () => {
    this.AT_LEAST_ONE_SEP({ SEP: t.Pipe, DEF: () => this.SUBRULE(this.plainType) });
    this.OPTION(() => this.CONSUME(t.Question));
  });

  readonly plainType = this.RULE("plainType", () => {
    this.OR([
      { ALT: () => this.SUBRULE(this.anyName) },
      { ALT: () => this.SUBRULE(this.listType) },
      { ALT: () => this.SUBRULE(this.mapType) },
      { ALT: () => this.CONSUME(r.none) },
    ]);
  });

  readonly listType = this.RULE("listType", () => {
    this.CONSUME(t.LeftBracket);
    this.SUBRULE(this.type);
    this.CONSUME(t.RightBracket);
  });

  readonly mapType = this.RULE("mapType", () => {
    this.CONSUME(t.LeftBrace);
    this.SUBRULE(this.type);
    this.CONSUME(t.Colon);
    this.SUBRULE2(this.type);
    this.CONSUME(t.RightBrace);
  });

  readonly inputs = this.RULE("inputs", () => {
    this.CONSUME(t.LeftParen);
    this.MANY_SEP({ SEP: t.Comma, DEF: () => this.SUBRULE(this.moduleInput) });
    this.CONSUME(t.RightParen);
  });

  readonly moduleInput = this.RULE("moduleInput", () => {
    this.SUBRULE(this.anyName);
    this.OPTION(() => {
      this.CONSUME(t.Colon);
      this.OPTION2(() => this.CONSUME(p.many));
      this.SUBRULE(this.shape);
    });
    this.OPTION3(() => {
      this.CONSUME(t.Assign);
      this.CONSUME(r.none);
    });
  });

  readonly shape = this.RULE("shape", () => {
    this.CONSUME(t.LeftBracket);
    this.MANY_SEP({ SEP: t.Comma, DEF: () => this.SUBRULE(this.axis) });
    this.CONSUME(t.RightBracket);
  });

  readonly axis = this.RULE("axis", () => {
    this.OR([
      { ALT: () => this.CONSUME(t.OpenEnd) },
      { ALT: () => this.CONSUME(t.DotDot) },
      { ALT: () => this.CONSUME(t.Question) },
      { ALT: () => this.CONSUME(t.NumberToken) },
      { ALT: () => this.CONSUME(t.Name) },
      {
        ALT: () => {
          this.CONSUME(t.Key);
          this.CONSUME(t.Colon);
          this.SUBRULE(this.flat);
        },
      },
    ]);
  });

  readonly body = this.RULE("body", () => {
    this.CONSUME(t.LeftBrace);
    this.MANY(() => {
      this.SUBRULE(this.statement);
      this.OPTION(() => this.CONSUME(t.Comma));
    });
    this.CONSUME(t.RightBrace);
  });

  readonly statement = this.RULE("statement", () => {
    this.OR([
      { ALT: () => this.SUBRULE(this.returns) },
      { ALT: () => this.SUBRULE(this.head) },
      { ALT: () => this.SUBRULE(this.definition) },
    ]);
  });

  readonly returns = this.RULE("returns", () => {
    this.CONSUME(r.return);
    this.SUBRULE(this.expr);
  });

  readonly head = this.RULE("head", () => {
    this.CONSUME(r.head);
    this.OR([{ ALT: () => this.CONSUME(t.Binding) }, { ALT: () => this.SUBRULE(this.postfix) }]);
    this.CONSUME(t.Assign);
    this.SUBRULE(this.expr);
    this.SUBRULE(this.suffixes);
    this.OPTION(() => this.SUBRULE(this.map));
  });

  readonly definition = this.RULE("definition", () => {
    this.OR([
      { ALT: () => this.CONSUME(t.Binding) },
      {
        ALT: () => {
          this.CONSUME(t.Key);
          this.CONSUME(t.Colon);
          this.SUBRULE(this.shape);
        },
      },
    ]);
    this.CONSUME(t.Assign);
    this.SUBRULE(this.expr);
    this.SUBRULE(this.suffixes);
  });

  readonly suffixes = this.RULE("suffixes", () => {
    this.MANY(() => this.SUBRULE(this.suffix));
  });

  readonly suffix = this.RULE("suffix", () => {
    this.OR([
      {
        ALT: () => {
          this.CONSUME(r.for);
          this.SUBRULE(this.anyName);
          this.CONSUME(r.in);
          this.SUBRULE(this.flat);
        },
      },
      {
        ALT: () => {
          this.CONSUME(r.if);
          this.SUBRULE2(this.flat);
        },
      },
    ]);
  });

  readonly map = this.RULE("map", () => {
    this.CONSUME(t.LeftBrace);
    this.MANY(() => {
      this.SUBRULE(this.entry);
      this.OPTION(() => this.CONSUME(t.Comma));
    });
    this.CONSUME(t.RightBrace);
  });

  readonly entry = this.RULE("entry", () => {
    this.SUBRULE(this.path);
    this.CONSUME(t.Colon);
    this.SUBRULE(this.expr);
    this.SUBRULE(this.suffixes);
  });

  readonly path = this.RULE("path", () => {
    this.AT_LEAST_ONE_SEP({ SEP: t.Dot, DEF: () => this.SUBRULE(this.segment) });
  });

  readonly segment = this.RULE("segment", () => {
    this.OR([
      { ALT: () => this.CONSUME(t.Key) },
      { ALT: () => this.CONSUME(t.Name) },
      { ALT: () => this.CONSUME(t.StarStar) },
    ]);
    this.MANY(() => {
      this.CONSUME(t.LeftBracket);
      this.SUBRULE(this.flat);
      this.CONSUME(t.RightBracket);
    });
  });

  readonly expr = this.RULE("expr", () => {
    this.OR([{ ALT: () => this.SUBRULE(this.choice) }, { ALT: () => this.SUBRULE(this.flat) }]);
  });

  readonly choice = this.RULE("choice", () => {
    this.CONSUME(r.if);
    this.SUBRULE(this.flat);
    this.CONSUME(r.thenWord);
    this.SUBRULE(this.expr);
    this.CONSUME(r.else);
    this.SUBRULE2(this.expr);
  });

  readonly flat = this.RULE("flat", () => {
    this.OR([
      {
        ALT: () => {
          this.SUBRULE(this.openRange);
        },
      },
      { ALT: () => this.SUBRULE(this.operand) },
    ]);
    this.MANY(() => this.SUBRULE(this.step));
  });

  /** `.. 5` or a bare `..` at the start. */
  readonly openRange = this.RULE("openRange", () => {
    this.OR([
      {
        ALT: () => {
          this.CONSUME(t.DotDot);
          this.SUBRULE(this.operand);
        },
      },
      { ALT: () => this.CONSUME(t.OpenEnd) },
    ]);
  });

  readonly step = this.RULE("step", () => {
    this.OR([
      {
        ALT: () => {
          this.SUBRULE(this.operator);
          this.SUBRULE(this.operand);
        },
      },
      { ALT: () => this.SUBRULE(this.openRange) },
      {
        ALT: () => {
          this.CONSUME(t.Arrow);
          this.SUBRULE(this.postfix);
        },
      },
      {
        ALT: () => {
          this.CONSUME(r.with);
          this.SUBRULE(this.map);
        },
      },
    ]);
  });

  readonly operator = this.RULE("operator", () => {
    this.OR(operators.map((token) => ({ ALT: () => this.CONSUME(token) })));
  });

  readonly operand = this.RULE("operand", () => {
    this.MANY(() => this.SUBRULE(this.prefix));
    this.SUBRULE(this.postfix);
  });

  readonly prefix = this.RULE("prefix", () => {
    this.OR([{ ALT: () => this.CONSUME(r.not) }, { ALT: () => this.CONSUME(t.Minus) }]);
  });

  readonly postfix = this.RULE("postfix", () => {
    this.SUBRULE(this.primary);
    this.MANY(() => this.SUBRULE(this.trailer));
  });

  readonly trailer = this.RULE("trailer", () => {
    this.OR([
      { ALT: () => this.SUBRULE(this.args) },
      { ALT: () => this.SUBRULE(this.index) },
      {
        ALT: () => {
          this.CONSUME(t.Dot);
          this.SUBRULE(this.anyName);
        },
      },
    ]);
  });

  readonly args = this.RULE("args", () => {
    this.CONSUME(t.LeftParen);
    this.MANY_SEP({ SEP: t.Comma, DEF: () => this.SUBRULE(this.argument) });
    this.CONSUME(t.RightParen);
  });

  readonly argument = this.RULE("argument", () => {
    this.OPTION(() => {
      this.CONSUME(t.Key);
      this.CONSUME(t.Colon);
    });
    this.SUBRULE(this.expr);
    this.SUBRULE(this.suffixes);
  });

  readonly index = this.RULE("index", () => {
    this.CONSUME(t.LeftBracket);
    this.AT_LEAST_ONE_SEP({ SEP: t.Comma, DEF: () => this.SUBRULE(this.place) });
    this.CONSUME(t.RightBracket);
  });

  readonly place = this.RULE("place", () => {
    this.OR([
      {
        ALT: () => {
          this.CONSUME(t.Key);
          this.CONSUME(t.Colon);
          this.SUBRULE(this.flat);
        },
      },
      {
        // Before a second value the first is the path of a sweep's axis.
        ALT: () => {
          this.SUBRULE2(this.flat);
          this.OPTION(() => {
            this.CONSUME2(t.Colon);
            this.SUBRULE3(this.flat);
          });
        },
      },
    ]);
  });

  readonly primary = this.RULE("primary", () => {
    this.OR([
      { ALT: () => this.SUBRULE(this.quantity) },
      { ALT: () => this.CONSUME(t.StringToken) },
      { ALT: () => this.CONSUME(r.true) },
      { ALT: () => this.CONSUME(r.false) },
      { ALT: () => this.CONSUME(r.none) },
      { ALT: () => this.CONSUME(t.Name) },
      { ALT: () => this.SUBRULE(this.group) },
      { ALT: () => this.SUBRULE(this.list) },
      { ALT: () => this.SUBRULE(this.map) },
      { ALT: () => this.SUBRULE(this.match) },
    ]);
  });

  readonly quantity = this.RULE("quantity", () => {
    this.CONSUME(t.NumberToken);
    this.OPTION(() => this.CONSUME(t.Unit));
  });

  readonly group = this.RULE("group", () => {
    this.CONSUME(t.LeftParen);
    this.AT_LEAST_ONE_SEP({ SEP: t.Comma, DEF: () => this.SUBRULE(this.expr) });
    this.CONSUME(t.RightParen);
  });

  readonly list = this.RULE("list", () => {
    this.CONSUME(t.LeftBracket);
    this.MANY_SEP({ SEP: t.Comma, DEF: () => this.SUBRULE(this.argument) });
    this.CONSUME(t.RightBracket);
  });

  readonly match = this.RULE("match", () => {
    this.CONSUME(r.match);
    this.SUBRULE(this.postfix);
    this.CONSUME(t.LeftBrace);
    this.MANY(() => {
      this.SUBRULE(this.arm);
      this.OPTION(() => this.CONSUME(t.Comma));
    });
    this.CONSUME(t.RightBrace);
  });

  readonly arm = this.RULE("arm", () => {
    this.OR([
      { ALT: () => this.CONSUME(t.Key) },
      { ALT: () => this.CONSUME(t.StringToken) },
      { ALT: () => this.CONSUME(t.NumberToken) },
    ]);
    this.CONSUME(t.Colon);
    this.SUBRULE(this.expr);
  });
}

const operators: readonly TokenType[] = [
  r.or,
  r.and,
  r.in,
  t.Equal,
  t.NotEqual,
  t.Less,
  t.AtMost,
  t.Greater,
  t.AtLeast,
  t.Plus,
  t.Minus,
  t.Star,
  t.Slash,
  t.Caret,
];

export function isFile(node: unknown): node is FileCstNode {
  return typeof node === "object" && node !== null && "name" in node && node.name === "file";
}
