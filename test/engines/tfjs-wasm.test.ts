import { tfjsEngine, tfjsWays } from "../../runtime/engines/tfjs/index.ts";
import { holdsModules, holdsOps, holdsQuickstart, holdsTraining } from "./parity.ts";

const engine = await tfjsEngine(tfjsWays.filter(({ name }) => name === "wasm"));
holdsOps(engine);
holdsModules(engine);
holdsQuickstart(engine);
holdsTraining(engine);
