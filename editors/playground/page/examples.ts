export interface Example {
  readonly name: string;
  /** The beginning of what the spec says of itself. */
  readonly title: string;
  readonly text: string;
}

const longest = 64;

/** The specs to load, from their texts by file. */
export function examplesOf(texts: Readonly<Record<string, string>>): readonly Example[] {
  return Object.entries(texts).map(([file, text]) => ({
    name: file.replace(/\.abaw$/, ""),
    title: titleOf(text),
    text,
  }));
}

/** The example that a text is, unchanged. */
export function exampleOf(text: string, examples: readonly Example[]): Example | undefined {
  return examples.find((example) => example.text === text);
}

/** The first sentence of the comment at the top, or as much of it as fits. */
function titleOf(text: string): string {
  const first = /^#+ *(.*)/.exec(text)?.[1] ?? "";
  const sentence = first.split(/(?<=\D)[.:(]/)[0]?.trim() ?? "";
  return sentence.length <= longest ? sentence : `${sentence.slice(0, longest).replace(/\W+\w*$/, "")} …`;
}
