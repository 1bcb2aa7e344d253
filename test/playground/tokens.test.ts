import { expect, test } from "vitest";
import { looksOf } from "../../editors/playground/page/editor/tokens.ts";

const said = (text: string) => looksOf(text).map(({ look, from, to }) => `${text.slice(from, to)} ${look}`);

test("every token looks like what the grammar says it is", () => {
  const text =
    '## why\nstage s = train m() on d { batch: 8, keep: last } # end\nx = image -> face(1.5 epochs, "a", none)';
  expect(said(text)).toEqual([
    "## why documentation",
    "stage declaring",
    "s declared",
    "= operator",
    "train word",
    "m called",
    "( bracket",
    ") bracket",
    "on word",
    "d name",
    "{ bracket",
    "batch key",
    ": separator",
    "8 number",
    ", separator",
    "keep key",
    ": separator",
    "last name",
    "} bracket",
    "# end comment",
    "x declared",
    "= operator",
    "image name",
    "-> operator",
    "face called",
    "( bracket",
    "1.5 number",
    "epochs unit",
    ", separator",
    '"a" string',
    ", separator",
    "none constant",
    ") bracket",
  ]);
});

test("the type of a parameter with a default is no definition", () => {
  expect(said("module m(n: int = 1) ()").slice(3, 7)).toEqual(["n key", ": separator", "int name", "= operator"]);
});

test("a text without meaning is still one", () => {
  expect(said("§ (")).toEqual(["( bracket"]);
  expect(said('"open')).toEqual(['"open string']);
});
