import { NetworkRefusal } from "../compiler/emit/onnx/networks/network-refusal.ts";
import { NotWritten } from "../compiler/lower/not-written.ts";
import { WeightFileError } from "../runtime/checkpoints/safetensors.ts";
import { AlteredFile } from "../runtime/checkpoints/sealed.ts";
import { DataError } from "../runtime/data/data-error.ts";
import { ImageError } from "../runtime/data/loader/image-source.ts";
import { DeviceError } from "../runtime/engines/onnx/device.ts";
import { TfjsMissing } from "../runtime/engines/tfjs/index.ts";
import { RanksFailed } from "../runtime/engines/torch/index.ts";
import { JsonError } from "../runtime/json/read-json.ts";
import { SlurmError } from "../runtime/launch/slurm.ts";
import { RunBusy } from "../runtime/run/hold.ts";
import { SpecTextError } from "../runtime/spec-files/spec-text.ts";
import { StageError } from "../runtime/train/stage-error.ts";
import { terminal } from "./terminal.ts";
import { UsageError } from "./usage-error.ts";

/** 1: what was given is wrong, 2: abaw is wrong, 130: interrupted. */
export type ExitCode = 0 | 1 | 2 | 130;

/** Says why a command failed, in a line or a few, and whose mistake it is. */
export function explainFailure(problem: unknown, debug: boolean): ExitCode {
  const { palette, say } = terminal;
  const message = problem instanceof Error ? problem.message : String(problem);
  const trace = debug && problem instanceof Error && problem.stack !== undefined ? `\n${problem.stack}` : "";
  const mistake = usersMistakes.some((kind) => problem instanceof kind);
  const system = systemProblem(problem);
  if (mistake || system !== undefined) {
    say(`${palette.red(palette.bold("error"))}: ${system ?? message}${trace}`);
    if (problem instanceof AlteredFile) say("  help: `abaw run` of the spec makes it again");
    return 1;
  }
  const advice = debug ? "" : "\n  help: --debug tells where; please report it with the spec";
  say(`${palette.red(palette.bold("internal error"))}: ${message}${trace}${advice}`);
  return 2;
}

const usersMistakes: readonly (new (...args: never[]) => Error)[] = [
  UsageError,
  SpecTextError,
  DataError,
  ImageError,
  WeightFileError,
  StageError,
  RunBusy,
  SlurmError,
  DeviceError,
  JsonError,
  TfjsMissing,
  RanksFailed,
  NotWritten,
  NetworkRefusal,
];

/** What the operating system refused, in words. */
function systemProblem(problem: unknown): string | undefined {
  if (!(problem instanceof Error) || !("code" in problem) || typeof problem.code !== "string") return undefined;
  const path = "path" in problem && typeof problem.path === "string" ? ` ${problem.path}` : "";
  const said = systemMessages[problem.code];
  return said === undefined ? undefined : `${said}${path}`;
}

const systemMessages: Readonly<Record<string, string>> = {
  ENOSPC: "the disk is full; what was finished before is intact. Could not write",
  EDQUOT: "the disk quota is used up; what was finished before is intact. Could not write",
  EACCES: "no permission for",
  EPERM: "no permission for",
  EROFS: "this file system cannot be written:",
  ENOENT: "there is no",
  EEXIST: "this is a file, not a folder:",
  EISDIR: "this is a folder, not a file:",
  ENOTDIR: "a part of this path is no folder:",
  EMFILE: "too many files are open; could not open",
};
