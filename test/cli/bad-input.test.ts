import { mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { unread } from "./abaw.ts";
import { abawInProcess } from "./in-process.ts";

const folder = mkdtempSync(join(tmpdir(), "abaw-bad-files-"));
const at = (name: string) => join(folder, name);

beforeAll(() => {
  mkdirSync(at("none"));
  mkdirSync(at("some"));
  writeFileSync(at("some/first.abaw"), "a = 1\n");
  writeFileSync(at("empty.abaw"), "");
  writeFileSync(at("binary.abaw"), Buffer.from(Array.from({ length: 4096 }, (_, i) => (i * 31) % 256)));
  writeFileSync(at("text.abaw"), "This is no spec at all.\n");
  writeFileSync(at("escapes.abaw"), 'a = "\u001b[2J" + \u001b]0;title\u0007 b\u202e\n');
  symlinkSync(at("loop.abaw"), at("loop.abaw"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Every command that reads a spec, with what else it needs. */
const readers: readonly (readonly [command: string, ...more: string[]])[] = [
  ["check"],
  ["fmt", "--check"],
  ["plan"],
  ["explain", "x"],
  ["graph"],
  ["train"],
  ["eval"],
  ["predict"],
  ["export"],
  ["compile", "--target", "onnx"],
];

/** Files that are no specs, and what each command says of them: what is wrong with which file, and what to do. */
const files: Readonly<Record<string, string>> = {
  none: "is a folder, not a spec; no spec is in it",
  some: `is a folder, not a spec; name a file in it, such as ${at("some/first.abaw")}`,
  "missing.abaw": "there is no file",
  "empt.abaw": `did you mean ${at("empty.abaw")}?`,
  "nowhere/empty.abaw": "there is no file",
  "loop.abaw": "there is no file",
  "binary.abaw": "binary.abaw:1: byte 5 of the file, 0x9B, is no UTF-8; save it as UTF-8",
  "text.abaw": "error[unexpected-text]",
  "escapes.abaw": "error[",
};

describe.each(readers)("abaw %s", (command, ...more) => {
  test.each(Object.keys(files))("of %s says what is wrong and what to do", async (name) => {
    const before = readdirSync(folder);
    const { status, out, err } = await abawInProcess([command, at(name), ...more]);
    expect([status, out]).toEqual([1, ""]);
    expect(err).toContain(files[name]);
    expect(err).toContain(name);
    expect(err).not.toMatch(/\bat .*:\d+:\d+\)?$|internal error|undefined|[^\P{Cc}\n]|\p{Cf}/mu);
    expect(readdirSync(folder)).toEqual(before);
  });
});

describe("a spec of nothing", () => {
  test.each([at("empty.abaw"), "/dev/null"])("%s is right", async (path) => {
    expect(await abawInProcess(["check", path])).toEqual({
      status: 0,
      out: `${path} is right: 0 stages, 0 assemblies, 0 exports\n`,
      err: "",
    });
    expect((await abawInProcess(["plan", path])).out).toBe("nothing: no stage is asked for\n");
    expect((await abawInProcess(["fmt", "--check", path])).status).toBe(0);
  });

  test.each([["train"], ["eval"], ["predict"], ["export"], ["compile", "--target", "onnx"], ["graph"]])(
    "has nothing for abaw %s to do, which leaves nothing behind",
    async (command, ...more) => {
      const path = at("empty.abaw");
      const words = [command, path, ...more, ...(command === "train" ? ["--out", at("run")] : [])];
      const { status, out, err } = await abawInProcess(words);
      expect([status, out]).toEqual([1, ""]);
      expect(err).toMatch(/empty\.abaw asks for no stage, so there is nothing to do; a name .* = alone\(au\)\n$/);
      expect(readdirSync(folder)).not.toContain("run");
    },
  );

  test("has no end", async () => {
    const { status, err } = await abawInProcess(["check", "/dev/zero"]);
    expect([status, err]).toEqual([1, "error: /dev/zero has more than 4194304 bytes, the most that a spec has\n"]);
  });
});

describe("what is said beside a spec", () => {
  const path = at("some/first.abaw");

  test.each([
    [["--set", "a=((("], "--set a=(((:1:13"],
    [["--set", "=3"], "--set takes path=value, such as first.batch=16"],
    [["--set", "constructor.valueOf=3"], "`constructor.valueOf` names nothing"],
    [["--set", `a=${"(".repeat(10_000)}`], "brackets are nested deeper than 32"],
    [["--profile", "__proto__"], "no profile named `__proto__`"],
    [["--profile", ""], "no profile named ``"],
  ])("%j is placed in it", async (more, message) => {
    const { status, err } = await abawInProcess(["check", path, ...more]);
    expect(status).toBe(1);
    expect(err).toContain(message);
  });
});

test("an output that nobody reads ends a command, without a word", async () => {
  const { status, err } = await unread(["explain", "examples/quickstart.abaw", "together", "--json"]);
  expect([status, err]).toEqual([0, ""]);
});
