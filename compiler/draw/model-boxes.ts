import type { CheckedStage } from "../check/check-stage.ts";
import { widthOf } from "../library/task.ts";
import { counted, sourceText, weightCount } from "../lower/describe-plan.ts";
import type { ParameterPlan, StagePlan } from "../lower/plan.ts";
import { type Draft, draft } from "./draft.ts";
import type { Box } from "./drawing.ts";
import { type Flow, featurePlace, fieldPlace, lossPlace } from "./flow.ts";
import type { ModelNotes } from "./model-drawing.ts";
import { lastName, type Paths } from "./paths.ts";
import type { Places } from "./places.ts";

/** Everything that boxes of one model are made of. */
export interface Drawn {
  readonly plan: StagePlan;
  readonly checked: CheckedStage;
  readonly flow: Flow;
  readonly paths: Paths;
  readonly places: Places;
  readonly notes: ModelNotes;
  /** The weights at a path and below it. */
  readonly weightsAt: (path: string) => readonly ParameterPlan[];
}

/** The group of a path, or the box of one that nothing stands below. */
export function layerDraft(path: string, drawn: Drawn): Draft {
  const { paths, places, notes, weightsAt, flow } = drawn;
  const group = paths.stepsOf(path).at(-2);
  const own = weightsAt(path);
  const isHead = group === undefined && flow.heads.has(path);
  const module = paths.moduleAt(path);
  const shapes = places.shapesOf(path);
  return draft(path, isHead ? "head" : "layer", lastName(path), {
    group,
    headline: isHead ? headText(path, drawn) : "",
    module,
    rest: [...(own.length === 0 ? [] : [`${counted(weightCount(own))} weights`]), givesLine(shapes)],
    details: [
      ["path", path],
      ["module", module],
      ["gives", shapes.join(", ")],
      ...weightDetails(own, notes),
      ...(notes.detailsOf?.(path) ?? []),
    ],
    place: paths.placeOf(path),
    weights: stateOf(own),
  });
}

/** Ops that stand at the path of a group. */
export function ownOpsDraft(path: string, { flow, paths, places }: Drawn): Draft {
  const id = places.boxAt(path);
  const names = flow.ops.get(path) ?? [];
  const shapes = places.shapesOf(id);
  const shown = [...new Set(names.filter((name) => !silent.has(name)))].map((name) => signs[name] ?? name);
  return draft(id, "layer", shown.join(" ") || "reshape", {
    group: path,
    rest: [givesLine(shapes)],
    details: [
      ["path", path],
      ["ops", names.join(", ")],
      ["gives", shapes.join(", ")],
    ],
    place: paths.placeOf(path),
  });
}

const signs: Readonly<Record<string, string>> = { add: "+", subtract: "−", multiply: "×", divide: "÷", negate: "−" };
const silent: ReadonlySet<string> = new Set(["reshape", "broadcast", "cast"]);

export function fieldDrafts({ plan, checked, places }: Drawn): readonly Draft[] {
  return [...checked.built.model.fields.keys()].map((name) => {
    const shapes = places.shapesOf(fieldPlace(name));
    return draft(fieldPlace(name), "field", name, {
      rest: [givesLine(shapes)],
      details: [
        ["field", `${name} of ${plan.data.name}`],
        ["gives", shapes.join(", ")],
      ],
    });
  });
}

export function featureDrafts({ plan, places, notes }: Drawn): readonly Draft[] {
  return plan.features.map(({ input, stage, tensor, shape }) => {
    const name = `${notes.nameOf(stage)}.${tensor}`;
    const id = featurePlace(input);
    return draft(id, "feature", name, {
      rest: [givesLine(places.shapesOf(id))],
      details: [
        ["feature", name],
        ["per frame", `[${shape.join(", ")}]`],
        ["computed", "once per frame by the finished stage; a constant here"],
      ],
    });
  });
}

/** Outputs of networks that are not written in the language: nothing is known of how they come about. */
export function foreignDrafts({ flow, plan, places }: Drawn): readonly Draft[] {
  const known = new Set(plan.features.map(({ input }) => featurePlace(input)));
  const foreign = new Set(flow.uses.map(({ from }) => from).filter((from) => from.startsWith(featurePlace(""))));
  return [...foreign]
    .filter((id) => !known.has(id))
    .map((id) => {
      const path = id.slice(featurePlace("").length);
      const shapes = places.shapesOf(id);
      return draft(id, "feature", path, {
        headline: "of an ONNX file",
        rest: [givesLine(shapes)],
        details: [
          ["path", path],
          ["gives", shapes.join(", ")],
        ],
      });
    });
}

/** Heads that are another name for a tensor; the others stand where their ops are. */
export function plainHeads({ flow, places }: Pick<Drawn, "flow" | "places">): ReadonlyMap<string, string> {
  return new Map([...flow.heads].filter(([task, place]) => place !== task && places.around(place)[0] !== task));
}

export function plainHeadDrafts(drawn: Drawn): readonly Draft[] {
  const tasks = [...plainHeads(drawn).keys()];
  return tasks.map((task) =>
    draft(task, "head", task, {
      headline: headText(task, drawn),
      details: [["head", task]],
      place: drawn.paths.placeOf(task),
    }),
  );
}

export function lossDrafts({ plan, notes }: Drawn): readonly Draft[] {
  return plan.terms.map((term) => {
    const text = notes.termText?.(term) ?? "";
    return draft(lossPlace(term), "loss", `loss.${term}`, {
      rest: [text],
      details: [
        ["term", term],
        ["is", text],
      ],
    });
  });
}

function headText(name: string, { checked }: Drawn): string {
  const task = checked.built.model.heads.get(name)?.task;
  if (task === undefined) return "";
  const { meaning, activation } = task;
  const what = meaning.kind === "scalar" ? "a scalar" : `${widthOf(meaning)} ${meaning.kind}`;
  return activation === "none" ? what : `${what}, ${activation}`;
}

function givesLine(shapes: readonly string[]): string {
  if (shapes.length === 0) return "";
  return `→ ${shapes.length > 2 ? `${shapes[0]} and ${shapes.length - 1} more` : shapes.join(" and ")}`;
}

function weightDetails(own: readonly ParameterPlan[], { nameOf }: ModelNotes): Box["details"] {
  if (own.length === 0) return [];
  const trained = weightCount(own.filter(({ group }) => group !== undefined));
  const all = weightCount(own);
  const sources = new Set(own.map(({ from }) => sourceText(from, nameOf)));
  const shown = [...sources].slice(0, 4);
  return [
    ["weights", all.toLocaleString("en")],
    ["trained", trained === all ? "all" : trained === 0 ? "none: frozen" : trained.toLocaleString("en")],
    ["start from", [...shown, ...(sources.size > 4 ? ["…"] : [])].join(", ")],
  ];
}

function stateOf(own: readonly ParameterPlan[]): Box["weights"] {
  if (own.length === 0) return undefined;
  const trained = own.filter(({ group }) => group !== undefined).length;
  return trained === own.length ? "trained" : trained === 0 ? "frozen" : "mixed";
}
