/**
 * What is done to a foreign tensor. `patches`: a convolution's kernel [out, c, p, q] is the matrix [out, p × q × c] of the same product;
 * `transpose`: a matrix the other way round; `positions`: a row for each cell of a grid, perhaps with one before for the class token.
 */
export type Arrangement = "patches" | "transpose" | "positions";

/**
 * One weight of ours and what files call it: each name in a list is a part of it, along the first axis, in their order; of several such lists
 * the first that a file has counts. `{i}` stands for a number, `{rest}` and `{front}` for any names; both sides have the same.
 */
export interface NameRule {
  readonly ours: string;
  readonly theirs: readonly (readonly string[])[];
  readonly arrange?: Arrangement;
  /** Of a layer norm: what each of these networks adds to the variance; undefined where that differs among them. */
  readonly eps?: readonly (number | undefined)[];
}

/** The names of a family of files. What no rule is for has the same name there, with dots for brackets. */
export interface NameMap {
  /** Whose files they are. */
  readonly doc: string;
  readonly rules: readonly NameRule[];
  /** Modules of ours that these files know nothing of, such as the trunk of an encoder. */
  readonly around?: readonly string[];
  /** Tensors there that no training starts from. */
  readonly ignored?: readonly string[];
  /** Tables there that a network may compute instead, if they are the fixed ones. */
  readonly computed?: readonly string[];
}

/** What a weight of ours can be made of. */
export interface ForeignNames {
  /** Of each way its parts. */
  readonly ways: readonly (readonly string[])[];
  readonly arrange: Arrangement | undefined;
  /** Of a layer norm, for each way, what is added to the variance. */
  readonly eps?: readonly (number | undefined)[] | undefined;
}

/** A path with dots for brackets, as PyTorch writes it. */
export function dotted(path: string): string {
  return path.replace(/\[(\d+)\]/g, ".$1");
}

/** What files of a family call a weight. */
export function theirNames({ rules, around = [] }: NameMap, path: string): ForeignNames {
  const home = around.find((each) => path.startsWith(`${each}.`));
  const bare = home === undefined ? path : path.slice(home.length + 1);
  for (const { ours, theirs, arrange, eps } of rules) {
    const held = matched(ours, bare);
    if (held !== undefined)
      return { ways: theirs.map((way) => way.map((each) => dotted(filledIn(each, held)))), arrange, eps };
  }
  const plain = dotted(bare);
  // Files that stages keep have the paths themselves.
  return { ways: plain === bare ? [[bare]] : [[plain], [bare]], arrange: undefined };
}

/** What a tensor of a family's file is here, with dots for brackets; its own name where no rule has it. */
export function ourName({ rules }: NameMap, tensor: string): string {
  for (const { ours, theirs } of rules) {
    for (const each of theirs.flat()) {
      const held = matched(each, tensor);
      if (held !== undefined) return dotted(filledIn(ours, held));
    }
  }
  return dotted(tensor);
}

/** Whether a family has a name of its own for what this tensor is. */
export function isOfFamily({ rules }: NameMap, tensor: string): boolean {
  return rules.some(({ theirs }) => isAmong(theirs.flat(), tensor));
}

/** Whether one of some templates is a tensor's name. */
export function isAmong(templates: readonly string[], tensor: string): boolean {
  return templates.some((template) => matched(template, tensor) !== undefined);
}

type Held = ReadonlyMap<string, string>;

interface Template {
  /** What every name of it begins with. */
  readonly head: string;
  readonly pattern: RegExp;
  readonly names: readonly string[];
}

const patterns = new Map<string, Template>();

/** What stands for each `{name}` of a template. */
function matched(template: string, name: string): Held | undefined {
  let known = patterns.get(template);
  if (known === undefined) {
    const names: string[] = [];
    const text = template.split(/\{(\w+)\}/).map((part, i) => {
      if (i % 2 === 0) return part.replace(/[.[\]]/g, "\\$&");
      names.push(part);
      return part.length === 1 ? "(\\d+)" : "(.*)";
    });
    known = { head: template.replace(/\{.*$/, ""), pattern: new RegExp(`^${text.join("")}$`), names };
    patterns.set(template, known);
  }
  if (!name.startsWith(known.head)) return undefined;
  const found = known.pattern.exec(name);
  return found === null ? undefined : new Map(known.names.map((each, i) => [each, found[i + 1] ?? ""]));
}

function filledIn(template: string, held: Held): string {
  return template.replace(/\{(\w+)\}/g, (_, name: string) => held.get(name) ?? "");
}
