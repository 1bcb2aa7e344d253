import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { inputsOf } from "../../compiler/ir/graph.ts";
import type { StagePlan } from "../../compiler/lower/plan.ts";
import type { Tensor, Tensors } from "../../runtime/engines/engine.ts";
import { onGrid, seededRandom } from "../compiler/seeded-random.ts";
import { planOf } from "../plan-of.ts";

/** A clip without padding, one with padding at its end, and one with padding at both ends and inside. */
export const present = [
  [1, 1, 1, 1, 1, 1],
  [1, 1, 1, 1, 0, 0],
  [0, 1, 0, 1, 1, 0],
].flat();
const [batch, time] = [3, 6];

export interface ModuleCase {
  readonly label: string;
  readonly stage: StagePlan;
  readonly timed: boolean;
  readonly parameters: Tensors;
  readonly states: Tensors;
  readonly feeds: Tensors;
}

/** The stages of modules.abaw with weights and inputs. */
export function moduleCases(): readonly ModuleCase[] {
  const path = fileURLToPath(new URL("./modules.abaw", import.meta.url));
  return planOf(readFileSync(path, "utf8")).stages.map((stage) => {
    const timed = stage.clip !== undefined;
    const drawnBy = (name: string, shape: readonly number[]): [string, Tensor] => [
      name,
      drawn(`${stage.label}/${name}`, shape),
    ];
    return {
      label: stage.label,
      stage,
      timed,
      parameters: new Map(stage.parameters.map(({ path: weight, shape }) => drawnBy(weight, shape))),
      states: new Map(
        stage.states.map(({ path: state, shape }): [string, Tensor] => [
          state,
          constant(shape, state.endsWith("var") ? 1 : 0),
        ]),
      ),
      feeds: feedsOf(stage, timed),
    };
  });
}

export function sizeOf({ timed }: ModuleCase): { readonly batch: number; readonly time: number | undefined } {
  return { batch, time: timed ? time : undefined };
}

/** The cases as make_temporal.py reads them. */
export function questionOfModules(cases: readonly ModuleCase[]): unknown {
  const plain = (tensors: Tensors) =>
    Object.fromEntries(
      [...tensors].map(([name, { shape, data }]) => [name, { shape, values: Array.from(data, Number) }]),
    );
  return cases.map(({ label, parameters, feeds }) => ({
    label,
    parameters: plain(parameters),
    feeds: plain(feeds),
  }));
}

function feedsOf(stage: StagePlan, timed: boolean): Tensors {
  const lead = timed ? [batch, time] : [batch];
  const graph = stage.graphs.training({ batch, time: timed ? time : undefined });
  return new Map(
    inputsOf(graph).flatMap(({ source: { role, name }, type }): [string, Tensor][] => {
      if (role === "present") return [[name, { dtype: "float32", shape: lead, data: Float32Array.from(present) }]];
      if (role === "seed") return [[name, { dtype: "int32", shape: [2], data: Int32Array.of(3, 5) }]];
      return role === "field" ? [[name, drawn(name, type.shape.map(Number))]] : [];
    }),
  );
}

function drawn(name: string, shape: readonly number[]): Tensor {
  const random = seededRandom(name);
  const data = Float32Array.from({ length: countOf(shape) }, () => onGrid(1.2 * random() - 0.6));
  return { dtype: "float32", shape, data };
}

function constant(shape: readonly number[], value: number): Tensor {
  return { dtype: "float32", shape, data: new Float32Array(countOf(shape)).fill(value) };
}

function countOf(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1);
}
