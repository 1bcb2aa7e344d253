import { execFileSync } from "node:child_process";
import {
  closeSync,
  constants,
  lstatSync,
  openSync,
  readFileSync,
  readSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { writeAtomically } from "../../runtime/checkpoints/write-atomically.ts";
import { temporaryFolder } from "./temporary-folder.ts";

const bytes = [new TextEncoder().encode("new")];

test("replaces what a link points to, and leaves the link", () => {
  const folder = temporaryFolder();
  const [target, link] = [join(folder, "target"), join(folder, "link")];
  writeFileSync(target, "old");
  symlinkSync(target, link);
  writeAtomically(link, bytes);
  expect(readFileSync(target, "utf8")).toBe("new");
  expect(lstatSync(link).isSymbolicLink()).toBe(true);
});

test.skipIf(process.platform === "win32")("writes into a pipe, and leaves it one", () => {
  const pipe = join(temporaryFolder(), "pipe");
  execFileSync("mkfifo", [pipe]);
  const reader = openSync(pipe, constants.O_RDWR | constants.O_NONBLOCK);
  try {
    writeAtomically(pipe, bytes);
    const read = new Uint8Array(8);
    expect(new TextDecoder().decode(read.subarray(0, readSync(reader, read)))).toBe("new");
  } finally {
    closeSync(reader);
  }
  expect(statSync(pipe).isFIFO()).toBe(true);
});

test("names what it was asked for where it fails", () => {
  const folder = temporaryFolder();
  expect(() => writeAtomically(folder, bytes)).toThrow(expect.objectContaining({ code: "EISDIR", path: folder }));
});
