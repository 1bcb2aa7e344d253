import { existsSync, statSync } from "node:fs";
import type { Command } from "commander";
import { convertWeights } from "../../runtime/weights/convert.ts";
import { withWeights } from "../../runtime/weights/open-weights.ts";
import { abawCommand, withSpecOptions } from "../abaw-command.ts";
import { checkedSpec } from "../checked-spec.ts";
import type { SpecOptions } from "../read-spec.ts";
import { terminal } from "../terminal.ts";
import { UsageError } from "../usage-error.ts";
import { fitsOf, likenesses } from "../weight-fits.ts";
import { weightsText } from "../weights-text.ts";

const example = "abaw weights inspect weights/mae_pretrain_vit_base.pth";
const kinds =
  "PyTorch's files of both kinds (.pth, .pt, .bin), safetensors, an index of sharded ones (model.safetensors.index.json), ONNX";

export function weights(): Command {
  return abawCommand(
    "weights",
    "Look into files of weights, or write them as safetensors; nothing in them is run.",
    example,
  )
    .addCommand(inspect())
    .addCommand(convert());
}

interface InspectOptions extends SpecOptions {
  readonly fits?: string;
  readonly json?: true;
}

function inspect(): Command {
  return withSpecOptions(
    abawCommand(
      "inspect",
      `Say what a file of weights holds: tensors, the dictionaries around them, pickled classes, and whose names they have. ${kinds}.`,
      `${example}\nabaw weights inspect weights/face.pth --fits examples/quickstart.abaw`,
    ),
  )
    .argument("<file>", "the file of weights")
    .option("--fits <spec>", "say by which names it fits each layer of this spec's models")
    .option("--json", "print it as JSON, every tensor by itself")
    .action((path: string, options: InspectOptions) => {
      const { fits: spec } = options;
      const plan =
        spec === undefined ? undefined : checkedSpec(spec, { ...options, withoutWeights: true }, "look").plan;
      withWeights(path, (file) => {
        const like = likenesses(file);
        const fits = plan === undefined ? [] : fitsOf(file, plan);
        const { kind, tensors, boxes, others, classes } = file;
        if (options.json === true) {
          const all = [...tensors].map(([name, { shape, type }]) => ({ name, shape, type }));
          terminal.printJson({ file: path, kind, tensors: all, boxes, others, classes, like, fits });
        } else terminal.print(weightsText(file, like, fits));
      });
    });
}

interface ConvertOptions {
  readonly to: string;
  readonly under?: string;
  readonly json?: true;
}

function convert(): Command {
  return abawCommand(
    "convert",
    `Write a file of weights as safetensors, all numbers as float32: ${kinds}. What is read is never run.`,
    "abaw weights convert weights/face.pth --to weights/face.safetensors --under model",
  )
    .argument("<file>", "the file of weights")
    .requiredOption("--to <file>", "the safetensors file to write; it is not there yet")
    .option("--under <name>", "only tensors below this name, such as model, without it")
    .option("--json", "print what was written as JSON")
    .action((path: string, { to, under, json }: ConvertOptions) => {
      if (!to.endsWith(".safetensors")) throw new UsageError(`${to} does not end in .safetensors`);
      if (existsSync(to)) throw new UsageError(`${to} is there already; nothing is written over`);
      const { tensors, numbers } = withWeights(path, (file) => convertWeights(file, to, under));
      if (tensors === 0) throw new UsageError(`${path} has no tensor${under === undefined ? "" : ` below ${under}`}`);
      const bytes = statSync(to).size;
      if (json === true) terminal.printJson({ file: path, to, tensors, numbers, bytes });
      else terminal.print(`${to}: ${tensors} tensors, ${numbers} numbers, ${bytes} bytes`);
    });
}
