import type { Span } from "../diagnostics/source.ts";
import { addDims, type Dim, divideDims, multiplyDims, printDim, subtractDims } from "../ir/dim.ts";
import type { BinaryOperator, Expr } from "../syntax/ast.ts";
import { canonical } from "./canonical.ts";
import { type Env, labelsOfParameter } from "./env.ts";
import { evaluate, evaluateAs } from "./evaluate.ts";
import { Refusal } from "./reporter.ts";
import { spend } from "./session.ts";
import { combineTensors, negateTensor, toTensor } from "./tensor-arithmetic.ts";
import { type CombinedThing, type NumberThing, number, sizeOf, type Thing } from "./things.ts";
import { any, describeThing, list, options, type Type } from "./type.ts";

type Binary = Extract<Expr, { kind: "binary" }>;

/** `left operator right`: nothing combines but what language rule 77 list. */
export function combineThings(expr: Binary, env: Env, wanted: Type): Thing {
  if (expr.operator === "and" || expr.operator === "or") return logical(expr, expr.operator, env, wanted);
  const [left, right] = sides(expr, env);
  if (left.kind === "poison" || right.kind === "poison") throw new Refusal();
  const result =
    comparison(expr, left, right, env) ??
    numbers(expr, left, right, env) ??
    quantities(expr.operator, left, right) ??
    families(expr, left, right, env) ??
    tensors(expr, left, right, env);
  if (result !== undefined) return result;
  return env.session.reporter.refuse("cannot-combine", expr.span, {
    left: describeThing(left),
    operator: expr.operator,
    right: describeThing(right),
  });
}

/** Both sides; what a parameter's labels are compared with can be one of them (language rule 7). */
function sides(expr: Binary, env: Env): readonly [Thing, Thing] {
  const compares = expr.operator === "==" || expr.operator === "!=" || expr.operator === "in";
  const labelsFor = (other: Expr): Type => {
    const names = compares && other.kind === "name" ? labelsOfParameter(env, other.name) : undefined;
    return names === undefined ? any : options({ kind: "labels", names }, any);
  };
  const wanted = labelsFor(expr.left);
  return [
    evaluate(expr.left, env, labelsFor(expr.right)),
    evaluate(expr.right, env, expr.operator === "in" ? list(wanted) : wanted),
  ];
}

export function negateThing(expr: Extract<Expr, { kind: "unary" }>, env: Env): Thing {
  const operand = evaluate(expr.operand, env);
  if (operand.kind === "poison") throw new Refusal();
  if (expr.operator === "not") {
    if (operand.kind === "bool") return { kind: "bool", value: !operand.value };
    if (familyOf(operand) === "rows") {
      return { kind: "combined", family: "rows", operator: "not", left: operand, right: operand, span: expr.span };
    }
  } else if (operand.kind === "number" || operand.kind === "quantity") {
    return { ...operand, value: -operand.value };
  } else if (operand.kind === "tensor") {
    return negateTensor(operand, env, expr.span);
  }
  return env.session.reporter.refuse("cannot-combine", expr.span, {
    left: "",
    operator: expr.operator,
    right: describeThing(operand),
  });
}

function logical(expr: Binary, operator: "and" | "or", env: Env, wanted: Type): Thing {
  const left = evaluate(expr.left, env, wanted);
  if (left.kind === "bool") {
    if (left.value === (operator === "or")) return left;
    return evaluateAs(expr.right, env, { kind: "bool" }, `the right of \`${operator}\``);
  }
  const right = evaluate(expr.right, env, wanted);
  if (left.kind === "poison" || right.kind === "poison") throw new Refusal();
  if (familyOf(left) === "rows" && familyOf(right) === "rows") {
    return { kind: "combined", family: "rows", operator, left, right, span: expr.span };
  }
  return env.session.reporter.refuse("cannot-combine", expr.span, {
    left: describeThing(left),
    operator,
    right: describeThing(right),
  });
}

function comparison({ operator, span }: Binary, left: Thing, right: Thing, env: Env): Thing | undefined {
  const truth = (value: boolean): Thing => ({ kind: "bool", value });
  if (operator === "in") {
    if (right.kind !== "list") return undefined;
    spend(env.session, span, right.items.length);
    const text = canonical(left);
    return truth(right.items.some((item) => canonical(item) === text));
  }
  if (operator === "==" || operator === "!=") {
    if (left.kind === "tensor" && right.kind === "tensor") return undefined;
    return truth((canonical(left) === canonical(right)) === (operator === "=="));
  }
  if (left.kind !== "number" || right.kind !== "number") return undefined;
  const [a, b] = [left.value, right.value];
  switch (operator) {
    case "<":
      return truth(a < b);
    case "<=":
      return truth(a <= b);
    case ">":
      return truth(a > b);
    case ">=":
      return truth(a >= b);
    default:
      return undefined;
  }
}

function numbers(expr: Binary, left: Thing, right: Thing, env: Env): Thing | undefined {
  if (left.kind === "number" && right.kind === "number") {
    const value = calculate(expr, left.value, right.value, env);
    return value === undefined ? undefined : finite(value, "the result", env, expr.span);
  }
  const a = dimOf(left);
  const b = dimOf(right);
  if (a === undefined || b === undefined) return undefined;
  const size = sizes(expr.operator, a, b);
  if (size === undefined) return undefined;
  if (typeof size === "number" || size.terms.length <= mostTerms) return sizeOf(size);
  return env.session.reporter.refuse("out-of-range", expr.span, {
    what: "a size",
    expected: `a sum of at most ${mostTerms} terms`,
    actual: printDim(size),
  });
}

