/** Whether a file could not be opened for want of a permission. */
export function isDenied(problem: unknown): boolean {
  return problem instanceof Error && "code" in problem && problem.code === "EACCES";
}
