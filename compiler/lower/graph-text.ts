import { digestOf } from "../ir/digest.ts";
import { type Graph, leavesOf, type Value } from "../ir/graph.ts";
import { printGraph, shownNumbers } from "../ir/print.ts";

/** All that decides what a graph computes, as text. */
export function graphText(graph: Graph): string {
  // Without places: stages share nodes, and which of them made one first must not matter.
  return `${printGraph(graph, false)}${constantsText(graph)}`;
}

/** A digest for each constant that the print shows only the beginning of. */
function constantsText(graph: Graph): string {
  const digests = leavesOf(graph).flatMap(({ source }) => {
    if (source.kind !== "constant" || source.data.length <= shownNumbers) return [];
    return [`${digestOf(source.data)}\n`];
  });
  return digests.join("");
}

const pictureDigests = new WeakMap<Value, string>();

/** A digest of what makes a picture that a network is sent. */
export function pictureDigest(picture: Value): string {
  const known = pictureDigests.get(picture);
  if (known !== undefined) return known;
  const digest = digestOf(graphText({ name: "picture", outputs: [{ name: "picture", value: picture }] }));
  pictureDigests.set(picture, digest);
  return digest;
}
