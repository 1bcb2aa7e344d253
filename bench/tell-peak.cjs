// Loaded before a program that is measured: at its end it tells the most memory it ever held, in MiB, as the last line of the errors.
const { readFileSync, writeSync } = require("node:fs");

process.on("exit", () => {
  const peak = /VmHWM:\s+(\d+) kB/.exec(readFileSync("/proc/self/status", "utf8"))?.[1];
  writeSync(2, `\n${Number(peak) / 1024}\n`);
});
