/** One bracket's content, or the text outside all brackets. */
interface Level {
  /** Operators of the expression at hand. */
  operators: number;
  /** The height of the highest bracket in it. */
  inner: number;
  /** The height of the highest expression before it. */
  before: number;
}

const flat = (): Level => ({ operators: 0, inner: 0, before: 0 });

/** How high the tree of a text becomes at most, told token by token: every operator can be above everything else in its expression. */
export class TreeHeight {
  #levels: Level[] = [flat()];
  /** Operators of the expressions around the innermost bracket. */
  #around = 0;

  /** From the root to the lowest leaf of the expression at hand. */
  get height(): number {
    const { operators, inner } = this.#innermost;
    return this.#around + operators + inner;
  }

  operator(): void {
    this.#innermost.operators += 1;
  }

  /** What comes is another expression. */
  separate(): void {
    const level = this.#innermost;
    level.before = heightOf(level);
    level.operators = 0;
    level.inner = 0;
  }

  open(): void {
    this.#around += this.#innermost.operators;
    this.#levels.push(flat());
  }

  close(): void {
    const height = heightOf(this.#innermost) + 1;
    this.#levels.pop();
    const around = this.#innermost;
    this.#around -= around.operators;
    around.inner = Math.max(around.inner, height);
  }

  /** What comes stands outside all brackets. */
  restart(): void {
    this.#levels = [flat()];
    this.#around = 0;
  }

  get #innermost(): Level {
    const level = this.#levels.at(-1);
    if (level !== undefined) return level;
    const outside = flat();
    this.#levels.push(outside);
    return outside;
  }
}

function heightOf({ operators, inner, before }: Level): number {
  return Math.max(before, operators + inner);
}
