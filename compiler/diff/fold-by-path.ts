/** Something at a path; what has the same `key` can be told in one line. An empty key: nothing to tell. */
export interface Leaf {
  readonly path: string;
  readonly key: string;
}

/** What lies at and below a path, `face.blocks[0 .. 5].attn` standing for several, all with one key. */
export interface Folded<T extends Leaf> {
  readonly path: string;
  readonly leaves: readonly T[];
}

interface Tree<T> {
  readonly own: T[];
  readonly children: Map<string, Tree<T>>;
}

/**
 * Leaves of both sides, those with nothing to tell among them, as few lines: what has one key throughout is one, and so are items of a list
 * that are told alike.
 */
export function foldByPath<T extends Leaf>(leaves: readonly T[]): readonly Folded<T>[] {
  const root: Tree<T> = { own: [], children: new Map() };
  for (const leaf of leaves) {
    let at = root;
    for (const step of stepsOf(leaf.path)) {
      const next: Tree<T> = at.children.get(step) ?? { own: [], children: new Map() };
      at.children.set(step, next);
      at = next;
    }
    at.own.push(leaf);
  }
  return insideOf(root).map(({ path, leaves: own }) => ({ path: path.replace(/^\./, ""), leaves: own }));
}

/** Names and places in lists; what is no path of layers, such as `field image`, is one step. */
function stepsOf(path: string): readonly string[] {
  if (path.includes(" ")) return [`.${path}`];
  return [...path.matchAll(/\[\d+\]|[^.[]+/g)].map(([step]) => (step.startsWith("[") ? step : `.${step}`));
}

/** What is told of a tree, paths from it on. */
function folded<T extends Leaf>(tree: Tree<T>): readonly Folded<T>[] {
  const leaves = leavesOf(tree);
  const [first] = leaves;
  if (first !== undefined && leaves.every(({ key }) => key === first.key))
    return first.key === "" ? [] : [{ path: wayDown(tree), leaves }];
  return [...tree.own.flatMap((leaf) => (leaf.key === "" ? [] : [{ path: "", leaves: [leaf] }])), ...insideOf(tree)];
}

/** To where the leaves part. */
function wayDown<T>({ own, children }: Tree<T>): string {
  const [only, another] = children;
  if (own.length > 0 || only === undefined || another !== undefined) return "";
  return `${only[0]}${wayDown(only[1])}`;
}

function leavesOf<T>({ own, children }: Tree<T>): readonly T[] {
  return [...own, ...[...children.values()].flatMap(leavesOf)];
}

interface Run<T extends Leaf> {
  readonly first: number;
  last: number;
  told: Folded<T>[];
}

function insideOf<T extends Leaf>({ children }: Tree<T>): readonly Folded<T>[] {
  const runs: Run<T>[] = [];
  const told: Folded<T>[] = [];
  for (const [step, child] of children) {
    const own = folded(child);
    if (!step.startsWith("[")) {
      told.push(...own.map(({ path, leaves }) => ({ path: `${step}${path}`, leaves })));
      continue;
    }
    const at = Number(step.slice(1, -1));
    const before = runs.at(-1);
    if (before !== undefined && before.last === at - 1 && lookOf(before.told) === lookOf(own)) {
      before.last = at;
      before.told = before.told.map(({ path, leaves }, i) => ({
        path,
        leaves: [...leaves, ...(own[i]?.leaves ?? [])],
      }));
    } else runs.push({ first: at, last: at, told: [...own] });
  }
  const ofLists = runs.flatMap(({ first, last, told: each }) =>
    each.map(({ path, leaves }) => ({ path: `[${first === last ? first : `${first} .. ${last}`}]${path}`, leaves })),
  );
  return [...ofLists, ...told];
}

function lookOf<T extends Leaf>(told: readonly Folded<T>[]): string {
  return JSON.stringify(told.map(({ path, leaves }) => [path, leaves[0]?.key]));
}