/** Products of sums grow without end. */
const mostTerms = 32;

function sizes(operator: BinaryOperator, a: Dim, b: Dim): Dim | undefined {
  switch (operator) {
    case "+":
      return addDims(a, b);
    case "-":
      return subtractDims(a, b);
    case "*":
      return multiplyDims(a, b);
    case "/":
      return divideDims(a, b);
    default:
      return undefined;
  }
}

/** A number that a machine has: not infinite, and not what 0 / 0 would be. */
export function finite(value: number, what: string, env: Env, span: Span): NumberThing {
  if (Number.isFinite(value)) return number(value);
  return env.session.reporter.refuse("out-of-range", span, { what, expected: "a finite number", actual: value });
}

function dimOf(thing: Thing) {
  if (thing.kind === "size") return thing.dim;
  return thing.kind === "number" && Number.isInteger(thing.value) ? thing.value : undefined;
}

function calculate(expr: Binary, a: number, b: number, env: Env): number | undefined {
  switch (expr.operator) {
    case "+":
      return a + b;
    case "-":
      return a - b;
    case "*":
      return a * b;
    case "^":
      return a ** b;
    case "/":
      if (b === 0) {
        return env.session.reporter.refuse("out-of-range", expr.right.span, {
          what: "a divisor",
          expected: "not 0",
          actual: 0,
        });
      }
      return a / b;
    default:
      return undefined;
  }
}

function quantities(operator: BinaryOperator, left: Thing, right: Thing): Thing | undefined {
  if (operator === "*" && left.kind === "quantity" && right.kind === "number")
    return { ...left, value: left.value * right.value };
  if (operator === "*" && left.kind === "number" && right.kind === "quantity")
    return { ...right, value: left.value * right.value };
  if (operator === "/" && left.kind === "quantity" && right.kind === "number")
    return { ...left, value: left.value / right.value };
  return undefined;
}

type Combining = CombinedThing["family"];

/** The family of a loss, metric, schedule or row rule. */
function familyOf(thing: Thing): Combining | undefined {
  if (thing.kind === "combined") return thing.family;
  if (thing.kind !== "call") return undefined;
  const { family } = thing;
  return family === "loss" || family === "metric" || family === "schedule" || family === "rows" || family === "stream"
    ? family
    : undefined;
}

function families(expr: Binary, left: Thing, right: Thing, env: Env): Thing | undefined {
  const { operator, span } = expr;
  if (operator !== "+" && operator !== "-" && operator !== "*" && operator !== "/") return undefined;
  const a = familyOf(left);
  const b = familyOf(right);
  const combined = (family: Combining): Thing => ({ kind: "combined", family, operator, left, right, span });
  if (a === "loss" || b === "loss") {
    // number or schedule × loss, loss + loss, and one-number tensors among them
    const other = a === "loss" ? right : left;
    const otherFamily = a === "loss" ? b : a;
    const scales = other.kind === "number" || otherFamily === "schedule";
    const both = otherFamily === "loss" || other.kind === "tensor";
    if (scales && (operator === "*" || (operator === "/" && a === "loss"))) return combined("loss");
    if (both && (operator === "+" || operator === "-")) return combined("loss");
    return undefined;
  }
  if (a === "metric" || b === "metric") {
    const fits = (thing: Thing, family: Combining | undefined) => family === "metric" || thing.kind === "number";
    return fits(left, a) && fits(right, b) ? combined("metric") : undefined;
  }
  if (a === "schedule" || b === "schedule") {
    const other = a === "schedule" ? right : left;
    if (other.kind === "number" && operator === "*") return combined("schedule");
    if (other.kind === "tensor" && env.body !== undefined && operator === "*") return combined("loss");
    if ((other.kind === "number" || (a === "schedule" && b === "schedule")) && (operator === "+" || operator === "-"))
      return combined("schedule");
  }
  return env.body === undefined ? streams(expr, left, right) : undefined;
}

/** A stream: a head, or a function of streams. */
function isStream(thing: Thing): boolean {
  if (thing.kind === "member" || thing.kind === "stage" || thing.kind === "chosen") return true;
  return (thing.kind === "call" || thing.kind === "combined") && thing.family === "stream";
}

/** Streams add up; a number or a fitted one scales them. */
function streams({ operator, span }: Binary, left: Thing, right: Thing): Thing | undefined {
  const [a, b] = [isStream(left), isStream(right)];
  const scales = (thing: Thing) => thing.kind === "number" || (thing.kind === "call" && thing.family === "fitted");
  const sums = a && b && (operator === "+" || operator === "-");
  const scaled =
    operator === "*" ? (a && scales(right)) || (b && scales(left)) : operator === "/" && a && scales(right);
  if (!sums && !scaled) return undefined;
  if (operator !== "+" && operator !== "-" && operator !== "*" && operator !== "/") return undefined;
  return { kind: "combined", family: "stream", operator, left, right, span };
}

function tensors(expr: Binary, left: Thing, right: Thing, env: Env): Thing | undefined {
  if (env.body === undefined || expr.operator === "in" || expr.operator === "and" || expr.operator === "or")
    return undefined;
  const a = toTensor(left, env, expr.left.span);
  const b = toTensor(right, env, expr.right.span);
  return a === undefined || b === undefined ? undefined : combineTensors(expr.operator, a, b, env, expr.span);
}
