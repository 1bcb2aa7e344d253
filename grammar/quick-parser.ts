import { EOF, type IToken } from "chevrotain";
import type { FileCstNode } from "./cst.generated.ts";
import { alternatives, optionals } from "./first-sets.generated.ts";
import { GrammarRules, isFile } from "./rules.ts";
import { vocabulary } from "./tokens.ts";

/** Ends the reading of a text at its first mistake. */
class Mistake extends Error {}

/** Decides by the next token: which alternative, or whether to go on. */
type Decision = (this: QuickParser) => number | boolean | undefined;

/**
 * Reads a text without mistakes. What chevrotain finds out of a grammar each time a parser is made (it records every rule and computes
 * what each decision hangs on) stands in `first-sets.generated.ts`, which saves a tenth of the time of a check. It knows no more of the
 * grammar than that: what a text with a mistake should have said, `AbawParser` says. Chevrotain keeps decisions where no type of it
 * tells: a test compares the two parsers, and `first-sets.generated.ts` is held fresh.
 */
export class QuickParser extends GrammarRules {
  declare protected selfAnalysisDone: boolean;
  declare protected setLaFuncCache: (key: number, decision: Decision) => void;

  constructor() {
    super({ recoveryEnabled: false });
    this.performSelfAnalysis();
  }

  protected override performSelfAnalysis(): void {
    this.selfAnalysisDone = true;
    for (const [key, ...sets] of alternatives) {
      const chosen = new Map<number | undefined, number>();
      sets.forEach((names, at) => {
        for (const name of names) chosen.set(indexOf(name), at);
      });
      this.setLaFuncCache(key, function () {
        return chosen.get(this.LA(1).tokenTypeIdx);
      });
    }
    for (const [key, names] of optionals) {
      const goesOn = new Set(names.map(indexOf));
      this.setLaFuncCache(key, function () {
        return goesOn.has(this.LA(1).tokenTypeIdx);
      });
    }
  }

  /** The tree of the tokens of a text; undefined where the text has a mistake. */
  read(tokens: readonly IToken[]): FileCstNode | undefined {
    this.input = [...tokens];
    try {
      const cst = this.file();
      return isFile(cst) ? cst : undefined;
    } catch (problem) {
      if (problem instanceof Mistake) return undefined;
      throw problem;
    }
  }

  protected SAVE_ERROR(): never {
    throw new Mistake();
  }

  protected raiseNoAltException(): never {
    throw new Mistake();
  }

  protected raiseEarlyExitException(): never {
    throw new Mistake();
  }
}

const indices = new Map([EOF, ...vocabulary].map(({ name, tokenTypeIdx }) => [name, tokenTypeIdx]));

function indexOf(name: string): number {
  const index = indices.get(name);
  if (index === undefined) throw new Error(`no token is called ${name}`);
  return index;
}
