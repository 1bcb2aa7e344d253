import { test } from "vitest";
import { installedVersion, tfjsEngine, tfjsWays } from "../../runtime/engines/tfjs/index.ts";
import { holdsOps } from "./parity.ts";

const native = tfjsWays.filter(({ backend }) => backend === "tensorflow");

if (native.some((way) => installedVersion(way) !== undefined)) holdsOps(await tfjsEngine(native));
else test.skip("tfjs-node is not installed (scripts/tfjs-node-from-wheel.sh builds it where Python has TensorFlow)");
