import { main } from "./main.ts";

// Who reads the output may have read enough, as `head` does; what is said on the way may be said to nobody, and the work goes on.
process.stdout.on("error", (problem: NodeJS.ErrnoException) => {
  if (problem.code !== "EPIPE") throw problem;
  process.exit();
});
process.stderr.on("error", (problem: NodeJS.ErrnoException) => {
  if (problem.code !== "EPIPE") throw problem;
});

main(process.argv.slice(2)).then((code) => {
  process.exitCode = code;
});
