import { pythonOf, torchOf } from "../../runtime/engines/torch/index.ts";

/** The Python that has PyTorch, if there is one: PYTHON names it. */
export function pythonWithTorch(): string | undefined {
  const python = pythonOf(process.env);
  return torchOf(python) === undefined ? undefined : python;
}
