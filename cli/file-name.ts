/** A label as the name of a file: words joined by dashes. */
export function fileName(label: string): string {
  return label.replace(/[^A-Za-z0-9_]+/g, "-").replace(/^-|-$/g, "");
}
