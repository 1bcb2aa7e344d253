import { describe, expect, test } from "vitest";
import { analyse } from "../../compiler/compile.ts";
import { readStandard } from "../plan-of.ts";

const start = `use "std/aff2.abaw"

faces = aff2 with {fields: {face: features("face.h5", dims: [64], layout: h5_video_frame)}}

model network(tasks: [task]) (face) {
  x = face -> linear(32) -> relu
  head t = x -> linear for t in tasks
}

stage first(size: int = 8) = train network([au]) on faces {
  loss:     {au: bce(au)}
  batch:    size
  duration: 3 epochs
}
`;

function checked(sweep: string) {
  const text = `${start}\nsweep many = ${sweep}\n`;
  const { diagnostics, session, planned } = analyse({ name: "test.abaw", text }, { read: readStandard });
  return {
    said: diagnostics
      .filter(({ severity }) => severity === "error")
      .map(({ code, message, help, fix, span }) => {
        expect(fix).toBeUndefined();
        return `${code}: ${message} | ${help} | ${text.slice(span.start, span.end).slice(0, 5)}`;
      }),
    work: session.ledger.work,
    variants: planned.sweeps[0]?.points.length,
  };
}

const meant = (variants: number, most = 200) =>
  `too-many-variants: this sweep has ${variants} variants, more than ${most} | if so many trainings are meant, say so: most: ${variants}`;
const never = (variants: string, most = 200) =>
  `too-many-variants: this sweep has ${variants} variants, more than ${most} | a sweep has at most 5000; leave values out, or draw some points with search: random(trials: 40)`;

describe("more variants than 200 are asked about", () => {
  const { work } = checked("first { over: {seed: [1]} }");

  test.each([
    ["first { over: {seed: range(201)} }", `${meant(201)} | over:`],
    ["first { over: {seed: range(25), batch: [4, 8, 16, 32]}, seeds: [1, 2, 3] }", "duplicate-key"],
    ["first { over: {size: range(50), batch: [4, 8, 16]}, seeds: [1, 2, 3] }", `${meant(450)} | over:`],
    ["first { over: {seed: range(20)}, most: 10 }", `${meant(20, 10)} | over:`],
    ["[first(n + 1) for n in range(300)] {}", `${meant(300)} | [firs`],
    ["first { over: {seed: range(80), size: [1, 2, 4 if seed < 40, 8 if seed < 2]} }", `${meant(202)} | over:`],
    ["first { over: {seed: range(300) for k in [1], size: [2] if k > 1} }", `${meant(300)} | over:`],
    ["first { over: {seed: range(9000)} }", `${never("9000")} | over:`],
    ["first { over: {seed: range(10000), size: range(10000)}, most: 5000 }", `${never("100000000", 5000)} | over:`],
    ["[first(n + 1) for n in range(10000)] { most: 3000 }", `${never("10000", 3000)} | [firs`],
  ])("%s", (sweep, message) => {
    const { said, variants } = checked(sweep);
    expect(said).toEqual([expect.stringContaining(message)]);
    expect(variants ?? 0).toBe(0);
  });

  test("of very many axes they are counted by multiplication", () => {
    const axes = (count: number) => Array.from({ length: count }, (_, i) => `loss.au.k${i}: [1, 2]`).join(", ");
    const { said, work: spent } = checked(`first { over: {${axes(40)}} }`);
    expect(said).toEqual([`${never(String(2 ** 40))} | over:`]);
    expect(spent - work).toBeLessThan(2000);
    expect(checked(`first { over: {${axes(60)}} }`).said).toEqual([`${never("more than 5000")} | over:`]);
  });

  test("of axes that read each other no more are counted than may be made", () => {
    const { said } = checked("first { over: {seed: range(10000), size: [n + seed for n in range(100)]} }");
    expect(said).toEqual([`${never("more than 5000")} | over:`]);
  });
});

describe("so many as are meant are made", () => {
  test.each([
    ["first { over: {seed: range(200)} }", 200],
    ["first { over: {seed: range(300)}, most: 300 }", 300],
    ["first { over: {seed: [1, 2, 3], size: [n + 1 for n in range(seed)]}, most: 6 }", 6],
    ["[first(n + 1) for n in range(201)] { most: 201 }", 201],
  ])("%s", (sweep, count) => {
    const { said, variants } = checked(sweep);
    expect([said, variants]).toEqual([[], count]);
  });

  test.each([0, -1, 5001, 1e9])("most: %d is no number of variants", (most) => {
    const { said } = checked(`first { over: {seed: [1, 2]}, most: ${most} }`);
    expect(said).toEqual([expect.stringContaining(`out-of-range: \`most\` must be from 1 to 5000, not ${most}`)]);
  });
});
