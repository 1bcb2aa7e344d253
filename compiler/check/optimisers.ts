import type { OptimiserPlan, Schedule } from "../lower/plan.ts";
import { canonical } from "./canonical.ts";
import type { Env } from "./env.ts";
import type { Reporter } from "./reporter.ts";
import { numberIn, scheduleOf, startOf } from "./schedules.ts";
import { type CallThing, placeIn, type Thing } from "./things.ts";

export interface Optimiser {
  readonly plan: OptimiserPlan;
  readonly rate: Schedule;
  readonly weightDecay: number;
  /** `rho` of `sam`. */
  readonly sharpness?: number;
}

/** `adamw(..)`, `adam(..)`, `sgd(..)` or `sam(..)` of one; without one, AdamW at 1e-4, or 1e-5 where weights come from elsewhere (language rule 83). */
export function optimiserOf(thing: Thing | undefined, scope: Env, fromWeights: boolean): Optimiser {
  if (thing?.kind !== "call") {
    return {
      plan: { name: "adamw", settings: { beta1: 0.9, beta2: 0.999, eps: 1e-8 } },
      rate: { kind: "constant", value: fromWeights ? 1e-5 : 1e-4, warmup: undefined },
      weightDecay: 0.05,
    };
  }
  const reporter: Reporter = scope.session.reporter;
  if (thing.name === "sam") {
    const base = thing.args.get("base");
    if (base?.kind === "call" && base.name === "sam")
      reporter.report("wrong-type", thing.span, {
        what: "what `sam` sharpens",
        expected: "another optimiser",
        actual: "sam(..)",
      });
    const sharpness = numberIn(thing, "rho", 0.05);
    if (sharpness <= 0)
      reporter.report("out-of-range", placeIn(thing, "rho"), {
        what: "`rho`",
        expected: "above 0",
        actual: sharpness,
      });
    return { ...optimiserOf(base, scope, fromWeights), sharpness };
  }
  const lr = thing.args.get("lr") ?? { kind: "number", value: 1e-4, integer: false };
  const rate = scheduleOf(lr, reporter);
  if (rate.kind !== "constant" && startOf(rate) === 0)
    reporter.report("zero-at-first-step", lr.kind === "call" ? lr.span : thing.span, {});
  if (lr.kind === "number" && lr.value <= 0)
    reporter.report("out-of-range", placeIn(thing, "lr"), { what: "`lr`", expected: "above 0", actual: lr.value });
  for (const name of ["weight_decay", "eps", "momentum"]) notBelow(thing, name, 0, reporter);
  const momentum = numberIn(thing, "momentum", 0);
  if (momentum >= 1)
    reporter.report("out-of-range", placeIn(thing, "momentum"), {
      what: "`momentum`",
      expected: "from 0 to below 1",
      actual: momentum,
    });
  if (thing.name === "sgd") {
    const nesterov = thing.args.get("nesterov");
    if (nesterov?.kind === "bool" && nesterov.value && momentum === 0)
      reporter.report(
        "changes-nothing",
        placeIn(thing, "nesterov"),
        { path: "nesterov" },
        { help: "without `momentum` there is none to look ahead with" },
      );
    return {
      plan: {
        name: "sgd",
        settings: {
          momentum,
          nesterov: nesterov?.kind === "bool" && nesterov.value ? 1 : 0,
        },
      },
      rate,
      weightDecay: numberIn(thing, "weight_decay", 0),
    };
  }
  const betas = thing.args.get("betas");
  const [beta1, beta2] =
    betas?.kind === "list" ? betas.items.map((item) => (item.kind === "number" ? item.value : 0)) : [0.9, 0.999];
  const more = betas?.kind === "list" && betas.items.length > 2;
  if (more || beta1 === undefined || beta2 === undefined || Math.min(beta1, beta2) < 0 || Math.max(beta1, beta2) >= 1) {
    return reporter.refuse("out-of-range", placeIn(thing, "betas"), {
      what: "`betas`",
      expected: "two numbers from 0 to below 1",
      actual: betas === undefined ? "none" : canonical(betas),
    });
  }
  return {
    plan: {
      name: thing.name === "adam" ? "adam" : "adamw",
      settings: { beta1, beta2, eps: numberIn(thing, "eps", 1e-8) },
    },
    rate,
    weightDecay: numberIn(thing, "weight_decay", thing.name === "adam" ? 0 : 0.01),
  };
}

function notBelow(call: CallThing, name: string, least: number, reporter: Reporter): void {
  const value = numberIn(call, name, least);
  if (value < least)
    reporter.report("out-of-range", placeIn(call, name), {
      what: `\`${name}\``,
      expected: `at least ${least}`,
      actual: value,
    });
}
