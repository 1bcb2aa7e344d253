import {
  Alternation,
  Alternative,
  createTokenInstance,
  EOF,
  type IProduction,
  NonTerminal,
  Option,
  Repetition,
  RepetitionMandatoryWithSeparator,
  RepetitionWithSeparator,
  Terminal,
} from "chevrotain";
import { AbawParser } from "../grammar/parser.ts";
import type { Part } from "../grammar/quick-parser.ts";
import { vocabulary } from "../grammar/tokens.ts";

/** The grammar's parser, asked what it decides. Chevrotain keeps decisions where no type of it tells. */
class AskedParser extends AbawParser {
  declare protected lookAheadFuncsCache: ReadonlyMap<number, (this: AskedParser) => number | boolean | undefined>;
  declare protected fullRuleNameToShort: Readonly<Record<string, number>>;

  /** What a decision of a rule is before each token on which it goes on. */
  decision(rule: string, method: Method, occurrence: number): ReadonlyMap<string, number> {
    const key = (this.fullRuleNameToShort[rule] ?? 0) | (methods[method] << 8) | occurrence;
    const decide = this.lookAheadFuncsCache.get(key);
    if (decide === undefined) throw new Error(`${rule} has no ${method} ${occurrence}`);
    const made = new Map<string, number>();
    for (const type of [EOF, ...vocabulary]) {
      this.input = [createTokenInstance(type, "", 0, 0, 1, 1, 1, 1)];
      const decided = decide.call(this);
      if (decided !== undefined && decided !== false) made.set(type.name, Number(decided));
    }
    return made;
  }
}

/** By what chevrotain makes its keys of. */
const methods = { choice: 1, optional: 2, many: 3, "many with a separator": 5 } as const;
type Method = keyof typeof methods;

/** The grammar as `QuickParser` takes it. */
export function grammarTable(): string {
  const parser = new AskedParser();
  const rules = Object.entries(parser.getGAstProductions()).map(([name, { definition }]) => {
    const parts = definition.map((each) => JSON.stringify(partOf(parser, name, each)));
    return `  ${name}: [\n${parts.map((part) => `    ${part},\n`).join("")}  ],`;
  });
  return `// Generated from grammar/rules.ts by scripts/generate.ts.
import type { Part } from "./quick-parser.ts";

/** What each rule consists of. */
export const grammar: Readonly<Record<string, readonly Part[]>> = {
${rules.join("\n")}
};
`;
}

function partOf(parser: AskedParser, rule: string, part: IProduction): Part {
  const inner = (parts: readonly IProduction[]) => parts.map((each) => partOf(parser, rule, each));
  const begins = (method: Method, occurrence: number) => [...parser.decision(rule, method, occurrence).keys()];
  if (part instanceof Terminal) return { kind: "token", name: part.terminalType.name };
  if (part instanceof NonTerminal) return { kind: "rule", name: part.nonTerminalName };
  if (part instanceof Alternation) {
    const alternatives = part.definition.map((each) => {
      if (!(each instanceof Alternative)) throw new Error(`${rule} has a choice of something else`);
      return inner(each.definition);
    });
    return { kind: "choice", by: Object.fromEntries(parser.decision(rule, "choice", part.idx)), alternatives };
  }
  if (part instanceof Option)
    return { kind: "optional", begins: begins("optional", part.idx), parts: inner(part.definition) };
  if (part instanceof Repetition)
    return { kind: "many", begins: begins("many", part.idx), parts: inner(part.definition) };
  if (part instanceof RepetitionWithSeparator)
    return {
      kind: "separated",
      begins: begins("many with a separator", part.idx),
      by: part.separator.name,
      parts: inner(part.definition),
    };
  if (part instanceof RepetitionMandatoryWithSeparator)
    return { kind: "separated", begins: [], by: part.separator.name, parts: inner(part.definition) };
  throw new Error(`${rule} has a part that the quick parser does not know`);
}
