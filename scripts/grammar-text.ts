import {
  Alternation,
  Alternative,
  type IProduction,
  NonTerminal,
  Option,
  Repetition,
  RepetitionMandatory,
  RepetitionMandatoryWithSeparator,
  RepetitionWithSeparator,
  Terminal,
  type TokenType,
} from "chevrotain";
import { AbawParser } from "../grammar/parser.ts";
import * as t from "../grammar/tokens.ts";

/** Words that the pass before the parser tells apart by their neighbours: in a text they are all names. */
const classes: ReadonlyMap<TokenType, string> = new Map([
  [t.Name, "NAME"],
  [t.Key, "NAME"],
  [t.Binding, "NAME"],
  [t.TopBinding, "NAME"],
  [t.NumberToken, "NUMBER"],
  [t.StringToken, "TEXT"],
  [t.Unit, "UNIT"],
]);

/** The grammar's productions, one a line: `{ x }` any number of times, `[ x ]` or nothing, `a | b` either. */
export function grammarText(): string {
  const rules = Object.values(new AbawParser(false).getGAstProductions());
  const width = Math.max(...rules.map(({ name }) => name.length));
  return rules.map((rule) => wrapped(rule.name.padEnd(width), bare(sequence(rule.definition)))).join("\n");
}

const lineWidth = 118;

/** Long productions go on below, at the words' column. */
function wrapped(name: string, text: string): string {
  const lines: string[] = [];
  let line = `${name} =`;
  for (const word of text.split(" ")) {
    if (line.length + 1 + word.length > lineWidth) {
      lines.push(line);
      line = " ".repeat(name.length + 2);
    }
    line += ` ${word}`;
  }
  return [...lines, line].join("\n");
}

function sequence(items: readonly IProduction[]): string {
  return items.map(text).join(" ");
}

function text(item: IProduction): string {
  if (item instanceof NonTerminal) return item.nonTerminalName;
  if (item instanceof Terminal) return terminal(item.terminalType);
  if (item instanceof Alternation) {
    const choices = [...new Set(item.definition.map(text))];
    return choices.length === 1 ? (choices[0] ?? "") : `( ${choices.join(" | ")} )`;
  }
  if (item instanceof Alternative) return sequence(item.definition);
  if (item instanceof Option) return `[ ${bare(sequence(item.definition))} ]`;
  if (item instanceof Repetition) return `{ ${bare(sequence(item.definition))} }`;
  if (item instanceof RepetitionMandatory) {
    const inside = sequence(item.definition);
    return `${inside} { ${inside} }`;
  }
  if (item instanceof RepetitionWithSeparator || item instanceof RepetitionMandatoryWithSeparator) {
    const inside = sequence(item.definition);
    const several = `${inside} { ${terminal(item.separator)} ${inside} }`;
    return item instanceof RepetitionWithSeparator ? `[ ${several} ]` : several;
  }
  throw new Error(`no text for ${item.constructor.name}`);
}

/** Without parentheses that stand around all of it. */
function bare(inside: string): string {
  return /^\( [^()]* \)$/.test(inside) ? inside.slice(2, -2) : inside;
}

function terminal(token: TokenType): string {
  return classes.get(token) ?? JSON.stringify((token.LABEL ?? token.name).replaceAll("`", ""));
}
