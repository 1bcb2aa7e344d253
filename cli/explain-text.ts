import type { Explanation } from "../compiler/explain/explain.ts";
import { flopsText } from "../compiler/explain/facts.ts";
import type { Listing } from "../compiler/explain/listing.ts";
import type { StageCosts, StageExplanation } from "../compiler/explain/stage-explanation.ts";
import type { ThingExplanation } from "../compiler/explain/thing-explanation.ts";
import { counted } from "../compiler/lower/describe-plan.ts";
import type { Palette } from "./render-diagnostics.ts";
import { textTable } from "./text-table.ts";
import { weightTable } from "./weight-table.ts";

/** An explanation for people; weights down to a depth. */
export function explanationText(explanation: Explanation, depth: number, palette: Palette): string {
  return explanation.kind === "stage" ? stageText(explanation, depth, palette) : thingText(explanation, palette);
}

function thingText({ kind, name, place, doc, block, facts, stages }: ThingExplanation, { bold }: Palette): string {
  const at = place === null ? "" : `, ${place.file}:${place.line}`;
  const sections = [
    `${bold(`${kind} ${name}`)}${at}${doc === "" ? "" : `\n${doc}`}`,
    block.trimEnd(),
    facts.length === 0
      ? ""
      : textTable(
          facts.map((fact) => [fact.name, fact.value]),
          [],
          "",
        ),
    stages.length === 0 ? "" : `${bold("stages")}\n${stages.map((stage) => `  ${stage}`).join("\n")}`,
  ];
  return sections.filter((section) => section !== "").join("\n\n");
}

function stageText(explanation: StageExplanation, depth: number, { bold }: Palette): string {
  const { name, call, hash, place, block, tensors, weights, loss, reads, starts, cost } = explanation;
  const { total, trained, states, below } = weights;
  const share =
    trained === total
      ? "all trained"
      : `${trained.toLocaleString("en")} trained, ${(total - trained).toLocaleString("en")} frozen`;
  const statistics = states === 0 ? "" : `; ${states.toLocaleString("en")} running statistics`;
  const kinds = { field: "field of the data", feature: "of a finished stage", head: "head", definition: "" } as const;
  const sections = [
    `${bold(`stage ${name}`)}, ${place.file}:${place.line}${call === name ? "" : `\n= ${call}`}\nhash ${hash}`,
    below === "" ? block.trimEnd() : "",
    below === ""
      ? `${bold("tensors")}, for each row\n${textTable(tensors.map((each) => [each.name, each.shape, kinds[each.kind]]))}`
      : "",
    `${bold("weights")}${below === "" ? ` ${total.toLocaleString("en")}, ${share}${statistics}` : ` of ${below}`}\n${weightTable(weights.tree, depth)}`,
    below === "" && loss.length > 0
      ? `${bold("loss")}, the sum of\n${textTable(loss.map(({ term, value }) => [term, value]))}`
      : "",
    below === "" && reads.length > 0
      ? `${bold("reads")}, each computed once per frame and constant here\n${textTable(reads.map(({ stage, tensor, shape }) => [`${stage}.${tensor}`, `[${shape.join(", ")}]`]))}`
      : "",
    below === "" && starts.length > 0 ? `${bold("starts from")} ${starts.join(", ")}` : "",
    below === "" ? `${bold("cost")}\n${costText(cost)}` : "",
  ];
  return sections.filter((section) => section !== "").join("\n\n");
}

/** What a spec has, for people. */
export function listingText(path: string, { stages, names }: Listing, { bold }: Palette): string {
  const rows = stages.map(({ name, weights, trained }) => [
    trained === weights ? `${counted(weights)} weights` : `${counted(trained)} of ${counted(weights)} weights trained`,
    name,
  ]);
  const kinds = [...new Set(names.map(({ kind }) => kind))];
  const sections = [
    stages.length === 0 ? "" : `${bold("stages")}\n${textTable(rows)}`,
    ...kinds.map((kind) => {
      const own = names.filter((each) => each.kind === kind);
      const files = [...new Set(own.map(({ file }) => file))];
      const lines = files.map((file) => {
        const listed = own.filter((each) => each.file === file).map(({ name }) => name);
        return [listed.join(", "), file === path ? "" : `(${file})`];
      });
      return `${bold(kind === "binding" ? "names" : kind)}\n${textTable(lines)}`;
    }),
  ];
  return sections.filter((section) => section !== "").join("\n\n");
}

/** Operations and bytes in words; what is counted is said once, at the end. */
export function costText({ forward, features, networks, step, without }: StageCosts): string {
  const rows: (readonly string[])[] = [["a frame", `${flopsText(forward)} GFLOPs`]];
  if (features > 0) rows.push(["  with its features", `${flopsText(forward + features)} GFLOPs`]);
  for (const { path, weights, flops } of networks)
    if (flops !== null) {
      const size = weights === null ? "" : `, ${counted(weights)} weights, frozen`;
      rows.push([`  ${path}, once`, `${flopsText(flops)} GFLOPs${size}`]);
    }
  if (step !== null) {
    const { frames, flops, update, balance, memory, largest } = step;
    rows.push([
      "a training step",
      `${counted(flops + update)}FLOPs for ${frames.toLocaleString("en")} ${frames === 1 ? "frame" : "frames"}, ${flopsText((flops + update) / frames)} GFLOPs each`,
    ]);
    if (balance > 0)
      rows.push([
        "  its balance",
        `${counted(balance)}FLOPs more, ${(1 + balance / (flops + update)).toFixed(2)} times the step`,
      ]);
    rows.push(["its memory", bytesText(memory.total)]);
    for (const part of ["weights", "gradients", "optimiser", "average", "batch", "activations"] as const)
      if (memory[part] > 0) rows.push([`  ${part}`, bytesText(memory[part])]);
    for (const { path, bytes } of largest) rows.push([`    ${path}`, bytesText(bytes)]);
  }
  const notes = ["  (a multiply-add is two operations; activations are the most that live at one time)"];
  if (without.length > 0) notes.push(`  (not counted: ${without.join(", ")})`);
  return `${textTable(rows)}\n${notes.join("\n")}`;
}

export function bytesText(bytes: number): string {
  if (bytes >= 1e9) return `${(bytes / 1e9).toFixed(2)} GB`;
  return bytes >= 1e6 ? `${(bytes / 1e6).toFixed(1)} MB` : `${(bytes / 1e3).toFixed(1)} kB`;
}
