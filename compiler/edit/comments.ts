import { documentationAbove } from "../syntax/documentation.ts";
import type { Entity } from "./names/entities.ts";

/** The `##` comment in front of a declaration. */
export function documentationOf({ file, whole, declaration }: Entity): string | undefined {
  return declaration === undefined ? undefined : documentationAbove(file.node, whole);
}
