import { fromHash, LinkError, type Shared, toHash } from "./share.ts";
import type { Store } from "./state.ts";

/** Browsers refuse more than some three changes of the address in a second. */
const pause = 400;

/** A spec of a few thousand lines is a link of some 30,000 characters. */
const longest = 500_000;

/** Keeps the address in step with the state, so that a reload or a copy of the address gives it back. */
export function keepLink(store: Store, opened: (shared: Shared) => void): void {
  let written = location.hash.slice(1);
  let timer: ReturnType<typeof setTimeout> | undefined;
  let latest = 0;
  const write = async () => {
    latest += 1;
    const mine = latest;
    const hash = await toHash(store.state);
    // Packing takes a moment, in which a later one may have begun; and no browser takes an address of any length.
    if (mine !== latest || hash.length > longest) return;
    written = hash;
    history.replaceState(null, "", `#${hash}`);
  };
  store.listen((state, before) => {
    const parts = ["text", "profile", "tab", "stage", "training", "model"] as const;
    if (parts.every((part) => state[part] === before[part])) return;
    clearTimeout(timer);
    timer = setTimeout(() => void write(), pause);
  });
  // A person pastes another link into the address.
  addEventListener("hashchange", async () => {
    if (location.hash.slice(1) === written) return;
    const read = await readLink();
    if (read.shared !== undefined) opened(read.shared);
    else if (read.notice !== undefined) store.change({ notice: read.notice });
  });
}

/** The link for sharing; undefined if it would be longer than browsers take. */
export async function linkTo(shared: Shared): Promise<string | undefined> {
  const { origin, pathname } = location;
  const hash = await toHash(shared);
  return hash.length > longest ? undefined : `${origin}${pathname}#${hash}`;
}

/** What the page's address holds, or why it cannot be read. */
export async function readLink(): Promise<{ readonly shared?: Shared | undefined; readonly notice?: string }> {
  try {
    return { shared: await fromHash(location.hash) };
  } catch (problem) {
    if (!(problem instanceof LinkError)) throw problem;
    return { notice: `This link cannot be read: ${problem.message}. Here is an example instead.` };
  }
}
