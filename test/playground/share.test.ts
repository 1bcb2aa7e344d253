import { readFileSync } from "node:fs";
import { deflateRawSync } from "node:zlib";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { fromHash, LinkError, type Shared, tabs, toHash } from "../../editors/playground/page/share.ts";

const paper = readFileSync(new URL("../../specs/table5/netease.abaw", import.meta.url), "utf8");
const whole: Shared = {
  text: "x = 1 # é 🙂\r\n",
  profile: "toy",
  tab: "onnx",
  stage: "table3[goal: valence, length: 20]",
  training: true,
  model: true,
};

const reasonOf = async (hash: string) => {
  const problem = await fromHash(hash).then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  expect(problem).toBeInstanceOf(LinkError);
  return problem instanceof LinkError ? problem.message : "";
};

describe("a link", () => {
  test("gives back what was put in", async () => {
    expect(await fromHash(`#${await toHash(whole)}`)).toEqual(whole);
  });

  test("gives back any text", async () => {
    const shared = fc.record({
      text: fc.string({ unit: "grapheme" }),
      profile: fc.option(fc.string({ unit: "grapheme" }), { nil: undefined }),
      tab: fc.constantFrom(...tabs),
      stage: fc.option(fc.string({ unit: "grapheme" }), { nil: undefined }),
      training: fc.boolean(),
      model: fc.boolean(),
    });
    await fc.assert(
      fc.asyncProperty(shared, async (each) => {
        expect(await fromHash(await toHash(each))).toEqual(each);
      }),
      { numRuns: 200, seed: 3 },
    );
  });

  test("is as short as half of a long spec's text", async () => {
    expect((await toHash({ ...whole, text: paper })).length).toBeLessThan(paper.length / 2);
  });

  test("without anything is no link", async () => {
    expect(await fromHash("")).toBeUndefined();
    expect(await fromHash("#")).toBeUndefined();
  });
});

describe("a link that cannot be read says why", () => {
  test.each([
    ["#nonsense", "it holds no text"],
    ["#tab=onnx", "it holds no text"],
    ["#text=%%%", "its text has characters that no link has"],
    ["#text=!", "its text has characters that no link has"],
    ["#text=AAAA", "its text is cut off or changed"],
    ["#text=", "its text is cut off or changed"],
  ])("%s", async (hash, reason) => expect(await reasonOf(hash)).toBe(reason));

  test("when it was cut off", async () => {
    const hash = await toHash({ ...whole, text: paper });
    expect(await reasonOf(hash.slice(0, -20))).toBe("its text is cut off or changed");
  });

  test("when its bytes are no UTF-8", async () => {
    const packed = deflateRawSync(Uint8Array.of(0xff, 0xfe, 0x80)).toString("base64url");
    expect(await reasonOf(`text=${packed}`)).toBe("its text is cut off or changed");
  });

  test("when a few characters would unfold to far more than a spec", async () => {
    const packed = deflateRawSync(Buffer.alloc(50_000_000, "a")).toString("base64url");
    expect(packed.length).toBeLessThan(100_000);
    expect(await reasonOf(`text=${packed}`)).toBe("its text has more than 1,000,000 characters");
  });

  test("for any text behind #, without failing otherwise", async () => {
    await fc.assert(
      fc.asyncProperty(fc.string(), async (text) => {
        await fromHash(`text=${text}`).catch((problem: unknown) => {
          expect(problem).toBeInstanceOf(LinkError);
        });
      }),
      { numRuns: 300, seed: 5 },
    );
  });
});
