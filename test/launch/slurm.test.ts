import { spawnSync } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { readManifest } from "../../runtime/run/manifest.ts";
import { BuiltProgram } from "../built-program.ts";
import { abawInProcess } from "../cli/in-process.ts";
import { drawnNumbers, numberSpec, writtenBy } from "../training/number-run.ts";
import { OneNodeSlurm, slurmHere } from "./one-node-slurm.ts";

const sweep = (rates: string) => `
sweep rates = together {
  over:   {optimizer.lr: ${rates}}
  report: [score(au), score(valence)]
}
`;
const six = "[1e-4, 1e-3, 3e-3, 1e-2, 3e-2, 1e-1]";

function folderWith(rates: string) {
  const folder = join(drawnNumbers(), "..");
  const spec = numberSpec.replace('"nowhere"', '"data"');
  writeFileSync(join(folder, "spec.abaw"), `${spec}${sweep(rates)}`);
  return folder;
}

describe.skipIf(!slurmHere())("a sweep on a real Slurm of one node", () => {
  const slurm = new OneNodeSlurm();
  let program: BuiltProgram;
  beforeAll(async () => {
    program = new BuiltProgram();
    await slurm.start();
  }, 120_000);
  afterAll(async () => {
    program.remove();
    await slurm.stop();
  });

  const say = (folder: string, ...words: readonly string[]) => {
    const { status, stdout, stderr } = spawnSync(process.execPath, [program.path, ...words], {
      cwd: folder,
      encoding: "utf8",
      env: { ...process.env, ...slurm.environment, NO_COLOR: "1" },
    });
    return { status, out: stdout, err: stderr };
  };

  test("of 6 variants gives the table of the local run, and its stages to the byte", { timeout: 240_000 }, () => {
    const folder = folderWith(six);
    const local = say(folder, "sweep", "spec.abaw", "--out", "here");
    const queued = say(folder, "sweep", "spec.abaw", "--out", "there", "--launcher", "slurm", "--sbatch=--mem=0");
    expect([local.status, queued.status]).toEqual([0, 0]);
    expect(queued.err).toMatch(/^Slurm has the jobs \d+, \d+, of 2 levels of the plan/m);
    expect(queued.out.replace("there/", "here/")).toBe(local.out);
    const csv = (run: string) => readFileSync(join(folder, run, "sweeps/rates.csv"), "utf8");
    expect(csv("there")).toBe(csv("here"));
    expect(
      new Set(
        csv("here")
          .split("\n")
          .map((row) => row.split(",")[3]),
      ).size,
    ).toBeGreaterThan(3);
    expect(writtenBy(join(folder, "there"))).toEqual(writtenBy(join(folder, "here")));
    expect(readManifest(join(folder, "there")).stages.every(({ trained }) => trained === 1)).toBe(true);
    // Everything is trained: nothing is handed in, here or there.
    expect(say(folder, "sweep", "spec.abaw", "--out", "there", "--launcher", "slurm").err).not.toContain("Slurm has");
    expect(say(folder, "sweep", "spec.abaw", "--out", "there").out).toBe(queued.out);
  });

  test("with a search hands in rung after rung, and ends the trials that the local run ends", {
    timeout: 240_000,
  }, () => {
    const folder = folderWith("[1e-3]");
    const text = readFileSync(join(folder, "spec.abaw"), "utf8").replace(
      "over:   {optimizer.lr: [1e-3]}",
      "over: {optimizer.lr: log(1e-4 .. 1e-1)}, search: random(trials: 4, prune: asha(factor: 2), seed: 1)",
    );
    writeFileSync(join(folder, "spec.abaw"), text);
    const local = say(folder, "sweep", "spec.abaw", "--out", "here");
    const queued = say(folder, "sweep", "spec.abaw", "--out", "there", "--launcher", "slurm");
    expect([local.status, queued.status]).toEqual([0, 0]);
    expect(queued.err.match(/^Slurm has the jobs?/gm)?.length).toBe(3);
    expect(queued.out.replace("there/", "here/")).toBe(local.out);
    expect(writtenBy(join(folder, "there"))).toEqual(writtenBy(join(folder, "here")));
    const detached = say(folder, "sweep", "spec.abaw", "--launcher", "slurm", "--detach");
    expect([detached.status, detached.err]).toEqual([1, expect.stringContaining("--detach is not for a search")]);
  });

  test("with a variant that fails tells of it and its log, and fills the other rows", { timeout: 240_000 }, () => {
    const folder = folderWith("[1e38, 1e-3]");
    const { status, err, out } = say(folder, "sweep", "spec.abaw", "--launcher", "slurm", "--at-once", "1");
    expect(status).toBe(1);
    expect(err).toMatch(/rates\[.*\]: its job ended before it was trained; the end of .*level-1-\d\.log: /);
    expect(err).toMatch(/is not finite|is NaN|is Infinity/);
    expect(
      out
        .split("\n")
        .slice(2, 4)
        .map((row) => row.trim().split(/ {2,}/).length),
    ).toEqual([1, 3]);
  });

  test("that does not wait is collected by the same command", { timeout: 240_000 }, () => {
    const folder = folderWith("[1e-3, 1e-2]");
    const words = ["sweep", "spec.abaw", "--launcher", "slurm"];
    const detached = say(folder, ...words, "--detach");
    expect([detached.status, detached.out]).toEqual([0, expect.stringContaining("the same command without --detach")]);
    expect(existsSync(join(folder, "runs/spec/report.html"))).toBe(false);
    const collected = say(folder, ...words);
    expect([collected.status, collected.out]).toEqual([0, expect.stringMatching(/^sweep rates\n/)]);
    const jobs = (text: string) => /jobs? ([\d, ]+)/.exec(text)?.[1];
    expect(jobs(collected.err)).toBe(jobs(detached.err));
  });

  test("whose option Slurm does not take says what Slurm says", () => {
    const { status, err } = say(
      folderWith(six),
      "sweep",
      "spec.abaw",
      "--launcher",
      "slurm",
      "--sbatch=--partition=none",
    );
    expect([status, err]).toEqual([1, expect.stringMatching(/error: sbatch refused: .*invalid partition/)]);
  });
});

test.each([
  [["--launcher", "cloud"], '--launcher takes local or slurm, not "cloud"'],
  [["--at-once", "2"], "--sbatch and --at-once are of --launcher slurm"],
  [["--launcher", "slurm", "--sbatch", "partition=gpu"], "--sbatch takes an option such as --partition=gpu"],
  [["--stage", "0".repeat(64)], "it was changed after its stages were handed in"],
])("%j is the user's mistake", async (words, message) => {
  const { status, err } = await abawInProcess(["sweep", "spec.abaw", ...words], folderWith(six));
  expect([status, err.includes(message) ? message : err]).toEqual([1, message]);
});
