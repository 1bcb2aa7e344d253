/** Ends the process with an exit code, when all that was said has left. */
export async function finish(code: number): Promise<never> {
  await Promise.all([process.stdout, process.stderr].map(written));
  // Node would first tidy up a heap that nobody needs any more.
  process.exit(code);
}

/** Waits until everything said has left: some systems write to pipes behind a program's back. */
function written(stream: NodeJS.WriteStream): Promise<void> {
  return new Promise((resolve) => {
    stream.write("", () => resolve());
  });
}

/** Who reads the output may have read enough, as `head` does; what is said on the way may be said to nobody, and the work goes on. */
export function allowDeafReaders(): void {
  process.stdout.on("error", (problem: NodeJS.ErrnoException) => {
    if (problem.code !== "EPIPE") throw problem;
    process.exit();
  });
  process.stderr.on("error", (problem: NodeJS.ErrnoException) => {
    if (problem.code !== "EPIPE") throw problem;
  });
}
