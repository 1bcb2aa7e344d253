import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../", import.meta.url));

/** The program bundled as it is installed, in a folder of its own. Packages are found above it. */
export class BuiltProgram {
  readonly folder = mkdtempSync(join(root, "node_modules/.abaw-"));
  /** The file that Node runs. */
  readonly path = join(this.folder, "dist/abaw.js");

  constructor() {
    for (const name of ["specs", "docs"]) symlinkSync(join(root, name), join(this.folder, name));
    const built = spawnSync(process.execPath, [join(root, "scripts/build.mjs"), join(this.folder, "dist")], {
      encoding: "utf8",
    });
    if (built.status !== 0) throw new Error(built.stderr);
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}
