/** A long text on several lines, broken after commas, or after spaces where there is none. */
export function wrapped(text: string, widest: number): readonly string[] {
  if (text.length <= widest) return [text];
  const parts = text.split(text.includes(", ") ? /(?<=, )/ : /(?<= )/);
  const lines: string[] = [];
  let line = "";
  for (const part of parts) {
    if (line !== "" && line.length + part.length > widest) {
      lines.push(line);
      line = "";
    }
    line += part;
  }
  return [...lines, line].map((each) => each.trimEnd());
}
