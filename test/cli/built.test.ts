import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Script } from "node:vm";
import { afterAll, describe, expect, test } from "vitest";
import { BuiltProgram } from "../built-program.ts";
import { abaw, type Said } from "./abaw.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));

describe("the program as it is installed", () => {
  const program = new BuiltProgram();
  afterAll(() => program.remove());

  function built(words: readonly string[]): Said {
    const { status, stdout, stderr } = spawnSync(process.execPath, [program.path, ...words], {
      cwd: root,
      encoding: "utf8",
      env: { ...process.env, NO_COLOR: "1" },
    });
    return { status, out: stdout, err: stderr };
  }

  // `check` is a program of its own, which leaves to the whole one what it cannot explain.
  test.each([
    [["check", "specs/table5/baseline.abaw"]],
    [["check", "--json", "test/mistakes/one/too-much.abaw"]],
    [["check", "no-such-file.abaw"]],
    [["check", "specs", "more"]],
    [["check", "--help"]],
    [["help", "check"]],
    [["plan", "specs/table5/baseline.abaw"]],
    [["chekc"]],
  ])("says of %j what it says from source", (words) => {
    expect(built(words)).toEqual(abaw(words));
  });

  test.each(["abaw.cjs", "abaw-check.cjs"])("starts %s from the code that V8 made of it", (name) => {
    const path = join(program.folder, "dist", name);
    const cachedData = readFileSync(`${path}.cache`);
    const script = new Script(readFileSync(path, "latin1"), { filename: path, cachedData });
    expect(script.cachedDataRejected).toBe(false);
  });
});
