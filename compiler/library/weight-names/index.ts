export { counters, type Family, families, nameMapOf, nameMaps } from "./families.ts";
export { type SquareGrid, squareGrid } from "./grid.ts";
export { type Located, likeliestFront, locate } from "./locate.ts";
export {
  type Arrangement,
  dotted,
  type ForeignNames,
  isAmong,
  isOfFamily,
  type NameMap,
  ourName,
  theirNames,
} from "./name-map.ts";
