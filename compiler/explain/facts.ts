import { usualLoss } from "../check/build-loss.ts";
import { completed } from "../check/completed.ts";
import { dataPlan } from "../check/data-plan.ts";
import { fieldsOf } from "../check/fields.ts";
import type { Session } from "../check/session.ts";
import type { AssemblyThing, DataThing, LayerThing, SweepThing, TaskThing } from "../check/things.ts";
import { featureFlops, forwardFlops } from "../cost/forward.ts";
import { flowOf } from "../draw/flow.ts";
import { lastName, Paths } from "../draw/paths.ts";
import { axesText } from "../draw/shape-text.ts";
import { losses } from "../library/losses/index.ts";
import { maskWidthOf, widthOf } from "../library/task.ts";
import { counted, sourceText, stagesOf, stepsOf, weightCount } from "../lower/describe-plan.ts";
import type { Parameter } from "../syntax/ast.ts";
import type { Known } from "./known.ts";
import { thingText } from "./thing-text.ts";

/** Something to be known, in a few words. */
export interface Fact {
  readonly name: string;
  readonly value: string;
}

const metrics = {
  units: "mean binary F1 of the units",
  classes: "macro F1 of the classes",
  scalar: "concordance correlation coefficient",
} as const;

export function taskFacts(task: TaskThing, { stages }: Known): readonly Fact[] {
  const { meaning } = task;
  const admitted = Object.entries(losses).filter(([, { takes }]) => takes.includes(meaning.kind));
  const usual = thingText(completed(usualLoss(task, { source: { name: "", text: "" }, start: 0, end: 0 })));
  const data = stages.filter(({ plan }) => plan.data.tasks.some(({ name }) => name === task.name));
  return [
    {
      name: "width",
      value: `${widthOf(meaning)} numbers for each frame, ${maskWidthOf(meaning)} of them masked alone`,
    },
    { name: "metric", value: task.scored ? metrics[meaning.kind] : "none" },
    { name: "losses", value: admitted.map(([name]) => name).join(", ") },
    { name: "usual loss", value: usual ?? "" },
    { name: "labelled by", value: [...new Set(data.map(({ plan }) => plan.data.name))].join(", ") },
  ];
}

export function dataFacts(data: DataThing, session: Session): readonly Fact[] {
  const fields = [...fieldsOf(data, session.reporter)].map(([name, { axes, per }]): Fact => {
    const shape = axesText(
      axes.map((axis) => axis.name),
      axes.map(({ size }) => size),
    );
    return { name: `field ${name}`, value: `${shape} for each ${per}` };
  });
  const { tasks } = dataPlan(session, data);
  return [...fields, { name: "labels", value: tasks.map(({ name }) => name).join(", ") || "none" }];
}

export function encoderFacts({ path }: LayerThing, { stages, trace, nameOf }: Known): readonly Fact[] {
  const stage = stages.find(({ checked }) => checked.built.model.encoders.has(path));
  if (stage === undefined) return [];
  const { plan, checked } = stage;
  const { model } = checked.built;
  const paths = new Paths(trace.of(model.g), model.encoders);
  const own = plan.parameters.filter((parameter) => paths.stepsOf(parameter.path).includes(path));
  const flops = [...forwardFlops(checked).byPath].filter(([at]) => at !== "" && paths.stepsOf(at).includes(path));
  return [
    { name: "weights", value: weightCount(own).toLocaleString("en") },
    { name: "GFLOPs per frame", value: flopsText(flops.reduce((sum, [, count]) => sum + count, 0)) },
    {
      name: `starts, in ${plan.label}, from`,
      value: [...new Set(own.map(({ from }) => sourceText(from, nameOf)))].join(", "),
    },
  ];
}

/** A parameter with its type and default, as it is declared. */
export function parameterFacts(parameters: readonly Parameter[]): readonly Fact[] {
  return parameters.map(({ name, type, fallback }) => {
    const text = ({ source, start, end }: Parameter["span"]) => source.text.slice(start, end);
    const usual = fallback === undefined ? "must be given" : `default ${text(fallback.span)}`;
    return { name: name.text, value: `${text(type.span)}, ${usual}` };
  });
}

/** Where a module of the language is used, items of a list together. */
export function useFacts(module: string, { stages, trace }: Known): readonly Fact[] {
  const uses = new Map<string, Set<string>>();
  for (const { plan, checked } of stages) {
    const { model } = checked.built;
    const paths = new Paths(trace.of(model.g), model.encoders);
    for (const step of new Set([...flowOf(checked).ops.keys()].flatMap((path) => paths.stepsOf(path)))) {
      const here = paths.moduleAt(step) === module || lastName(step).replace(/\[\d+\]$/, "") === module;
      const name = step.replaceAll(/\[\d+\]/g, "[..]");
      if (here) uses.set(name, (uses.get(name) ?? new Set()).add(plan.label));
    }
  }
  return [...uses].map(([path, labels]) => ({ name: path, value: `in ${few([...labels])}` }));
}

const mostNamed = 4;

function few(names: readonly string[]): string {
  const shown = names.slice(0, mostNamed).join(", ");
  return names.length > mostNamed ? `${shown} and ${names.length - mostNamed} more` : shown;
}

export function assemblyFacts({ label }: AssemblyThing, { planned, find, nameOf }: Known): readonly Fact[] {
  const plan = planned.assemblies.find(({ name }) => name === label);
  const hashes = new Set((plan?.members ?? []).flatMap(({ stream }) => stagesOf(stream)));
  const used = [...hashes].flatMap((hash) => find(hash) ?? []);
  const flops = used.reduce((sum, stage) => sum + forwardFlops(stage.checked).total + featureFlops(stage, find), 0);
  return [
    ...(plan?.members ?? []).map(({ task, stream }) => ({
      name: task.name,
      value: [stagesOf(stream).map(nameOf).join(", "), ...stepsOf(stream)].join(" -> "),
    })),
    { name: "weights", value: counted(used.reduce((sum, stage) => sum + weightCount(stage.plan.parameters), 0)) },
    { name: "GFLOPs per frame", value: `${flopsText(flops)}, each member with the features it reads` },
  ];
}

export function sweepFacts({ name }: SweepThing, { planned, find }: Known): readonly Fact[] {
  const plan = planned.sweeps.find((each) => each.name === name);
  return (plan?.points ?? []).map(({ label, of }) => {
    const stage = of.kind === "stage" ? find(of.hash) : undefined;
    if (stage === undefined) return { name: label, value: of.kind === "assembly" ? `the assembly ${of.name}` : "" };
    const { parameters } = stage.plan;
    const trained = weightCount(parameters.filter(({ group }) => group !== undefined));
    const flops = flopsText(forwardFlops(stage.checked).total);
    return {
      name: label,
      value: `${counted(trained)} of ${counted(weightCount(parameters))} weights trained, ${flops} GFLOPs per frame`,
    };
  });
}

export function flopsText(flops: number): string {
  const giga = flops / 1e9;
  return giga >= 100 ? giga.toFixed(0) : giga >= 0.1 ? giga.toFixed(1) : giga.toPrecision(2);
}
