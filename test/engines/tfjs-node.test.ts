import { test } from "vitest";
import { installedVersion, tfjsEngine, tfjsWays } from "../../runtime/engines/tfjs/index.ts";
import { holdsModules, holdsOps, holdsQuickstart, holdsTraining } from "./parity.ts";

const native = tfjsWays.filter(({ backend }) => backend === "tensorflow");

if (native.some((way) => installedVersion(way) !== undefined)) {
  const engine = await tfjsEngine(native);
  holdsOps(engine);
  holdsModules(engine);
  holdsQuickstart(engine);
  holdsTraining(engine);
} else test.skip("tfjs-node is not installed (scripts/tfjs-node-from-wheel.sh builds it where Python has TensorFlow)");
