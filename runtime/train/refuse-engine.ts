import type { StagePlan } from "../../compiler/lower/plan.ts";
import type { Engine } from "../engines/engine.ts";
import { StageError } from "./stage-error.ts";

/** Throws a StageError where a stage asks for what an engine does not do. */
export function refuseEngine(plan: StagePlan, { name }: Engine): void {
  const refuse = (message: string): never => {
    throw new StageError(plan.label, message);
  };
  if (name.startsWith("torch")) {
    if (plan.balance !== undefined)
      refuse("PyTorch trains without `balance`; --engine onnx and --engine tfjs train with it");
    return;
  }
  if (plan.precision === "bf16")
    refuse("`precision: bf16` needs --engine torch; --set precision=fp32 of the stage trains it on every engine");
}
