/** A place of the grammar where one token does not decide. */
export interface Conflict {
  readonly rule: string;
  readonly what: string;
  readonly tokens: readonly string[];
}

/** As chevrotain serialises them. */
export interface Part {
  readonly type: string;
  readonly name?: string;
  readonly definition?: readonly Part[];
  readonly separator?: unknown;
}

const optional = new Set(["Option", "Repetition", "RepetitionWithSeparator"]);
const repeated = new Set(["Repetition", "RepetitionMandatory"]);

/**
 * Every conflict of a grammar against one token of lookahead: alternatives that begin alike, and optional or repeated parts that begin
 * with what may follow them, by full FIRST and FOLLOW sets (https://en.wikipedia.org/wiki/LL_parser).
 */
export function conflictsOf(grammar: readonly Part[]): readonly Conflict[] {
  return new Sets(grammar).conflicts();
}

class Sets {
  readonly #rules = new Map<string, Part>();
  readonly #first = new Map<string, Set<string>>();
  readonly #empty = new Set<string>();
  readonly #follow = new Map<string, Set<string>>();

  constructor(grammar: readonly Part[]) {
    for (const rule of grammar) {
      this.#rules.set(rule.name ?? "", rule);
      this.#first.set(rule.name ?? "", new Set());
      this.#follow.set(rule.name ?? "", new Set());
    }
    this.#untilStill(() => {
      for (const [name, rule] of this.#rules) {
        const { tokens, empty } = this.#sequence(rule.definition ?? []);
        for (const token of tokens) this.#first.get(name)?.add(token);
        if (empty) this.#empty.add(name);
      }
    });
    this.#untilStill(() => {
      for (const [name, rule] of this.#rules) {
        this.#walk(rule.definition ?? [], this.#follow.get(name) ?? new Set(), (part, after) => {
          if (part.type === "NonTerminal") for (const token of after) this.#follow.get(part.name ?? "")?.add(token);
        });
      }
    });
  }

  conflicts(): readonly Conflict[] {
    const found: Conflict[] = [];
    for (const [name, rule] of this.#rules) {
      this.#walk(rule.definition ?? [], this.#follow.get(name) ?? new Set(), (part, after) => {
        const add = (what: string, tokens: readonly string[]) => {
          if (tokens.length > 0) found.push({ rule: name, what, tokens });
        };
        if (part.type === "Alternation") this.#alternatives(part, after, add);
        else if (optional.has(part.type) || repeated.has(part.type)) {
          const begin = this.#sequence(part.definition ?? []).tokens;
          add(
            part.type,
            [...begin].filter((token) => after.has(token)),
          );
        }
      });
    }
    return found;
  }

  #alternatives(part: Part, after: ReadonlySet<string>, add: (what: string, tokens: readonly string[]) => void): void {
    const seen = new Set<string>();
    for (const alternative of part.definition ?? []) {
      const { tokens, empty } = this.#sequence(alternative.definition ?? []);
      add(
        "alternatives",
        [...tokens].filter((token) => seen.has(token)),
      );
      for (const token of tokens) seen.add(token);
      if (empty)
        add(
          "an empty alternative",
          [...after].filter((token) => seen.has(token)),
        );
    }
  }

  /** Visits every part with the tokens that may follow it where it stands. */
  #walk(
    parts: readonly Part[],
    follow: ReadonlySet<string>,
    visit: (part: Part, after: ReadonlySet<string>) => void,
  ): void {
    parts.forEach((part, i) => {
      const { tokens, empty } = this.#sequence(parts.slice(i + 1));
      const after = new Set([...tokens, ...(empty ? follow : [])]);
      visit(part, after);
      const inside = part.definition ?? [];
      const separator = separatorOf(part);
      const again = separator === undefined ? this.#sequence(inside).tokens : new Set([separator]);
      const within = part.type.startsWith("Repetition") ? new Set([...after, ...again]) : after;
      if (part.type === "Alternation") for (const each of inside) this.#walk(each.definition ?? [], after, visit);
      else this.#walk(inside, within, visit);
    });
  }

  #sequence(parts: readonly Part[]): { readonly tokens: ReadonlySet<string>; readonly empty: boolean } {
    const tokens = new Set<string>();
    for (const part of parts) {
      const one = this.#one(part);
      for (const token of one.tokens) tokens.add(token);
      if (!one.empty) return { tokens, empty: false };
    }
    return { tokens, empty: true };
  }

  #one(part: Part): { readonly tokens: ReadonlySet<string>; readonly empty: boolean } {
    const name = part.name ?? "";
    if (part.type === "Terminal") return { tokens: new Set([name]), empty: false };
    if (part.type === "NonTerminal")
      return { tokens: this.#first.get(name) ?? new Set(), empty: this.#empty.has(name) };
    if (part.type === "Alternation") {
      const all = (part.definition ?? []).map((each) => this.#sequence(each.definition ?? []));
      return { tokens: new Set(all.flatMap(({ tokens }) => [...tokens])), empty: all.some(({ empty }) => empty) };
    }
    const { tokens, empty } = this.#sequence(part.definition ?? []);
    return { tokens, empty: empty || optional.has(part.type) };
  }

  #untilStill(round: () => void): void {
    const size = () =>
      [...this.#first.values(), ...this.#follow.values()].reduce((sum, set) => sum + set.size, this.#empty.size);
    for (let before = -1; before !== size(); ) {
      before = size();
      round();
    }
  }
}

function separatorOf(part: Part): string | undefined {
  return "separator" in part &&
    typeof part.separator === "object" &&
    part.separator !== null &&
    "name" in part.separator
    ? String(part.separator.name)
    : undefined;
}
