/**
 * `npm run bench`: what time and memory everything takes; numbers are of this machine, ratios of this run. What pre-training is worth takes
 * another ten minutes: bench/pretrain.ts.
 */
import { benchCheck } from "./check.ts";
import { benchColdStart } from "./cold-start.ts";
import { benchCompile } from "./compile.ts";
import { benchGrowth } from "./growth.ts";
import { benchImages } from "./images.ts";
import { benchInference } from "./inference.ts";
import { benchLanguageServer } from "./language-server.ts";
import { benchReuse } from "./reuse.ts";
import { benchStep } from "./step.ts";
import { benchWeights } from "./weights.ts";

benchCheck();
await benchCompile();
await benchLanguageServer();
await benchStep();
await benchInference();
await benchImages();
await benchColdStart();
await benchReuse();
await benchGrowth();
benchWeights();
