import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { readSpec } from "../../cli/read-spec.ts";
import { specBytesLimit } from "../../runtime/spec-files/spec-files.ts";
import { SpecTextError } from "../../runtime/spec-files/spec-text.ts";

const root = mkdtempSync(join(tmpdir(), "abaw-bad-input-"));
const folder = join(root, "specs");
const at = (name: string) => join(folder, name);
const put = (name: string, text: string | Buffer) => writeFileSync(at(name), text);

beforeAll(() => {
  mkdirSync(join(folder, "below"), { recursive: true });
  writeFileSync(join(root, "outside.abaw"), "x = 1\n");
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

/** What is said about a file: `code reason`, or the message of a file that is no text. */
function said(name: string): readonly string[] {
  try {
    return readSpec(at(name), {}).diagnostics.map(({ code, message }) => `${code}: ${message}`);
  } catch (problem) {
    if (problem instanceof SpecTextError) return [problem.message.replaceAll(`${folder}/`, "")];
    throw problem;
  }
}

/** What is said about a spec that uses a path. */
function saidOfUse(path: string): readonly string[] {
  put("user.abaw", `use ${JSON.stringify(path)}\n`);
  return said("user.abaw").map((line) => line.replaceAll(`${folder}/`, ""));
}

describe("files that use each other are each read once", () => {
  test.each([
    ["itself", ["a"]],
    ["each other", ["a", "b"]],
    ["in a ring of three", ["a", "b", "c"]],
  ])("%s", (_, ring) => {
    ring.forEach((name, i) => {
      put(`${name}.abaw`, `use "${ring[(i + 1) % ring.length]}.abaw"\n${name}_own = 1\n`);
    });
    expect(said("a.abaw")).toEqual([]);
  });

  test("names that depend on each other across them are a cycle", () => {
    put("a.abaw", 'use "b.abaw"\nx = y\n');
    put("b.abaw", 'use "a.abaw"\ny = x\n');
    expect(said("a.abaw")).toEqual([expect.stringMatching(/^cycle: /)]);
  });

  test("so many and no more", () => {
    for (let i = 0; i < 210; i += 1) put(`chain${i}.abaw`, `use "chain${i + 1}.abaw"\n`);
    expect(said("chain0.abaw")).toEqual([expect.stringContaining("a spec uses at most 200 files")]);
  });
});

describe("a file that cannot be used", () => {
  test("is not there", () => {
    expect(saidOfUse("none.abaw")).toEqual(['cannot-read-file: cannot use "none.abaw": there is no file none.abaw']);
  });

  test("has no name", () => {
    expect(saidOfUse("")).toEqual(['cannot-read-file: cannot use "": the path is empty']);
  });

  test("is a folder", () => {
    expect(saidOfUse("below")).toEqual(['cannot-read-file: cannot use "below": there is no file below']);
  });

  test.each(["../outside.abaw", "below/../../outside.abaw", "/dev/zero", "std/../../package.json", "a\0b"])(
    "lies outside: %j",
    (path) => {
      expect(saidOfUse(path)).toEqual([expect.stringMatching(/^cannot-read-file: /)]);
    },
  );

  test("leads outside by a link", () => {
    symlinkSync(join(root, "outside.abaw"), at("link.abaw"));
    expect(saidOfUse("link.abaw")).toEqual([expect.stringMatching(/^cannot-read-file: /)]);
  });

  test("is a link to itself", () => {
    symlinkSync(at("ring.abaw"), at("ring.abaw"));
    expect(saidOfUse("ring.abaw")).toEqual([expect.stringMatching(/^cannot-read-file: /)]);
  });

  test("is a device behind a link", () => {
    symlinkSync("/dev/zero", at("device.abaw"));
    expect(saidOfUse("device.abaw")).toEqual([expect.stringMatching(/^cannot-read-file: /)]);
  });

  test("is no UTF-8", () => {
    put("latin.abaw", Buffer.from("# caf\xe9\n", "latin1"));
    expect(saidOfUse("latin.abaw")).toEqual([expect.stringMatching(/^cannot-read-file: .*no UTF-8/)]);
  });

  test.runIf(process.getuid?.() !== 0)("may not be read", () => {
    put("secret.abaw", "x = 1\n");
    chmodSync(at("secret.abaw"), 0);
    expect(saidOfUse("secret.abaw")).toEqual([expect.stringMatching(/^cannot-read-file: .*no permission/)]);
  });
});

describe("bytes that are no spec", () => {
  test.each([
    ["Latin-1", Buffer.from("a = 1\n# caf\xe9\n", "latin1"), "bytes.abaw:2: byte 11 of the file, 0xE9, is no UTF-8"],
    ["UTF-16", Buffer.from("\ufeffa = 1\n", "utf16le"), "it looks like UTF-16"],
    ["half a character", Buffer.from([0x61, 0xc3]), "byte 1 of the file, 0xC3"],
    ["a character too long", Buffer.from([0xc0, 0x80]), "byte 0 of the file, 0xC0"],
    ["half a pair", Buffer.from([0xed, 0xa0, 0x80]), "byte 0 of the file, 0xED"],
    ["random", Buffer.from(Array.from({ length: 1000 }, (_, i) => (i * 7919) % 256)), "is no UTF-8"],
    ["too many", Buffer.alloc(specBytesLimit + 1, 0x20), `more than ${specBytesLimit} bytes`],
  ])("%s", (_, bytes, message) => {
    put("bytes.abaw", bytes);
    expect(said("bytes.abaw")).toEqual([expect.stringContaining(message)]);
  });

  test.each([
    ["nothing", "", []],
    ["a byte order mark", "\ufeff", []],
    ["white space", " \t\r\n\n", []],
    ["a byte order mark, and text", "\ufeffa = 1\r\n", []],
    ["NUL", "a = 1\0", ["unknown-character: `\0` has no meaning here"]],
  ])("%s is text", (_, text, expected) => {
    put("text.abaw", text);
    expect(said("text.abaw")).toEqual(expected);
  });
});
