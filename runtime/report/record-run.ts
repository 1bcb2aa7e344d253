import { existsSync } from "node:fs";
import { join } from "node:path";
import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex, utf8ToBytes } from "@noble/hashes/utils.js";
import type { StagePlan } from "../../compiler/lower/plan.ts";
import { toJson } from "../../compiler/lower/stage-plan.ts";
import { type Manifest, type ManifestData, type ManifestStage, manifestName, readManifest } from "../run/manifest.ts";
import { sharingOf } from "../run/plan-part.ts";
import { copyOf } from "../run/recorded-spec.ts";
import type { Result } from "../run/results.ts";
import type { Run } from "../run/run-plan.ts";
import { picturesOf, type StagePictures } from "./pictures.ts";
import { type Report, reportFiles, reportOf, reportText } from "./report-data.ts";
import { reportPage } from "./report-page.ts";
import { sweepCsv } from "./sweep-table.ts";

export interface RunOrigin {
  readonly version: string;
  readonly spec: string;
  readonly profile: string | undefined;
  readonly set: readonly string[];
  /** Text of every file of the spec by name. */
  readonly sources: readonly { readonly name: string; readonly text: string }[];
}

/** Writes what a run was made of, `trained` to their end here since it was last written: `manifest.json`, and the spec's files under `spec/`. */
export async function recordManifest(
  run: Run,
  origin: RunOrigin,
  trained: ReadonlySet<string> = new Set(),
): Promise<Manifest> {
  const { folder, engine } = run.options;
  const last = existsSync(join(folder.path, manifestName)) ? readManifest(folder.path) : undefined;
  const before = [...(last?.stages ?? []), ...(last?.others ?? [])];
  const times = new Map(before.map((stage) => [stage.hash, stage.trained]));
  const planned = new Set(run.plan.stages.map(({ hash }) => hash));
  const manifest: Manifest = {
    format: 1,
    abaw: origin.version,
    engine: trained.size === 0 && last !== undefined ? last.engine : engine.name,
    node: process.version,
    platform: `${process.platform} ${process.arch}`,
    spec: {
      name: origin.spec,
      files: Object.fromEntries(origin.sources.map(({ name, text }) => [name, bytesToHex(sha256(utf8ToBytes(text)))])),
      profile: origin.profile ?? "",
      set: origin.set,
    },
    data: await dataOf(run),
    stages: (await stagesOf(run)).map((stage) => ({
      ...stage,
      trained: (times.get(stage.hash) ?? 0) + (trained.has(stage.hash) ? 1 : 0),
    })),
    others: before.filter((stage) => !planned.has(stage.hash) && existsSync(join(folder.path, stage.folder))),
    sweeps: run.plan.sweeps.map((sweep) => ({
      name: sweep.name,
      variants: sweep.points.length,
      ...sharingOf(run.plan, sweep),
    })),
  };
  folder.writeText(manifestName, `${toJson(manifest, 2)}\n`);
  for (const { name, text } of origin.sources) folder.writeText(copyOf(name), text);
  return manifest;
}

async function dataOf(run: Run): Promise<readonly ManifestData[]> {
  const found = new Map<string, ManifestData>();
  for (const { data: plan } of [...run.plan.stages, ...run.plan.assemblies]) {
    const { identity, synthetic, parts, duplicates, skipped } = await run.dataOf(plan);
    const rows = Object.fromEntries([...parts].map(([part, table]) => [part, table.rows]));
    found.set(plan.name, {
      name: plan.name,
      root: plan.root,
      identity,
      synthetic,
      rows,
      duplicates,
      skipped: skipped.length,
    });
  }
  return [...found.values()];
}

async function stagesOf(run: Run): Promise<readonly Omit<ManifestStage, "trained">[]> {
  const stages: Omit<ManifestStage, "trained">[] = [];
  for (const plan of run.plan.stages) {
    const progress = await run.progressOf(plan);
    stages.push({
      label: plan.label,
      hash: plan.hash,
      folder: run.options.folder.below(run.options.folder.stage(plan)),
      seed: plan.seed,
      steps: progress?.step ?? 0,
      kept: Math.max(0, ...Object.values(progress?.best ?? {}).map(({ step }) => step)),
    });
  }
  return stages;
}

/** Writes `report.json` and `report.html` of a finished run, and a `sweeps/NAME.csv` for each sweep; gives what they show. */
export async function recordReport(run: Run, spec: string, results: readonly Result[]): Promise<Report> {
  const synthetic = (await dataOf(run)).flatMap((each) => (each.synthetic ? [each.name] : []));
  const pictures = new Map<StagePlan, StagePictures>();
  for (const plan of run.plan.stages) {
    if (plan.shown.length === 0 || !(await run.isFinished(plan))) continue;
    const found = await picturesOf(run, plan);
    if (found !== undefined) pictures.set(plan, found);
  }
  const report = reportOf(run, spec, results, synthetic, pictures);
  run.options.folder.writeText(reportFiles.data, reportText(report));
  run.options.folder.writeText(reportFiles.page, await reportPage(report));
  for (const table of report.sweeps) run.options.folder.writeText(`sweeps/${table.name}.csv`, sweepCsv(table));
  return report;
}
