import { createRequire } from "node:module";
import type * as tfjs from "@tensorflow/tfjs-core";
import { putBackUtil } from "./removed-util.ts";

/** What every package of TensorFlow.js gives. */
export type Tfjs = typeof tfjs;

/** One way to run TensorFlow.js. */
export interface TfjsWay {
  readonly name: string;
  /** All must be there; the last brings the kernels. */
  readonly packages: readonly string[];
  /** The backend's name in TensorFlow.js. */
  readonly backend: string;
  readonly what: string;
}

/** In the order in which they are taken. */
export const tfjsWays = [
  {
    name: "tfjs-node-gpu",
    packages: ["@tensorflow/tfjs-node-gpu"],
    backend: "tensorflow",
    what: "native TensorFlow on a GPU",
  },
  { name: "tfjs-node", packages: ["@tensorflow/tfjs-node"], backend: "tensorflow", what: "native TensorFlow" },
  {
    name: "wasm",
    packages: ["@tensorflow/tfjs-core", "@tensorflow/tfjs-backend-wasm"],
    backend: "wasm",
    what: "WebAssembly",
  },
  {
    name: "cpu",
    packages: ["@tensorflow/tfjs-core", "@tensorflow/tfjs-backend-cpu"],
    backend: "cpu",
    what: "plain JavaScript, slow",
  },
] as const satisfies readonly TfjsWay[];

export interface OpenTfjs {
  readonly tf: Tfjs;
  /** What runs, in words: the way, its version, and what is to be known of it. */
  readonly description: string;
}

const load = createRequire(import.meta.url);

/** The version of what brings a way's kernels; undefined unless all its packages are installed. */
export function installedVersion({ packages }: TfjsWay): string | undefined {
  let version: string | undefined;
  for (const name of packages) {
    try {
      const { version: found }: { readonly version: string } = load(`${name}/package.json`);
      version = found;
    } catch {
      return undefined;
    }
  }
  return version;
}

/** The command that installs a way. */
export function installCommand({ packages }: TfjsWay): string {
  return `npm install ${packages.map((name) => `${name}@4.22.0`).join(" ")}`;
}

/** Loads the first way that is installed. Throws if none is, or if that one cannot be loaded: no other stands in for it. */
export async function openTfjs(ways: readonly TfjsWay[] = tfjsWays): Promise<OpenTfjs> {
  const way = ways.find((each) => installedVersion(each) !== undefined);
  if (way === undefined) {
    throw new TfjsMissing(
      `TensorFlow.js is not installed. One of these installs it:\n${ways
        .map((each) => `  ${installCommand(each)}  (${each.what})`)
        .join("\n")}`,
    );
  }
  putBackUtil();
  try {
    const tf = await start(way);
    const withoutGpu = isGpuPackageWithoutGpu(tf.backend());
    return {
      tf,
      description: `${way.name} ${installedVersion(way) ?? ""}${withoutGpu ? ", on the CPU: TensorFlow finds no GPU" : ""}`,
    };
  } catch (problem) {
    const reason = problem instanceof Error ? problem.message : String(problem);
    throw new TfjsMissing(
      `${way.packages.join(" with ")} is installed but does not start: ${reason}\nInstall it again (${installCommand(way)}) or remove it`,
    );
  }
}

async function start({ packages, backend }: TfjsWay): Promise<Tfjs> {
  // Native TensorFlow tells of its build and of every processor that it finds, unless asked not to.
  process.env["TF_CPP_MIN_LOG_LEVEL"] ??= "2";
  // On a GPU it would round factors to 10 bits, and its numbers would not be those of the other engines.
  process.env["NVIDIA_TF32_OVERRIDE"] ??= "0";
  const [tf] = packages.map((name): unknown => load(name));
  if (!isTfjs(tf)) throw new Error("it is not TensorFlow.js as abaw knows it");
  // Without its advice to install another package.
  tf.enableProdMode();
  if (!(await tf.setBackend(backend))) throw new Error(`its backend ${backend} cannot be set up`);
  return tf;
}

/** TensorFlow.js is not there, or cannot be used; the message says what to do. */
export class TfjsMissing extends Error {}

function isTfjs(loaded: unknown): loaded is Tfjs {
  return (
    typeof loaded === "object" && loaded !== null && "engine" in loaded && "setBackend" in loaded && "tensor" in loaded
  );
}

function isGpuPackageWithoutGpu(backend: object): boolean {
  return (
    "isGPUPackage" in backend &&
    backend.isGPUPackage === true &&
    "isUsingGpuDevice" in backend &&
    backend.isUsingGpuDevice !== true
  );
}
