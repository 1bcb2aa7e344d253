import { basename, dirname, join } from "node:path";
import type { Command } from "commander";
import type { Plan } from "../../compiler/lower/plan.ts";
import type { SubmissionPlan } from "../../compiler/lower/plan-outputs.ts";
import { writeAtomically } from "../../runtime/checkpoints/write-atomically.ts";
import { readList } from "../../runtime/data/formats/listed-images.ts";
import { readText } from "../../runtime/data/formats/read-text.ts";
import { checkSubmission } from "../../runtime/submit/check-submission.ts";
import { submissionOf } from "../../runtime/submit/write-submission.ts";
import { abawCommand, device, withRunOptions, withSpecOptions } from "../abaw-command.ts";
import { checkedSpec } from "../checked-spec.ts";
import { withoutChoices, withResults } from "../known-results.ts";
import { namedPart } from "../named-part.ts";
import { finishedRun, type RunChoice } from "../open-run.ts";
import type { SpecOptions } from "../read-spec.ts";
import { terminal } from "../terminal.ts";
import { UsageError } from "../usage-error.ts";

interface SubmitOptions extends SpecOptions, RunChoice {
  readonly of?: string;
  readonly to?: string;
  readonly check?: string;
  readonly list?: string;
  readonly json?: true;
}

export function submit(): Command {
  const command = abawCommand(
    "submit",
    "Write the challenge's file of what a spec submits: a row for every frame of the test list, in its order; or check any such file.",
    "abaw submit specs/netease/final.abaw\nabaw submit --check predictions.txt --list MTL.txt",
  );
  return withRunOptions(withSpecOptions(command))
    .argument("[spec]", "the .abaw file; paths that it names are below the current folder")
    .option(...device)
    .option("--of <name>", "the assembly, where the spec submits several (default: all of them)")
    .option("--to <file>", "the file to write (default: what the spec says, in submissions/ of the run's folder)")
    .option("--check <file>", "hold a file to the challenge's format instead of writing one")
    .option("--list <file>", "with --check: the test list, whose images the file must have in its order")
    .option("--json", "print what was written, or what is wrong, as JSON")
    .action(async (path: string | undefined, options: SubmitOptions) => {
      if (options.check !== undefined) return check(options.check, path, options);
      if (path === undefined) throw new UsageError("a spec is missing; to check a file say --check FILE");
      if (options.list !== undefined) throw new UsageError("--list is of --check; a spec has its list in its data");
      await write(path, options);
    });
}

async function write(path: string, options: SubmitOptions): Promise<void> {
  const checked = withoutChoices(checkedSpec(path, withResults(path, options), "write"));
  const plans = chosen(checked.plan, path, options);
  const written = [];
  for (const plan of plans) {
    // A picture that cannot be read is a missing frame, for which the spec says what to do.
    const run = await finishedRun(namedPart(checked, [plan.of]), { ...options, onBadRow: "skip" });
    const { text, list, missing } = await submissionOf(run, plan);
    const [wrong] = checkSubmission(text, list);
    if (wrong !== undefined)
      throw new Error(`what would be written is no submission: line ${wrong.line}, ${wrong.message}`);
    const file = options.to ?? join(run.options.folder.path, "submissions", plan.to);
    writeAtomically(file, [new TextEncoder().encode(text)]);
    written.push({ of: plan.of, file, rows: list.length, missing: missing.length });
    if (options.json === true) continue;
    const stands =
      plan.missing === "zero" ? "zeros stand" : "the nearest frame of the video stands, or zeros if it has none";
    const note = missing.length === 0 ? "" : `; ${missing.length} could not be read, for which ${stands}`;
    terminal.print(`${file}: ${list.length} frames${note}`);
    for (const reason of missing.slice(0, mostListed)) terminal.say(`  ${reason}`);
    if (missing.length > mostListed) terminal.say(`  and ${missing.length - mostListed} more`);
  }
  if (options.json === true) terminal.printJson({ submissions: written });
}

const mostListed = 20;

function chosen({ submissions }: Plan, path: string, { of, to }: SubmitOptions): readonly SubmissionPlan[] {
  const names = submissions.map((plan) => plan.of);
  const found = submissions.filter((plan) => of === undefined || plan.of === of);
  if (names.length === 0)
    throw new UsageError(`${path} submits nothing; \`submit NAME { list: .., to: ".." }\` in it does`);
  if (found.length === 0)
    throw new UsageError(`${path} does not submit ${JSON.stringify(of)}; it submits ${names.join(", ")}`);
  const twice = found.find((plan, i) => found.findIndex((each) => each.to === plan.to) < i);
  if (twice !== undefined && to === undefined)
    throw new UsageError(`${path} submits several to ${JSON.stringify(twice.to)}; each needs a file of its own`);
  if (to !== undefined && found.length > 1)
    throw new UsageError(`--to names one file, and ${path} submits ${names.join(", ")}; --of chooses one`);
  return found;
}

function check(file: string, spec: string | undefined, options: SubmitOptions): void {
  const { list, json, of, to } = options;
  if (spec !== undefined) throw new UsageError("--check takes no spec; --list FILE names the list to hold the file to");
  if (of !== undefined || to !== undefined) throw new UsageError("--of and --to are of writing a file, not of --check");
  const images = list === undefined ? undefined : readList(list);
  const mistakes = checkSubmission(readText(dirname(file), basename(file)), images);
  if (json === true)
    terminal.printJson({
      file,
      ok: mistakes.length === 0,
      mistakes: mistakes.map(({ line, message }) => ({ line: line ?? null, message })),
    });
  else {
    for (const { line, message } of mistakes.slice(0, mostListed))
      terminal.say(`${line === undefined ? file : `${file}:${line}`}: ${message}`);
    if (mistakes.length > mostListed) terminal.say(`and ${mistakes.length - mostListed} more`);
    if (mistakes.length === 0)
      terminal.print(
        `${file}: as the challenge wants it${list === undefined ? "" : ", with the images of the list in its order"}`,
      );
  }
  if (mistakes.length > 0) process.exitCode = 1;
}
