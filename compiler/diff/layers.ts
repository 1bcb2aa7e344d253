import type { CheckedStage } from "../check/check-stage.ts";
import { fieldPlace, lossPlace } from "../draw/flow.ts";
import { type Node, nodesOf, nodesReaching, type Value } from "../ir/graph.ts";
import { decidingGraph } from "../lower/stage-plan.ts";
import { type DescribedNode, describeNode } from "./described-nodes.ts";

/** A layer, a field, a head's activation or a term of the loss: the ops that stand there, and where they take their inputs from. */
export interface Place {
  readonly path: string;
  readonly nodes: readonly DescribedNode[];
  /** Other places that it reads, and inputs of the graph. */
  readonly reads: readonly string[];
  /** Equal exactly where the ops, their sizes and what flows between them are, in whatever order they were made. */
  readonly signature: string;
  /** Whether weights stand here: then its name is part of what it means. */
  readonly weighted: boolean;
}

/** What places of one side are called on the other, by their own names. */
export type Renames = ReadonlyMap<string, string>;

const headPlace = (task: string) => `head ${task}`;

/** The places of what decides a stage. Two that are compared number what they compute by one table. */
export class Layers {
  readonly #checked: CheckedStage;
  readonly #numbers: Map<string, number>;
  readonly #homes = new Map<Node, string>();
  readonly #byPlace = new Map<string, Node[]>();

  constructor(checked: CheckedStage, numbers: Map<string, number>) {
    this.#checked = checked;
    this.#numbers = numbers;
    const { fields, heads } = checked.built.model;
    const ofFields = new Map<Node, string>();
    for (const [name, { wire }] of fields)
      for (const node of nodesReaching([wire])) if (node.at === "") ofFields.set(node, fieldPlace(name));
    const named = [...checked.built.names.values()].flatMap((thing) => (thing.kind === "tensor" ? [thing.wire] : []));
    const ofModel = new Set(nodesReaching([...heads.values()].map(({ logits }) => logits.wire).concat(named)));
    const deciding = decidingGraph(checked);
    for (const node of nodesOf(deciding)) if (ofModel.has(node)) this.#put(node, ofFields.get(node) ?? node.at);
    for (const { name, value } of deciding.outputs.filter((output) => heads.has(output.name)))
      for (const node of nodesReaching([value])) if (!this.#homes.has(node)) this.#put(node, headPlace(name));
  }

  has(path: string): boolean {
    return (
      this.#byPlace.has(path) || [...this.#checked.built.model.heads.keys()].some((task) => headPlace(task) === path)
    );
  }

  #put(node: Node, place: string): void {
    this.#homes.set(node, place);
    const known = this.#byPlace.get(place);
    if (known === undefined) this.#byPlace.set(place, [node]);
    else known.push(node);
  }

  /** Places of the model in an order in which values flow. `renames` may grow while they are told. */
  *places(renames: Renames): Generator<Place> {
    for (const [path, nodes] of this.#byPlace) yield this.#place(path, nodes, [], renames);
    for (const [task, { logits }] of this.#checked.built.model.heads)
      if (!this.#byPlace.has(headPlace(task))) yield this.#place(headPlace(task), [], [logits.wire], renames);
  }

  /** The terms of the loss, each down to the model. */
  *terms(renames: Renames): Generator<Place> {
    for (const [term, wire] of this.#checked.loss.terms) {
      const own = nodesReaching([wire]).filter((node) => !this.#homes.has(node));
      yield this.#place(lossPlace(term), own, [wire], renames);
    }
  }

  #place(path: string, own: readonly Node[], ends: readonly Value[], renames: Renames): Place {
    const numbered = new Map<Node, number>();
    const reads = new Set<string>();
    const source = (value: Value | undefined): string => {
      if (value === undefined || value.source.kind === "constant") return value?.source.kind ?? "none";
      const { source: from } = value;
      if (from.kind === "node") {
        const number = numbered.get(from.node);
        if (number !== undefined) return `${number}:${from.output}`;
        const home = this.#homes.get(from.node) ?? "";
        const name = renames.get(home) ?? home;
        reads.add(name);
        return `${name} ${from.node.op}:${from.output}`;
      }
      const name = `${from.role === "field" ? fieldPlace(from.name) : `${from.role} ${from.name}`}${this.#decidedBy(from.name)}`;
      if (from.role !== "seed") reads.add(name);
      return name;
    };
    const nodes = own.map((node) => {
      const described = describeNode(node);
      numbered.set(node, this.#numberOf(JSON.stringify([described, node.inputs.map(source)])));
      return described;
    });
    const weighted = own.some(({ inputs }) => inputs.some(isWeight));
    const signature = JSON.stringify([[...new Set(numbered.values())].toSorted(), ends.map(source)]);
    return { path, nodes, reads: [...reads].toSorted(), signature, weighted };
  }

  #numberOf(text: string): number {
    const number = this.#numbers.get(text) ?? this.#numbers.size;
    this.#numbers.set(text, number);
    return number;
  }

  /** What a number that is fed is: a schedule, or something counted of the data. */
  #decidedBy(name: string): string {
    const { scalars, facts } = this.#checked.loss;
    const by = scalars.get(name) ?? facts.get(name);
    return by === undefined ? "" : ` ${JSON.stringify(by)}`;
  }
}

function isWeight(value: Value | undefined): boolean {
  return value?.source.kind === "input" && (value.source.role === "parameter" || value.source.role === "state");
}
