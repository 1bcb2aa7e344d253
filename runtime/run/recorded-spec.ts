import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { type Manifest, manifestName, readManifest } from "./manifest.ts";

/** The spec that a run was last made of, as its folder keeps it. */
export interface RecordedSpec {
  readonly manifest: Manifest;
  /** The text of one of its files, by the name that it had; undefined if it had none of this name. */
  readonly textOf: (name: string) => string | undefined;
}

/** Where a run keeps a copy of a file of its spec: the files may lie anywhere, the copies lie beside one another. */
export function copyOf(name: string): string {
  return `spec/${name.replace(/^[./]+/, "").replaceAll(/[^A-Za-z0-9._-]+/g, "_")}`;
}

/** What a run's folder keeps of its spec; undefined if it keeps none. Throws a JsonError for a manifest that is none. */
export function recordedSpec(folder: string): RecordedSpec | undefined {
  if (!existsSync(join(folder, manifestName))) return undefined;
  const manifest = readManifest(folder);
  return {
    manifest,
    textOf: (name) => {
      const path = join(folder, copyOf(name));
      return Object.hasOwn(manifest.spec.files, name) && existsSync(path) ? readFileSync(path, "utf8") : undefined;
    },
  };
}
