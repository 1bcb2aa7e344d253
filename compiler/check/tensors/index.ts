/** Every tensor function of the language, by name. */
import type { TensorFunctions } from "../tensor-function.ts";
import { products } from "./attention.ts";
import { constantFunctions } from "./constants.ts";
import { entrywiseFunctions } from "./entrywise.ts";
import { foreignFunctions } from "./foreign.ts";
import { layers } from "./layers.ts";
import { pictureFunctions } from "./pictures.ts";
import { placeFunctions } from "./places.ts";
import { randomFunctions } from "./random.ts";
import { recurrentLayers } from "./recurrent.ts";
import { reductions } from "./reduce.ts";
import { shapeFunctions } from "./shape.ts";

export { combine, negate } from "./combine.ts";

export const tensorFunctions: TensorFunctions = {
  ...entrywiseFunctions,
  ...reductions,
  ...shapeFunctions,
  ...products,
  ...layers,
  ...recurrentLayers,
  ...randomFunctions,
  ...constantFunctions,
  ...pictureFunctions,
  ...placeFunctions,
  ...foreignFunctions,
};
