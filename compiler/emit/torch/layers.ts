import type { Node, Value } from "../../ir/graph.ts";

/** A module of the model: what has weights or running statistics below its path. The root's path is empty. */
export interface Layer {
  /** Segments of the path, numbers for places in lists. */
  readonly path: readonly string[];
  /** By the first segment below. */
  readonly children: ReadonlyMap<string, Layer>;
  /** Parameters and states of its own, by their last segment: the path that the graph knows. */
  readonly own: ReadonlyMap<string, string>;
}

/** Nodes that stand together in one layer, in the order in which the model applies them. */
export interface Call {
  readonly layer: Layer;
  readonly steps: readonly (Node | Call)[];
}

/** `face.blocks[0].fc` is face, blocks, 0, fc: as PyTorch names modules in lists. */
export function segmentsOf(path: string): readonly string[] {
  return path === "" ? [] : path.replaceAll("[", ".").replaceAll("]", "").split(".");
}

/** A place in a list. */
export function isIndex(segment: string): boolean {
  return /^\d+$/.test(segment);
}

/** The tree of layers that weights and statistics at these paths make. */
export function layersOf(paths: readonly string[]): Layer {
  return layerAt(
    [],
    paths.map((path) => ({ path, rest: segmentsOf(path) })),
  );
}

function layerAt(
  path: readonly string[],
  held: readonly { readonly path: string; readonly rest: readonly string[] }[],
): Layer {
  const own = new Map<string, string>();
  const below = new Map<string, { path: string; rest: readonly string[] }[]>();
  for (const { path: whole, rest } of held) {
    const [first = "", ...further] = rest;
    if (further.length === 0) own.set(first, whole);
    else below.set(first, [...(below.get(first) ?? []), { path: whole, rest: further }]);
  }
  const children = new Map([...below].map(([name, part]) => [name, layerAt([...path, name], part)]));
  return { path, children, own };
}

/** A layer whose children are numbered: it is not applied itself, they are. */
export function isList({ children, own }: Layer): boolean {
  return own.size === 0 && children.size > 0 && [...children.keys()].every(isIndex);
}

/**
 * The model's nodes in the order of their making, as calls of the layers that they belong to. What follows each other in one layer is one
 * call, so that a layer applied twice with something between has two.
 */
export function callsOf(nodes: readonly Node[], root: Layer): Call {
  return callOf(
    root,
    nodes.map((node) => ({ node, rest: segmentsOf(node.at) })),
  );
}

interface Placed {
  readonly node: Node;
  /** Segments below the layer. */
  readonly rest: readonly string[];
}

function callOf(layer: Layer, placed: readonly Placed[]): Call {
  const steps: (Node | Call)[] = [];
  let run: { readonly layer: Layer; readonly nodes: Placed[] } | undefined;
  const finish = () => {
    if (run !== undefined) steps.push(callOf(run.layer, run.nodes));
    run = undefined;
  };
  for (const each of placed) {
    const below = childOf(layer, each.rest);
    if (below === undefined) {
      finish();
      steps.push(each.node);
      continue;
    }
    if (run?.layer !== below.layer) finish();
    run ??= { layer: below.layer, nodes: [] };
    run.nodes.push({ node: each.node, rest: below.rest });
  }
  finish();
  return { layer, steps };
}

/** The layer right below that a path leads into, through lists. */
function childOf(layer: Layer, rest: readonly string[]): { layer: Layer; rest: readonly string[] } | undefined {
  const [first = "", ...further] = rest;
  const child = layer.children.get(first);
  if (child === undefined) return undefined;
  return isList(child) ? childOf(child, further) : { layer: child, rest: further };
}

/** Every node of a call and of those inside it. */
export function nodesIn(call: Call): readonly Node[] {
  return call.steps.flatMap((step) => ("op" in step ? [step] : nodesIn(step)));
}

/** Every value that a call reads or makes. */
export function madeIn(call: Call): ReadonlySet<Value> {
  return new Set(nodesIn(call).flatMap(({ outputs }) => outputs));
}
