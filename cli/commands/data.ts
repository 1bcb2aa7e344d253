import { existsSync, readdirSync } from "node:fs";
import type { Command } from "commander";
import { openData } from "../../runtime/data/open-data.ts";
import { dataStatistics, type PartStatistics } from "../../runtime/data/statistics.ts";
import { synthesise } from "../../runtime/data/synth/index.ts";
import { type DrawnFormat, drawnLayouts } from "../../runtime/data/synth/layouts.ts";
import { abawCommand, onBadRow, specCommand } from "../abaw-command.ts";
import { checkedSpec } from "../checked-spec.ts";
import { progressBar } from "../progress.ts";
import type { SpecOptions } from "../read-spec.ts";
import { terminal } from "../terminal.ts";
import { UsageError } from "../usage-error.ts";
import { wholeNumber } from "../whole-number.ts";
import { pack } from "./data-pack.ts";

export function data(): Command {
  return abawCommand(
    "data",
    "Make or look at data.",
    "abaw data synth --out data/faces --videos 24 --frames 100 --seed 1",
  )
    .addCommand(synth())
    .addCommand(stats())
    .addCommand(pack());
}

function synth(): Command {
  return abawCommand(
    "synth",
    "Draw a small database of faces in exactly the format of s-Aff-Wild2, or of another. The faces are synthetic: scores on them say nothing about real ones.",
    "abaw data synth --out data/faces --videos 24 --frames 100 --seed 1",
  )
    .requiredOption("--out <folder>", "a folder that is empty or not there yet")
    .option("--videos <n>", "how many videos", "24")
    .option("--frames <m>", "annotated frames of each", "100")
    .option("--seed <s>", "the same seed draws the same bytes", "1")
    .option("--size <pixels>", "side of a picture", "112")
    .option("--format <name>", Object.keys(drawnLayouts).join(", "), "s_aff_wild2")
    .action(async (options: Readonly<Record<"out" | "videos" | "frames" | "seed" | "size" | "format", string>>) => {
      const format = options.format;
      if (!isDrawn(format))
        throw new UsageError(
          `--format takes ${Object.keys(drawnLayouts).join(", ")}, not ${JSON.stringify(options.format)}`,
        );
      const videos = wholeNumber("--videos", options.videos, 4, 10_000);
      const frames = wholeNumber("--frames", options.frames, 1, 100_000);
      const seed = wholeNumber("--seed", options.seed, 0, 2 ** 31);
      const size = wholeNumber("--size", options.size, 16, 1024);
      if (existsSync(options.out) && readdirSync(options.out).length > 0) {
        throw new UsageError(`${options.out} is not empty; nothing is written over`);
      }
      const bar = progressBar("drawing", videos * frames, "faces");
      await synthesise({
        out: options.out,
        videos,
        frames,
        seed,
        size,
        format,
        onProgress: (done) => bar.update(done),
      });
      bar.stop();
      terminal.print(`${options.out}: ${videos} videos of ${frames} drawn faces`);
    });
}

function isDrawn(name: string): name is DrawnFormat {
  return Object.hasOwn(drawnLayouts, name);
}

function stats(): Command {
  return specCommand(
    "stats",
    "Count what the data of a spec hold: rows, videos, labels, classes.",
    "abaw data stats examples/quickstart.abaw",
  )
    .option(...onBadRow)
    .option("--json", "print the counts as JSON")
    .action(async (path: string, options: SpecOptions & { readonly onBadRow: string; readonly json?: true }) => {
      if (options.onBadRow !== "error" && options.onBadRow !== "skip") {
        throw new UsageError(`--on-bad-row takes error or skip, not ${JSON.stringify(options.onBadRow)}`);
      }
      const { plan } = checkedSpec(path, options, "look");
      const plans = new Map([...plan.stages, ...plan.assemblies].map(({ data: each }) => [each.name, each]));
      if (plans.size === 0) throw new UsageError(`${path} has no stage or assembly yet, so no data to count`);
      const found = [];
      for (const [name, each] of plans) {
        const opened = await openData(each, options.onBadRow, "data");
        found.push({ name, root: each.root, ...dataStatistics(opened) });
      }
      if (options.json === true) terminal.printJson({ data: found });
      else
        terminal.print(
          found
            .map(({ name, root, synthetic, parts, duplicates, withoutImage, skipped }) =>
              [
                `${name} in ${root}${synthetic ? " (drawn faces)" : ""}: ${[
                  `${duplicates} duplicate rows`,
                  ...(withoutImage === 0 ? [] : [`${withoutImage} frames without an image`]),
                  `${skipped} rows skipped`,
                ].join(", ")}`,
                ...parts.flatMap(partLines),
              ].join("\n"),
            )
            .join("\n\n"),
        );
    });
}

function partLines({ part, rows, videos, tasks }: PartStatistics): readonly string[] {
  return [
    `  ${part}: ${rows} rows of ${videos} videos`,
    ...tasks.map(
      ({ task, labelled, summary }) => `    ${task.padEnd(10)} ${String(labelled).padStart(7)} labelled  ${summary}`,
    ),
  ];
}
