/** What a weight can be made of: ways of tensors' names, the first that a file has counts. */
export interface Wanted {
  readonly path: string;
  readonly ways: readonly (readonly string[])[];
}

/** Where the names that are wanted are in a file. */
export interface Located {
  /** What stands before each of them, with a dot at its end, or nothing. */
  readonly front: string;
  /** The dictionary of the file that they are in, without a dot; the file itself is "". */
  readonly box: string;
  readonly found: ReadonlyMap<string, readonly string[]>;
  /** Other fronts behind which as much is found: which is meant is not known. */
  readonly others: readonly string[];
}

/**
 * Modules and dictionaries that programs put around a network: PyTorch's parallel training and compiler, training frameworks, a model around
 * an encoder. One or several stand before every name.
 */
const wrappers: ReadonlySet<string> = new Set(
  `module _orig_mod model model_ema ema state_dict model_state_dict state_dict_ema net network encoder image_encoder backbone base_model main
  visual vision_model vit deit dinov2 student teacher trunk feature_extractor`.split(/\s+/),
);

/** Finds where in a file most of what is wanted is: at its top, or behind one of its dictionaries and any number of wrappers. */
export function locate(names: Iterable<string>, boxes: readonly string[], wanted: readonly Wanted[]): Located {
  const all = new Set(names);
  let best: Located = { front: "", box: "", found: foundBehind("", all, wanted), others: [] };
  for (const [front, box] of frontsOf(all, boxes)) {
    const found = foundBehind(front, all, wanted);
    if (found.size > best.found.size) best = { front, box, found, others: [] };
    else if (found.size === best.found.size && found.size > 0 && front !== best.front)
      best = { ...best, others: [...best.others, front] };
  }
  return best;
}

function foundBehind(
  front: string,
  names: ReadonlySet<string>,
  wanted: readonly Wanted[],
): ReadonlyMap<string, readonly string[]> {
  const found = new Map<string, readonly string[]>();
  for (const { path, ways } of wanted) {
    const way = ways.find((parts) => parts.every((part) => names.has(front + part)));
    if (way !== undefined)
      found.set(
        path,
        way.map((part) => front + part),
      );
  }
  return found;
}

/** Where in a file most names are of a kind, and how many. */
export function likeliestFront(
  names: Iterable<string>,
  boxes: readonly string[],
  isOfKind: (bare: string) => boolean,
): { readonly front: string; readonly count: number } {
  const all = new Set(names);
  let best = { front: "", count: 0 };
  for (const front of ["", ...frontsOf(all, boxes).keys()]) {
    let count = 0;
    for (const name of all) if (name.startsWith(front) && isOfKind(name.slice(front.length))) count += 1;
    if (count > best.count) best = { front, count };
  }
  return best;
}

/** Every front that is tried, with its dictionary; shorter ones first. */
function frontsOf(names: ReadonlySet<string>, boxes: readonly string[]): ReadonlyMap<string, string> {
  const fronts = new Map<string, string>();
  for (const box of ["", ...boxes].sort((a, b) => a.length - b.length)) {
    const start = box === "" ? "" : `${box}.`;
    if (box !== "") fronts.set(start, box);
    for (const name of names) {
      if (!name.startsWith(start)) continue;
      let end = start.length;
      for (const part of name.slice(start.length).split(".")) {
        if (!wrappers.has(part)) break;
        end += part.length + 1;
        fronts.set(name.slice(0, end), box);
      }
    }
  }
  return new Map([...fronts].sort(([a], [b]) => a.length - b.length));
}
