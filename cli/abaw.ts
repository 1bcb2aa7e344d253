import { main } from "./main.ts";

// Who reads the output may have read enough, as `head` does.
for (const stream of [process.stdout, process.stderr])
  stream.on("error", (problem: NodeJS.ErrnoException) => {
    if (problem.code !== "EPIPE") throw problem;
    process.exit();
  });

main(process.argv.slice(2)).then((code) => {
  process.exitCode = code;
});
