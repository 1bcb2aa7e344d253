import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Ajv, type SchemaObject } from "ajv";
import { afterAll, describe, expect, test } from "vitest";
import { jsonSchemas } from "../../cli/json-schemas.ts";
import { abaw } from "./abaw.ts";

const folder = mkdtempSync(join(tmpdir(), "abaw-diff-"));
const right = readFileSync(new URL("../check/right.abaw", import.meta.url), "utf8");
const write = (name: string, text: string) => writeFileSync(join(folder, name), text);
const say = (...words: string[]) => abaw(["diff", ...words], folder);
write("old.abaw", right);
write("new.abaw", `# another head\n${right.replace("opset: 17", "opset: 18")}\nmore = together with {batch: 3}\n`);
write("wrong.abaw", right.replace("-> face\n", "-> fase\n"));
write("worse.abaw", right.replace("opset: 17", "opset: 3"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function jsonOf(schema: SchemaObject, out: string): unknown {
  const value: unknown = JSON.parse(out);
  const ajv = new Ajv();
  expect(ajv.validate(schema, value), ajv.errorsText()).toBe(true);
  return value;
}

describe("abaw diff", () => {
  test("compares two stages of a file, settings on both sides", () => {
    const { status, out } = say("new.abaw", "together", "more", "--json", "--set", "more.batch=5");
    expect(status).toBe(0);
    expect(jsonOf(jsonSchemas.diffStages, out)).toMatchObject({
      same: false,
      before: { spec: "new.abaw", name: "together" },
      settings: [{ path: "batch", kind: "changed", after: "5" }],
    });
  });

  test("compares two files", () => {
    const { status, out } = say("old.abaw", "new.abaw");
    expect(status).toBe(0);
    expect(out).toMatch(/^old\.abaw → new\.abaw\n {2}the same: .*together/);
    expect(out).toMatch(/\+ stage more\n\nassemblies, exports, sweeps\n {2}~ export\.\w+\.opset {2}17 → 18\n$/);
    const json = say("old.abaw", "new.abaw", "--json");
    expect(jsonOf(jsonSchemas.diffSpecs, json.out)).toMatchObject({ added: ["more"], changed: [] });
  });

  test("compares one name of two files", () => {
    expect(say("old.abaw", "new.abaw", "together").out).toBe(
      "together of old.abaw → together of new.abaw: no difference in meaning\n",
    );
  });

  test("prints the mistakes of both files", () => {
    const { status, out, err } = say("wrong.abaw", "worse.abaw");
    expect([status, out]).toEqual([1, ""]);
    expect(err).toContain("there is no module or function named `fase`\n  --> wrong.abaw:14:16");
    expect(err).toContain("worse.abaw:44:23");
  });

  test.each([
    [["old.abaw", "together", "nope"], "there is no thing named `nope`"],
    [["old.abaw", "together"], "a stage is compared with another: abaw diff old.abaw together NAME"],
    [["old.abaw", "together", "au"], "au is no stage; `abaw explain old.abaw` lists the stages"],
  ])("%j is the user's mistake", (words, message) => {
    const { status, err } = say(...words);
    expect([status, err.includes(message) ? message : err]).toEqual([1, message]);
  });

  test("has help with an example", () => {
    const { status, out } = say("--help");
    expect(status).toBe(0);
    expect(out.replaceAll(/\s+/g, " ")).toMatch(
      /Ends with 0 whether there are differences or not\. .* Example: \$ abaw diff /,
    );
  });
});
