/**
 * What a link holds, behind `#`: the text, deflated and in base64url, beside a few plain words. The browser's own compression is used;
 * a link comes from outside, so what it unfolds to is bounded.
 */

export const tabs = ["problems", "graph", "resolved", "onnx"] as const;
export type Tab = (typeof tabs)[number];

/** What a link restores. */
export interface Shared {
  readonly text: string;
  readonly profile: string | undefined;
  readonly tab: Tab;
  /** Label of the chosen stage, or `export NAME`; undefined before anyone chose. */
  readonly stage: string | undefined;
  /** Whether the training step is shown rather than the heads. */
  readonly training: boolean;
  /** Whether the stage's model is drawn rather than the order of the stages. */
  readonly model: boolean;
}

/** What is chosen before anyone chose. */
export const untouched = {
  profile: undefined,
  tab: "problems",
  stage: undefined,
  training: false,
  model: false,
} as const;

/** A link that cannot be read, with the reason. */
export class LinkError extends Error {
  constructor(reason: string) {
    super(reason);
    this.name = "LinkError";
  }
}

/** The compiler reads no longer text. */
const charactersLimit = 1_000_000;

/** The part of a link behind `#`. */
export async function toHash({ text, profile, tab, stage, training, model }: Shared): Promise<string> {
  const words = new URLSearchParams();
  if (profile !== undefined) words.set("profile", profile);
  if (tab !== "problems") words.set("tab", tab);
  if (stage !== undefined) words.set("stage", stage);
  if (training) words.set("step", "1");
  if (model) words.set("model", "1");
  words.set("text", await deflated(text));
  return words.toString();
}

/** What a link says, or undefined if it says nothing. Throws a LinkError if it cannot be read. */
export async function fromHash(hash: string): Promise<Shared | undefined> {
  const words = new URLSearchParams(hash.replace(/^#/, ""));
  const packed = words.get("text");
  if (packed === null) {
    if (words.size === 0) return undefined;
    throw new LinkError("it holds no text");
  }
  const tab = words.get("tab") ?? "problems";
  return {
    text: await inflated(packed),
    profile: words.get("profile") ?? undefined,
    tab: tabs.find((each) => each === tab) ?? "problems",
    stage: words.get("stage") ?? undefined,
    training: words.get("step") === "1",
    model: words.get("model") === "1",
  };
}

async function deflated(text: string): Promise<string> {
  const stream = new Blob([text]).stream().pipeThrough(new CompressionStream("deflate-raw"));
  const bytes = new Uint8Array(await new Response(stream).arrayBuffer());
  let binary = "";
  for (const byte of bytes) binary += String.fromCharCode(byte);
  return btoa(binary).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
}

async function inflated(packed: string): Promise<string> {
  const stream = new Blob([bytesOf(packed)])
    .stream()
    .pipeThrough(new DecompressionStream("deflate-raw"))
    .pipeThrough(new TextDecoderStream("utf-8", { fatal: true }));
  const reader = stream.getReader();
  let text = "";
  try {
    for (let next = await reader.read(); !next.done; next = await reader.read()) {
      text += next.value;
      if (text.length > charactersLimit) break;
    }
  } catch {
    throw new LinkError("its text is cut off or changed");
  }
  if (text.length > charactersLimit) {
    await reader.cancel();
    throw new LinkError(`its text has more than ${charactersLimit.toLocaleString("en")} characters`);
  }
  return text;
}

function bytesOf(packed: string): Uint8Array<ArrayBuffer> {
  try {
    const binary = atob(packed.replaceAll("-", "+").replaceAll("_", "/"));
    return Uint8Array.from(binary, (each) => each.charCodeAt(0));
  } catch {
    throw new LinkError("its text has characters that no link has");
  }
}
