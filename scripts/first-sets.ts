import { createTokenInstance, EOF, type TokenType } from "chevrotain";
import { AbawParser } from "../grammar/parser.ts";
import { vocabulary } from "../grammar/tokens.ts";

/** The grammar's parser, asked what it decides. */
class AskedParser extends AbawParser {
  declare protected lookAheadFuncsCache: ReadonlyMap<number, (this: AskedParser) => number | boolean | undefined>;

  /** Every decision of the grammar, by its key, and what it is before each token on which it goes on. */
  decisions(): ReadonlyMap<number, ReadonlyMap<string, number | true>> {
    const made = new Map([...this.lookAheadFuncsCache.keys()].map((key) => [key, new Map<string, number | true>()]));
    for (const type of [EOF, ...vocabulary]) {
      this.input = [tokenOf(type)];
      for (const [key, decide] of this.lookAheadFuncsCache) {
        const decision = decide.call(this);
        if (decision !== undefined && decision !== false) made.get(key)?.set(type.name, decision);
      }
    }
    return made;
  }
}

/** What decides each choice of the grammar, as `QuickParser` takes it. */
export function firstSets(): string {
  const alternatives: string[] = [];
  const optionals: string[] = [];
  for (const [key, decision] of new AskedParser().decisions()) {
    const before = (what: number | true) =>
      JSON.stringify([...decision].flatMap(([name, decided]) => (decided === what ? [name] : [])));
    const chosen = [...decision.values()].filter((what) => what !== true);
    if (chosen.length === 0) optionals.push(`  [${key}, ${before(true)}],`);
    else {
      const sets = Array.from({ length: Math.max(...chosen) + 1 }, (_, at) => before(at));
      alternatives.push(`  [${key}, ${sets.join(", ")}],`);
    }
  }
  return `// Generated from grammar/rules.ts by scripts/generate.ts.
/** By chevrotain's key of a choice: the tokens that each of its alternatives begins with. */
export const alternatives: readonly (readonly [key: number, ...sets: readonly (readonly string[])[]])[] = [
${alternatives.join("\n")}
];

/** By chevrotain's key of an optional or repeated part: the tokens that it begins with. */
export const optionals: readonly (readonly [key: number, names: readonly string[]])[] = [
${optionals.join("\n")}
];
`;
}

function tokenOf(type: TokenType): ReturnType<typeof createTokenInstance> {
  return createTokenInstance(type, "", 0, 0, 1, 1, 1, 1);
}
