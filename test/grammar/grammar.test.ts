import { describe, expect, test } from "vitest";
import { AbawParser } from "../../grammar/parser.ts";
import { conflictsOf } from "./first-follow.ts";

describe("the grammar", () => {
  test("is decided by one token everywhere, against full FOLLOW sets", () => {
    const grammar = new AbawParser().getSerializedGastProductions();
    expect(grammar.length).toBeGreaterThan(40);
    expect(conflictsOf(grammar)).toEqual([]);
  });

  test("passes chevrotain's own validation", () => {
    expect(() => new AbawParser(false)).not.toThrow();
  });
});

describe("the search for conflicts", () => {
  const terminal = (name: string) => ({ type: "Terminal", name, idx: 0 }) as const;
  const rule = (name: string, definition: readonly object[]) =>
    ({ type: "Rule", name, orgText: "", definition }) as const;

  test("finds an optional part that begins with what follows it", () => {
    const grammar = [rule("a", [{ type: "Option", idx: 0, definition: [terminal("X")] }, terminal("X")])];
    expect(conflictsOf(JSON.parse(JSON.stringify(grammar)))).toEqual([{ rule: "a", what: "Option", tokens: ["X"] }]);
  });

  test("finds it through another rule", () => {
    const call = { type: "NonTerminal", name: "b", idx: 0 };
    const grammar = [
      rule("a", [call, terminal("X")]),
      rule("b", [terminal("Y"), { type: "Repetition", idx: 0, definition: [terminal("X")] }]),
    ];
    expect(conflictsOf(JSON.parse(JSON.stringify(grammar)))).toEqual([
      { rule: "b", what: "Repetition", tokens: ["X"] },
    ]);
  });

  test("finds alternatives that begin alike", () => {
    const alternative = (name: string) => ({ type: "Alternative", definition: [terminal(name)] });
    const grammar = [rule("a", [{ type: "Alternation", idx: 0, definition: [alternative("X"), alternative("X")] }])];
    expect(conflictsOf(JSON.parse(JSON.stringify(grammar)))).toEqual([
      { rule: "a", what: "alternatives", tokens: ["X"] },
    ]);
  });
});
