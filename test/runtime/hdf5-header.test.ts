import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { headerOf } from "../../runtime/headers/read-header.ts";
import { temporaryFolder } from "./temporary-folder.ts";

/** Sizes of an array, or what a group has. */
type Made = readonly number[] | { readonly [name: string]: Made };

/** A file in the newer way of HDF5, its links in the headers of its groups, without the sums that no reader of headers looks at. */
function hdf5(root: Made): Buffer {
  let bytes = Buffer.alloc(48);
  bytes.write("\x89HDF\r\n\x1a\n\x03\x08\x08", "latin1");
  bytes.fill(0xff, 20, 28);
  const rootAt = put(root);
  bytes.writeBigUInt64LE(BigInt(bytes.length), 28);
  bytes.writeBigUInt64LE(BigInt(rootAt), 36);
  return bytes;

  function put(made: Made): number {
    const messages = isArray(made)
      ? [message(1, [2, made.length, 0, 1, ...made.flatMap(number)]), message(3, [0x11, 0, 0, 0, 4, 0, 0, 0])]
      : Object.entries(made).map(([name, each]) =>
          message(6, [1, 0, name.length, ...Buffer.from(name), ...number(put(each))]),
        );
    const at = bytes.length;
    const size = messages.flat().length;
    bytes = Buffer.concat([bytes, Buffer.from("OHDR"), Buffer.from([2, 1, size & 255, size >> 8, ...messages.flat()])]);
    bytes = Buffer.concat([bytes, Buffer.alloc(4)]);
    return at;
  }
}

function isArray(made: Made): made is readonly number[] {
  return Array.isArray(made);
}

function message(type: number, content: readonly number[]): readonly number[] {
  return [type, content.length & 255, content.length >> 8, 0, ...content];
}

function number(value: number): readonly number[] {
  return [value & 255, value >> 8, 0, 0, 0, 0, 0, 0];
}

function headerOfBytes(bytes: Uint8Array) {
  const path = join(temporaryFolder(), "features.h5");
  writeFileSync(path, bytes);
  return headerOf(path, "hdf5");
}

const found = (path: string) => ({
  kind: "arrays",
  arrays: new Map([[path, { shape: [64], type: "float32", numeric: true }]]),
});

test("the first array is found behind groups that have none", () => {
  expect(headerOfBytes(hdf5({ video1: { "00001": [64] } }))).toEqual(found("video1/00001"));
  expect(headerOfBytes(hdf5({ video1: {}, video2: {}, video3: { "00001": [64] } }))).toEqual(found("video3/00001"));
});

test("that the groups looked at are empty says nothing of the others; that there is no group at all does", () => {
  expect(headerOfBytes(hdf5({ video1: {}, video2: {} }))).toEqual({
    kind: "unread",
    reason: "the groups that come first in it have no array",
  });
  expect(headerOfBytes(hdf5({}))).toMatchObject({ kind: "broken", reason: "it has no array" });
});

test("groups that stand in themselves, and very many, come to an end", () => {
  const bytes = hdf5({ a: {} });
  // The only link of the outermost group leads back to it.
  const root = bytes.readBigUInt64LE(36);
  bytes.writeBigUInt64LE(root, Number(root) + 4 + 4 + 4 + 3 + 1);
  expect(headerOfBytes(bytes)).toMatchObject({ kind: "broken", reason: /groups stand in one another/ });
  const many = Object.fromEntries(Array.from({ length: 1500 }, (_, i) => [`v${i}`, {}]));
  expect(headerOfBytes(hdf5({ ...many, last: [64] }))).toMatchObject({ kind: "unread" });
});

test("a file with a block of another program before it is HDF5", () => {
  const whole = hdf5({ video1: { "00001": [64] } });
  for (const before of [512, 2048])
    expect(headerOfBytes(Buffer.concat([Buffer.alloc(before), whole]))).toEqual({
      kind: "unread",
      reason: `it begins at ${before}; one that begins at 0 is read`,
    });
  expect(headerOfBytes(Buffer.concat([Buffer.alloc(500), whole]))).toMatchObject({
    kind: "broken",
    reason: "it is not HDF5",
  });
});
