import { type Balancer, forgetful } from "./balancer.ts";

const least = 1e-8;

/** Each term over its own size, which is taken for a constant: λ_k = 1 / |L_k|. */
export function normalized(): Balancer {
  return forgetful(({ losses }) => losses.map((loss) => 1 / Math.max(Math.abs(loss), least)));
}
