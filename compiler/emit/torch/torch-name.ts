/** A path as PyTorch and weight files have it: dots instead of brackets. */
export function torchName(path: string): string {
  return path.replaceAll("[", ".").replaceAll("]", "");
}
