import { spawnSync } from "node:child_process";

/** What installs what the engine needs. */
export const installTorch = "pip install torch safetensors numpy";

/** The interpreter that the engine starts: PYTHON names it. */
export function pythonOf(env: NodeJS.ProcessEnv): string {
  return env["PYTHON"] ?? "python3";
}

/** PyTorch's version and its devices, as an interpreter says them; undefined where it has none. */
export function torchOf(python: string): string | undefined {
  const ask =
    "import torch, safetensors, numpy; n = torch.cuda.device_count(); print(torch.__version__, 'on', f'{n} CUDA devices' if n else 'the CPU')";
  const { status, stdout } = spawnSync(python, ["-c", ask], { encoding: "utf8" });
  return status === 0 ? stdout.trim() : undefined;
}
