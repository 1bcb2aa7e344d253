import { tfjsEngine, tfjsWays } from "../../runtime/engines/tfjs/index.ts";
import { holdsOps } from "./parity.ts";

holdsOps(await tfjsEngine(tfjsWays.filter(({ name }) => name === "cpu")));
