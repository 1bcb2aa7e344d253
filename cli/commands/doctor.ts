import { existsSync } from "node:fs";
import { availableParallelism, freemem, totalmem } from "node:os";
import { join } from "node:path";
import type { Command } from "commander";
import { installCommand, installedVersion, openTfjs, tfjsWays } from "../../runtime/engines/tfjs/index.ts";
import { installTorch, pythonOf, torchOf } from "../../runtime/engines/torch/index.ts";
import { specsFolder } from "../../runtime/spec-files/spec-files.ts";
import { abawCommand } from "../abaw-command.ts";
import { terminal } from "../terminal.ts";
import { version } from "../version.ts";

interface Finding {
  readonly name: string;
  readonly ok: boolean;
  /** Without it abaw does not work. */
  readonly needed: boolean;
  readonly text: string;
}

export function doctor(): Command {
  return abawCommand("doctor", "Say what this machine has, and whether abaw can work on it.", "abaw doctor")
    .option("--json", "print the findings as JSON")
    .action(async (options: { readonly json?: true }) => {
      const findings = [
        ...machine(),
        library(),
        await engine(),
        ...(await devices()),
        await tensorflow(),
        pytorch(),
        await images(),
      ];
      if (options.json === true) terminal.printJson({ version, findings });
      else {
        const { green, red } = terminal.resultPalette;
        terminal.print(
          findings
            .map(
              ({ name, ok, needed, text }) =>
                `${ok ? green("ok  ") : needed ? red("FAIL") : "none"}  ${name.padEnd(14)} ${text}`,
            )
            .join("\n"),
        );
      }
      if (findings.some(({ ok, needed }) => needed && !ok)) process.exitCode = 1;
    });
}

const leastNode = [20, 19] as const;

function machine(): readonly Finding[] {
  const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
  const gib = (bytes: number) => `${(bytes / 2 ** 30).toFixed(1)} GiB`;
  return [
    {
      name: "node",
      needed: true,
      ok: major > leastNode[0] || (major === leastNode[0] && minor >= leastNode[1]),
      text: `${process.version}, needs ${leastNode.join(".")} or newer`,
    },
    {
      name: "machine",
      needed: true,
      ok: true,
      text: `${process.platform} ${process.arch}, ${availableParallelism()} cores, ${gib(freemem())} of ${gib(totalmem())} free`,
    },
  ];
}

function library(): Finding {
  const path = join(specsFolder, "std", "aff2.abaw");
  return {
    name: "std",
    needed: true,
    ok: existsSync(path),
    text: existsSync(path) ? specsFolder : `${path} is missing; install abaw again`,
  };
}

async function engine(): Promise<Finding> {
  try {
    const { env, listSupportedBackends } = await import("onnxruntime-node");
    const backends = listSupportedBackends().flatMap(({ name, bundled }) => (bundled ? [name] : []));
    return {
      name: "onnxruntime",
      needed: true,
      ok: backends.includes("cpu"),
      text: `${env.versions.node ?? "unknown"}, comes with ${backends.join(", ")}`,
    };
  } catch (problem) {
    return { name: "onnxruntime", needed: true, ok: false, text: `cannot be loaded: ${messageOf(problem)}` };
  }
}

/** The devices beside the CPU, tried. */
async function devices(): Promise<readonly Finding[]> {
  const { tryDevice } = await import("../../runtime/engines/onnx/choose-device.ts");
  const findings: Finding[] = [];
  for (const device of ["webgpu", "cuda"] as const) {
    const { gain, text } = await tryDevice(device);
    findings.push({ name: device, ok: gain !== undefined, needed: false, text });
  }
  return findings;
}

/** TensorFlow.js is optional: that it is missing is no failure, that it is there and does not start is. */
async function tensorflow(): Promise<Finding> {
  const name = "tensorflow.js";
  const missing = tfjsWays.filter((way) => installedVersion(way) === undefined);
  const advice = missing.map((way) => `${way.name} is missing (${way.what}): ${installCommand(way)}`);
  if (missing.length === tfjsWays.length)
    return { name, ok: false, needed: false, text: ["optional", ...advice].join("; ") };
  try {
    const { description } = await openTfjs();
    return { name, ok: true, needed: false, text: [`--engine tfjs runs on ${description}`, ...advice].join("; ") };
  } catch (problem) {
    return { name, ok: false, needed: true, text: messageOf(problem) };
  }
}

function pytorch(): Finding {
  const python = pythonOf(process.env);
  const found = torchOf(python);
  const text =
    found === undefined
      ? `optional; ${python} has none (PYTHON names another): ${installTorch}`
      : `${python} has ${found}: --engine torch trains by it`;
  return { name: "pytorch", ok: found !== undefined, needed: false, text };
}

async function images(): Promise<Finding> {
  try {
    const { default: sharp } = await import("sharp");
    const made = await sharp({ create: { width: 8, height: 8, channels: 3, background: "red" } })
      .jpeg()
      .toBuffer();
    return { name: "sharp", needed: true, ok: made.length > 0, text: `libvips ${sharp.versions.vips}` };
  } catch (problem) {
    return { name: "sharp", needed: true, ok: false, text: `cannot be loaded: ${messageOf(problem)}` };
  }
}

function messageOf(problem: unknown): string {
  return problem instanceof Error ? problem.message : String(problem);
}
