/** Reads every tensor of a file of weights, and holds them all, as `weights.ts` measures it. */
import { withWeights } from "../runtime/weights/open-weights.ts";

const [, , path = ""] = process.argv;
const held = withWeights(path, (file) => [...file.tensors.keys()].map((name) => file.read(name)));
console.log(held.reduce((sum, { length }) => sum + length, 0));
