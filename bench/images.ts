/**
 * Pictures in a second of a training's loader, decoded, changed and in batches, beside torchvision's transforms on PIL in a DataLoader
 * of two workers over the same files. Nothing is kept between epochs: so is the first epoch, and all of a set larger than memory.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { singleRows } from "../runtime/data/clips/clip-windows.ts";
import { BatchLoader } from "../runtime/data/loader/batch-loader.ts";
import { ImageSource } from "../runtime/data/loader/image-source.ts";
import { openData, tableOf } from "../runtime/data/open-data.ts";
import { synthesise } from "../runtime/data/synth/index.ts";
import { median } from "./median.ts";
import { measuredStage } from "./plan-of.ts";
import { PythonPeer, pythonModule } from "./python-peer.ts";

const rounds = 5;
/** After a round, until both sides have made ready what they make ready ahead. */
const pause = 700;

export async function benchImages(): Promise<void> {
  const torch = pythonModule("torch", "PyTorch");
  const folder = mkdtempSync(join(tmpdir(), "abaw-bench-"));
  try {
    await synthesise({ out: folder, videos: 16, frames: 60, seed: 7 });
    await compare(folder, torch !== undefined);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

interface Runner {
  readonly name: string;
  readonly rates: number[];
  /** Pictures in a second, over an epoch. */
  readonly epoch: () => Promise<number>;
}

async function compare(root: string, hasTorch: boolean): Promise<void> {
  const stage = measuredStage("images", [["root", JSON.stringify(root)]]);
  const data = await openData(stage.data, "error", join(root, "cache"));
  const table = tableOf(data, "train");
  const folder = data.folderOf("image", "train", 0);
  const size = 224;
  const { batch, augment, seed } = stage;
  const source = new ImageSource(table, { folder, size, augment, seed, cacheBytes: 0, skipBad: false });
  const loader = new BatchLoader(
    {
      table,
      windows: singleRows(Int32Array.from(table.image, (_, row) => row)),
      time: false,
      images: new Map([["image", source]]),
      features: new Map(),
      tasks: [],
      pad: "repeat",
    },
    { batch, seed, training: true, fixedSize: true },
  );
  // The loader has this many batches ready when a round begins.
  const ahead = 2;
  let epoch = 0;
  const runners: Runner[] = [
    {
      name: "ours",
      rates: [],
      async epoch() {
        const begun = performance.now();
        for (let i = 0; i < loader.steps; i += 1) await loader.at(epoch, i);
        epoch += 1;
        return (1000 * batch * (loader.steps - ahead)) / (performance.now() - begun);
      },
    },
  ];
  const peers: PythonPeer[] = [];
  if (hasTorch) {
    for (const floats of [true, false]) {
      const peer = new PythonPeer("./torch_images.py", { folder, images: table.image, size, batch, floats });
      peers.push(peer);
      runners.push({
        name: floats ? "DataLoader with PIL, normalised" : "DataLoader with PIL, bytes",
        rates: [],
        epoch: async () => (1000 * batch * Math.floor(table.image.length / batch)) / (await peer.milliseconds("epoch")),
      });
    }
  }
  for (let round = 0; round <= rounds; round += 1) {
    for (const runner of runners) {
      await setTimeout(pause);
      const rate = await runner.epoch();
      // The first round starts workers.
      if (round > 0) runner.rates.push(rate);
    }
  }
  const own = median(runners[0]?.rates ?? []);
  console.log(`images of 112 px at ${size} px, batches of ${batch}: ours ${own.toFixed(0)} a second`);
  for (const { name, rates } of runners.slice(1))
    console.log(`  ${name}: ${median(rates).toFixed(0)} a second, ratio ${(own / median(rates)).toFixed(2)}`);
  for (const peer of peers) peer.close();
  await source.close();
}

if (process.argv[1] === import.meta.filename) await benchImages();
