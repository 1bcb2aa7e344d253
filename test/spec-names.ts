import { readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";

export const specsFolder = fileURLToPath(new URL("../specs/", import.meta.url));

/** Specs that come with abaw and stand for themselves, as paths below specs: those of specs/netease use one another. */
export const specNames: readonly string[] = readdirSync(specsFolder, { recursive: true, encoding: "utf8" })
  .filter((name) => name.endsWith(".abaw") && !/^(std|netease)\//.test(name))
  .toSorted();

export const libraryNames: readonly string[] = readdirSync(`${specsFolder}std`)
  .map((name) => `std/${name}`)
  .toSorted();
