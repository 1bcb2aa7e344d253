import { spawnSync } from "node:child_process";

/** The Python that has PyTorch, if there is one: PYTHON names it. */
export function pythonWithTorch(): string | undefined {
  const python = process.env["PYTHON"] ?? "python3";
  return spawnSync(python, ["-c", "import torch, safetensors, numpy"]).status === 0 ? python : undefined;
}
