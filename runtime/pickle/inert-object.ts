import { type Pickled, Stateful } from "./pickled.ts";

/**
 * What a pickle has in place of an object of a class that is not known: the class's name and what the object was given, as a dictionary,
 * a list or attributes. Nothing of the class is looked for or run.
 */
export class InertObject extends Stateful {
  readonly name: string;
  readonly args: readonly Pickled[];
  /** Of a class that is a dictionary or a list too. */
  readonly entries = new Map<Pickled, Pickled>();
  readonly items: Pickled[] = [];
  #attributes: ReadonlyMap<Pickled, Pickled> = new Map();

  constructor(name: string, args: readonly Pickled[]) {
    super();
    this.name = name;
    this.args = args;
  }

  get attributes(): ReadonlyMap<Pickled, Pickled> {
    return this.#attributes;
  }

  /** A dictionary of attributes, or a tuple of that and of those in slots; another state is its class's own affair. */
  setState(state: Pickled): void {
    const parts = Array.isArray(state) ? state : [state];
    const maps = parts.filter((part) => part instanceof Map);
    const [only, ...others] = maps;
    if (only !== undefined) this.#attributes = others.length === 0 ? only : new Map(maps.flatMap((map) => [...map]));
  }
}
