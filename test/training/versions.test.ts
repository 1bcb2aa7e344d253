import { expect, test } from "vitest";
import { singleRows } from "../../runtime/data/clips/clip-windows.ts";
import { openData } from "../../runtime/data/open-data.ts";
import { onnxEngine } from "../../runtime/engines/onnx/index.ts";
import { initialWeights } from "../../runtime/train/initial-weights.ts";
import { runOverPart } from "../../runtime/train/run-graph.ts";
import type { StageInputs } from "../../runtime/train/stage-data.ts";
import { stageLoader } from "../../runtime/train/stage-data.ts";
import { largestDifference } from "../compiler/largest-difference.ts";
import { planOf } from "../plan-of.ts";
import { temporaryFolder } from "../runtime/temporary-folder.ts";
import { tolerances } from "../tolerances.ts";

const spec = (evaluate: string) => `
use "std/aff2.abaw"

faces = aff2(16)

module tiny(out: int) (image: [.., c, h, w]) -> [.., d: out] {
  return image -> conv(4, kernel: 3, stride: 4) -> relu -> view([.., d: 4 * (h / 4) * (w / 4)]) -> linear(out)
}

model seen() (image) { head au = image -> tiny(6) -> relu -> linear }

stage judged = train seen() on faces {
  duration: 1 epochs
  ${evaluate}
}

profile toy { data: synthetic(videos: 2, frames: 6) }
`;

const stageOf = (evaluate: string) => {
  const [stage] = planOf(spec(evaluate), { profile: "toy" }).stages;
  if (stage === undefined) throw new Error("there is a stage");
  return stage;
};

/** What an untrained stage says of the validation part, and the pictures of one version. */
async function opened() {
  const stage = stageOf("");
  const data = await openData(stage.data, "error", temporaryFolder());
  const nothing = (): never => {
    throw new Error("nothing is stored");
  };
  const inputs: StageInputs = {
    data,
    feature: nothing,
    field: nothing,
    skipBadImages: false,
    onPass: () => undefined,
  };
  const weights = initialWeights(stage.parameters, 3, () => new Map());
  const said = async (evaluate: string) => {
    const { tta } = stageOf(evaluate).evaluate;
    const sources = { engine: onnxEngine, weights, inputs };
    const found = await runOverPart(stage, stage.graphs.evaluation(), sources, "val", tta);
    return Array.from(found.get("au")?.values ?? [], Number);
  };
  const pictures = async (evaluate: string) => {
    const [augment = []] = stageOf(evaluate).evaluate.tta ?? [];
    const rows = Int32Array.from({ length: data.parts.get("val")?.rows ?? 0 }, (_, row) => row);
    expect(singleRows(rows).count).toBe(rows.length);
    const request = { part: "val", rows, clip: undefined, batch: 64, training: false, tasks: [] } as const;
    const graphs = [stage.graphs.evaluation()];
    const loader = stageLoader(stage, inputs, { ...request, graphs, version: { augment, number: 0, of: 1 } });
    const { feeds } = await loader.loader.at(0, 0);
    await loader.close();
    return Array.from(feeds.get("image")?.data ?? [], Number);
  };
  return { said, pictures };
}

test("several versions of a frame are judged by the mean of what is said of each", async () => {
  const { said, pictures } = await opened();
  const [plain, same, flipped, cropped] = [
    await said(""),
    await said("evaluate: {tta: [same()]}"),
    await said("evaluate: {tta: [flip()]}"),
    await said("evaluate: {tta: [crop(0.7 .. 0.7)]}"),
  ];
  expect(plain.length).toBeGreaterThan(50);
  expect(same).toEqual(plain);
  expect(flipped).not.toEqual(plain);
  expect(await said("evaluate: {tta: [noise(0.3)]}")).not.toEqual(plain);
  // Drawn once for all evaluations.
  expect(await said("evaluate: {tta: [crop(0.7 .. 0.7)]}")).toEqual(cropped);
  const mean = await said("evaluate: {tta: [same(), flip()]}");
  const expected = plain.map((value, i) => (value + (flipped[i] ?? 0)) / 2);
  expect(largestDifference(mean, expected)).toBeLessThan(tolerances.passes);

  // Every picture is mirrored.
  const [own, mirrored] = [await pictures("evaluate: {tta: [same()]}"), await pictures("evaluate: {tta: [flip()]}")];
  const at = (place: number) => [place % 3, Math.floor(place / 3) % 16, Math.floor(place / 48)] as const;
  const turned = own.map((_, place) => {
    const [channel, x, line] = at(place);
    return own[line * 48 + (15 - x) * 3 + channel] ?? 0;
  });
  expect(mirrored).toEqual(turned);
  expect(mirrored).not.toEqual(own);
});

test("versions are in the plan and its hash where there are some", () => {
  const [none, empty, two] = ["", "evaluate: {tta: []}", "evaluate: {tta: [same(), flip(0.2), rotate(5)]}"].map(
    stageOf,
  );
  expect(empty?.hash).toBe(none?.hash);
  expect(none !== undefined && "tta" in none.evaluate).toBe(false);
  expect(two?.evaluate.tta).toEqual([[], [{ kind: "flip", probability: 1 }], [{ kind: "rotate", degrees: 5 }]]);
  expect(two?.hash).not.toBe(none?.hash);
});
