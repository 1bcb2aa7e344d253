import type { Memory } from "./balancer.ts";

const [beta1, beta2, eps] = [0.9, 0.999, 1e-8];

/** Adam (arXiv 1412.6980) over a few numbers, with the decay added to the gradient, as PyTorch's `Adam(weight_decay)` does. */
export class Adam {
  readonly values: number[];
  #m: number[];
  #v: number[];
  #steps = 0;

  constructor(start: readonly number[]) {
    this.values = [...start];
    this.#m = start.map(() => 0);
    this.#v = start.map(() => 0);
  }

  step(gradient: readonly number[], rate: number, decay = 0): void {
    this.#steps += 1;
    gradient.forEach((each, i) => {
      const g = each + decay * (this.values[i] ?? 0);
      const m = beta1 * (this.#m[i] ?? 0) + (1 - beta1) * g;
      const v = beta2 * (this.#v[i] ?? 0) + (1 - beta2) * g * g;
      this.#m[i] = m;
      this.#v[i] = v;
      const unbiased = Math.sqrt(v / (1 - beta2 ** this.#steps)) + eps;
      this.values[i] = (this.values[i] ?? 0) - (rate * m) / (1 - beta1 ** this.#steps) / unbiased;
    });
  }

  memory(): Memory {
    return { values: [...this.values], m: [...this.#m], v: [...this.#v], steps: [this.#steps] };
  }

  recall({ values = [], m = [], v = [], steps = [] }: Memory): void {
    this.values.splice(0, this.values.length, ...values);
    this.#m = [...m];
    this.#v = [...v];
    this.#steps = steps[0] ?? 0;
  }
}
