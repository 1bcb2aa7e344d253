import { readFileSync } from "node:fs";

/** The most memory this process ever held, in MiB, on Linux. Its parent's is in what `resourceUsage` tells, and not in this. */
export function peakMemory(): number {
  const peak = /VmHWM:\s+(\d+) kB/.exec(readFileSync("/proc/self/status", "utf8"))?.[1];
  if (peak === undefined) throw new Error("the system does not say how much memory a process held at most");
  return Number(peak) / 1024;
}
