import { sAffWild2 } from "../../../compiler/library/s-aff-wild2.ts";
import type { DrawnFrame, DrawnPart } from "./drawn-frames.ts";

/** Shares of labels that the real training and validation sets lack (rows without expression, without units, without valence). */
const missing: Readonly<
  Record<DrawnPart, { readonly expression: number; readonly units: number; readonly affect: number }>
> = {
  train: { expression: 0.36, units: 0.27, affect: 0.27 },
  val: { expression: 0.42, units: 0, affect: 0 },
  test: { expression: 1, units: 1, affect: 1 },
};
const activeFrom = 0.35;

/** What of a frame is annotated, as texts; undefined what is not. */
export interface ShownLabels {
  readonly affect: readonly string[] | undefined;
  /** The number of the class. */
  readonly expression: string | undefined;
  readonly units: readonly string[] | undefined;
}

export function shownLabels({ moment, part, draw }: DrawnFrame): ShownLabels {
  const rates = missing[part];
  return {
    affect: draw(20) < rates.affect ? undefined : [moment.valence.toFixed(3), moment.arousal.toFixed(3)],
    expression: draw(21) < rates.expression ? undefined : String(moment.expression),
    units:
      draw(22) < rates.units
        ? undefined
        : sAffWild2.units.map((unit) => ((moment.units.get(unit) ?? 0) >= activeFrom ? "1" : "0")),
  };
}

/** The labels of a row of s-Aff-Wild2. */
export function labelsOf(frame: DrawnFrame): readonly string[] {
  const { affect = ["-5", "-5"], expression = "-1", units = sAffWild2.units.map(() => "-1") } = shownLabels(frame);
  return [...affect, expression, ...units];
}
