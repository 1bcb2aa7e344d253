import util from "node:util";

/** Functions of Node's `util` that version 23 removed and @tensorflow/tfjs-node 4.22 calls. */
const removed: Readonly<Record<string, (x: unknown) => boolean>> = {
  isArray: (x) => Array.isArray(x),
  isBoolean: (x) => typeof x === "boolean",
  isFunction: (x) => typeof x === "function",
  isNull: (x) => x === null,
  isNullOrUndefined: (x) => x === null || x === undefined,
  isNumber: (x) => typeof x === "number",
  isObject: (x) => typeof x === "object" && x !== null,
  isString: (x) => typeof x === "string",
  isUndefined: (x) => x === undefined,
};

/** Puts back what is missing of them. */
export function putBackUtil(): void {
  for (const [name, value] of Object.entries(removed)) {
    if (!(name in util)) Object.defineProperty(util, name, { value, configurable: true });
  }
}
