import type * as ort from "onnxruntime-node";
import type { Graph } from "../../../compiler/ir/graph.ts";
import { stepInPasses } from "../../../compiler/library/optimisers/step-in-passes.ts";
import { withUpdates } from "../../../compiler/library/optimisers/with-updates.ts";
import { allFinite, type Tensors, type TrainingProgram } from "../engine.ts";
import { type OpenSession, openSession, toOrt } from "./session.ts";
import { toDevice } from "./webgpu-buffers.ts";

const next = "next/";
const state = "state/";

type Buffers = ReadonlyMap<string, ort.Tensor>;

/** What came of a run: losses on the host, and new buffers by the input that they are fed to. */
interface Came {
  readonly losses: ReadonlyMap<string, number>;
  readonly carried: Buffers;
}

/** Takes steps on the device, from buffers by input to new ones. The caller disposes of both. */
export interface WebgpuStep {
  /** `scalars` are those of the optimiser. Where a loss is not finite, nothing is carried. */
  run(held: Buffers, passes: readonly Tensors[], scalars: Tensors): Promise<Came>;
  release(): Promise<void>;
}

export async function openStep(program: TrainingProgram): Promise<WebgpuStep> {
  const { passes = 1, sharpness } = program;
  const open = (graph: Graph) => openSession(graph, program.constants, "webgpu", isCarried);
  if (passes === 1 && sharpness === undefined) return new WholeStep(await open(withUpdates(program.graph, program)));
  const graphs = stepInPasses(program.graph, program, passes, sharpness);
  const zeros = new Map<string, ort.Tensor>();
  for (const [name, shape] of graphs.sums) {
    const data = new Float32Array(shape.reduce((product, size) => product * size, 1));
    zeros.set(name, await toDevice({ dtype: "float32", shape, data }));
  }
  return new SeveralPasses(
    await open(graphs.pass),
    await open(graphs.update),
    graphs.away === undefined ? undefined : await open(graphs.away),
    zeros,
  );
}

/** The whole step is one graph. Losses come with the same run, so that undoing a step costs no node in it. */
class WholeStep implements WebgpuStep {
  readonly #open: OpenSession;

  constructor(open: OpenSession) {
    this.#open = open;
  }

  async run(held: Buffers, [feeds = new Map()]: readonly Tensors[], scalars: Tensors): Promise<Came> {
    const came = await runSession(this.#open, [held], [feeds, scalars]);
    if (allFinite(came.losses)) return came;
    dispose(came.carried);
    return { ...came, carried: new Map() };
  }

  async release(): Promise<void> {
    await this.#open.session.release();
  }
}

/** Gradients are summed up in buffers over the passes. */
class SeveralPasses implements WebgpuStep {
  readonly #pass: OpenSession;
  readonly #update: OpenSession;
  readonly #away: OpenSession | undefined;
  /** What sums begin with. */
  readonly #zeros: Buffers;

  constructor(pass: OpenSession, update: OpenSession, away: OpenSession | undefined, zeros: Buffers) {
    this.#pass = pass;
    this.#update = update;
    this.#away = away;
    this.#zeros = zeros;
  }

  async run(held: Buffers, passes: readonly Tensors[], scalars: Tensors): Promise<Came> {
    const here = await this.#summed([held], passes);
    if (!allFinite(here.losses)) return here;
    const { sums, rest: states } = this.#parted(here.carried);
    const there = this.#away && (await this.#sharper(this.#away, sums, [states, held], passes));
    if (there !== undefined && !allFinite(there.losses)) {
      dispose(here.carried);
      return there;
    }
    const { carried } = await runSession(this.#update, [there?.carried ?? sums, held], [scalars]);
    dispose(sums);
    if (there !== undefined) dispose(there.carried);
    return { losses: here.losses, carried: new Map([...states, ...carried]) };
  }

  /** Sums of gradients away from the weights; what statistics come to there is left. */
  async #sharper(
    away: OpenSession,
    gradients: Buffers,
    held: readonly Buffers[],
    passes: readonly Tensors[],
  ): Promise<Came> {
    const { carried: moved } = await runSession(away, [gradients, ...held], []);
    const { losses, carried } = await this.#summed([moved, ...held], passes);
    dispose(moved);
    const { sums, rest } = this.#parted(carried);
    dispose(rest);
    return { losses, carried: sums };
  }

  /** Mean losses over the passes, sums of gradients, and statistics as they go from one pass to the next. */
  async #summed(held: readonly Buffers[], passes: readonly Tensors[]): Promise<Came> {
    const losses = new Map<string, number>();
    let carried: Buffers = new Map();
    for (const feeds of passes) {
      const came = await runSession(this.#pass, [carried, ...held, this.#zeros], [feeds]);
      dispose(carried);
      carried = came.carried;
      for (const [name, loss] of came.losses) losses.set(name, (losses.get(name) ?? 0) + loss / passes.length);
      if (allFinite(losses)) continue;
      dispose(carried);
      return { losses, carried: new Map() };
    }
    return { losses, carried };
  }

  #parted(buffers: Buffers): { readonly sums: Buffers; readonly rest: Buffers } {
    const [sums, rest] = [true, false].map((are) => [...buffers].filter(([name]) => this.#zeros.has(name) === are));
    return { sums: new Map(sums), rest: new Map(rest) };
  }

  async release(): Promise<void> {
    dispose(this.#zeros);
    for (const open of [this.#pass, this.#update, this.#away]) await open?.session.release();
  }
}

/** Every input is taken from the first that has it, feeds before buffers. */
async function runSession(
  { session, inputs }: OpenSession,
  held: readonly Buffers[],
  feeds: readonly Tensors[],
): Promise<Came> {
  const given: Record<string, ort.Tensor> = {};
  for (const name of inputs) {
    const fed = feeds.find((each) => each.has(name))?.get(name);
    const tensor = fed === undefined ? held.find((each) => each.has(name))?.get(name) : toOrt(fed);
    if (tensor !== undefined) given[name] = tensor;
  }
  const losses = new Map<string, number>();
  const carried = new Map<string, ort.Tensor>();
  for (const [name, tensor] of Object.entries(await session.run(given))) {
    if (isCarried(name)) carried.set(name.slice((name.startsWith(next) ? next : state).length), tensor);
    else losses.set(name, Number(tensor.data[0]));
  }
  return { losses, carried };
}

/** Whether an output is fed to a later run. */
function isCarried(output: string): boolean {
  return output.startsWith(next) || output.startsWith(state);
}

function dispose(buffers: Buffers): void {
  for (const tensor of buffers.values()) tensor.dispose();
}
