/** A pickle that is damaged, or asks for what is not to be had. */
export class PickleError extends Error {
  constructor(reason: string) {
    super(reason);
    this.name = "PickleError";
  }
}

/** A pickle that asks for a name that it may not have. */
export class PickleForbidden extends PickleError {
  constructor(name: string) {
    const told = name.slice(0, 100).replace(/[^\w.-]/g, "?");
    super(`it asks for ${told}, and a file of numbers needs nothing of the kind`);
    this.name = "PickleForbidden";
  }
}

/** A pickle that goes on behind the bytes that are there. */
export class PickleCut extends PickleError {
  constructor() {
    super("it is cut off");
    this.name = "PickleCut";
  }
}

/** What a pickle is made of here: a tuple or a set is a list. */
export type Pickled =
  | null
  | boolean
  | number
  | bigint
  | string
  | Uint8Array
  | Pickled[]
  | Map<Pickled, Pickled>
  | Stateful
  | Construct;

/** What stands for a class or a function of Python. */
export type Construct = (args: readonly Pickled[]) => Pickled;

/** An object that is given its content after it is made. */
export abstract class Stateful {
  abstract setState(state: Pickled): void;
}
