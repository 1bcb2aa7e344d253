import type { BalancerPlan } from "../../compiler/lower/plan.ts";
import type { Balancer } from "./balancer.ts";
import { cagrad } from "./cagrad.ts";
import { dwa } from "./dwa.ts";
import { famo } from "./famo.ts";
import { gradnorm } from "./gradnorm.ts";
import { imtl } from "./imtl.ts";
import { mgda } from "./mgda.ts";
import { nashMtl } from "./nash-mtl.ts";
import { normalized } from "./normalized.ts";
import { pcgrad } from "./pcgrad.ts";
import { uncertainty } from "./uncertainty.ts";
import { upgrad } from "./upgrad.ts";

/** The balancer of a plan, with nothing in its memory. */
export function balancerOf({ name, terms, settings }: BalancerPlan): Balancer {
  const setting = (key: string): number => {
    const value = settings[key];
    if (value === undefined) throw new Error(`the plan of ${name} lacks ${key}`);
    return value;
  };
  switch (name) {
    case "uncertainty":
      return uncertainty(terms.length);
    case "dwa":
      return dwa(terms.length, setting("temperature"));
    case "normalized":
      return normalized();
    case "gradnorm":
      return gradnorm(terms.length, setting("alpha"));
    case "famo":
      return famo(terms.length);
    case "pcgrad":
      return pcgrad();
    case "cagrad":
      return cagrad(setting("c"));
    case "mgda":
      return mgda();
    case "nash_mtl":
      return nashMtl();
    case "upgrad":
      return upgrad();
    case "imtl":
      return imtl();
  }
}
