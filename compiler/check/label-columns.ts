import { fillingStage } from "./filled-labels.ts";
import { suggestion } from "./nearest.ts";
import { firstRepeat } from "./repeated.ts";
import type { Reporter } from "./reporter.ts";
import { numberIn } from "./schedules.ts";
import type { Session } from "./session.ts";
import { ownColumns } from "./splits.ts";
import {
  type CallThing,
  type DataThing,
  type ListThing,
  placeIn,
  type TaskThing,
  type Thing,
  textOf,
} from "./things.ts";
import { describeThing } from "./type.ts";
import { isOfVideos } from "./video-classes.ts";

/** What `labels` say of a task: as many columns as units, classes that the task has, each once (language rules 36, 37, 43). */
export function checkLabels(labels: CallThing, task: TaskThing, { reporter }: Session): void {
  switch (labels.name) {
    case "columns":
      checkColumns(labels, task, reporter);
      break;
    case "fill":
      checkFill(labels, task, reporter);
      break;
    default:
      checkColumn(labels, task, reporter);
  }
}

function checkColumns(labels: CallThing, { name, meaning }: TaskThing, reporter: Reporter): void {
  const names = listIn(labels, "names");
  if (meaning.kind !== "units") {
    reporter.report("wrong-type", labels.span, {
      what: `the labels of \`${name}\``,
      expected: 'one column, such as column("name")',
      actual: "columns(..), which are of units",
    });
    return;
  }
  const count = names?.items.length ?? 0;
  if (count !== meaning.names.length)
    reporter.report("out-of-range", placeIn(labels, "names"), {
      what: "the number of columns",
      expected: `${meaning.names.length}, the units of \`${name}\``,
      actual: count,
    });
  if (names !== undefined) checkOnce(names, labels, reporter);
}

function checkColumn(labels: CallThing, { name: task, meaning }: TaskThing, reporter: Reporter): void {
  if (meaning.kind === "units") {
    reporter.report("wrong-type", labels.span, {
      what: `the labels of \`${task}\``,
      expected: "columns([..]), one for each unit",
      actual: "one column",
    });
    return;
  }
  if (meaning.kind === "scalar") {
    const given = ["classes", "mixtures"].find((name) => labels.args.has(name));
    if (given !== undefined)
      reporter.report("wrong-type", placeIn(labels, given), {
        what: `the labels of \`${task}\``,
        expected: "numbers, as of a scalar",
        actual: given,
      });
    return;
  }
  if (isOfVideos(labels) !== (meaning.byVideo === true))
    reporter.report("wrong-type", labels.span, {
      what: `the labels of \`${task}\``,
      expected: meaning.byVideo === true ? "column(video)" : "a column of classes, as the task is not classes(video)",
      actual: meaning.byVideo === true ? "another column" : "column(video)",
    });
  if (meaning.byVideo === true) return;
  const known = new Set(meaning.names);
  const check = (list: ListThing, otherwise: CallThing["span"]) => {
    for (const [i, item] of list.items.entries())
      for (const text of textOf(item)) {
        if (known.has(text)) continue;
        const help = suggestion(text, meaning.names) ?? `\`${task}\` has ${meaning.names.join(", ")}`;
        const span = list.places?.[i] ?? otherwise;
        reporter.report("no-member", span, { what: `the task \`${task}\``, name: text }, { help });
      }
  };
  const classes = listIn(labels, "classes");
  if (classes !== undefined) {
    check(classes, placeIn(labels, "classes"));
    checkOnce(classes, labels, reporter);
  }
  const mixtures = labels.args.get("mixtures");
  if (mixtures?.kind !== "map") return;
  for (const [name, mixture] of mixtures.entries) {
    const span = mixtures.places.get(name) ?? placeIn(labels, "mixtures");
    if (mixture.kind !== "list") continue;
    if (mixture.items.length === 0) reporter.report("empty-list", span, { callee: `the mixture \`${name}\`` });
    check(mixture, span);
  }
}

/** What a format's columns are is known where it has no table of its own (see ownColumns). */
export function checkOwnColumns({ reporter }: Session, data: DataThing, labels: CallThing): void {
  const own = ownColumns(data);
  if (own === undefined || own.length === 0) return;
  const coded = own.includes("subject");
  for (const argument of ["name", "names", "weight"]) {
    const thing = labels.args.get(argument);
    const list = thing?.kind === "list" ? thing : undefined;
    for (const [i, item] of (list?.items ?? (thing === undefined ? [] : [thing])).entries())
      for (const name of textOf(item)) {
        if (own.includes(name) || (coded && /^AU\d+$/.test(name))) continue;
        const named = [...own.map((each) => `\`${each}\``), ...(coded ? ["a unit, such as AU12"] : [])];
        reporter.report(
          "wrong-type",
          list?.places?.[i] ?? placeIn(labels, argument),
          { what: `a column of the data ${data.label}`, expected: named.join(" or "), actual: `\`${name}\`` },
          { help: suggestion(name, own) },
        );
      }
  }
}

/** `fill(net.expr, above: 0.9)`: the confident answers of the task's own head (language rule 43). */
function checkFill(labels: CallThing, { name, meaning }: TaskThing, reporter: Reporter): void {
  const stream = labels.args.get("stream");
  const span = placeIn(labels, "stream");
  if (stream !== undefined && stream.kind !== "poison" && fillingStage(labels) === undefined)
    reporter.report("wrong-type", span, {
      what: `what fills the labels of \`${name}\``,
      expected: `a stage's head of \`${name}\``,
      actual: describeThing(stream),
    });
  if (stream?.kind === "member" && stream.name !== name)
    reporter.report("wrong-type", span, {
      what: `what fills the labels of \`${name}\``,
      expected: `a head of \`${name}\``,
      actual: describeThing(stream),
    });
  const above = labels.args.get("above");
  if (above === undefined) return;
  const value = numberIn(labels, "above", 0.5);
  if (meaning.kind === "scalar")
    reporter.report("wrong-type", placeIn(labels, "above"), {
      what: `\`above\` for \`${name}\``,
      expected: "left out: a scalar has no confidence",
      actual: describeThing(above),
    });
  else if (value <= 0 || value >= 1)
    reporter.report("out-of-range", placeIn(labels, "above"), {
      what: "`above`",
      expected: "between 0 and 1",
      actual: value,
    });
}

function listIn(call: CallThing, name: string): ListThing | undefined {
  const thing: Thing | undefined = call.args.get(name);
  return thing?.kind === "list" ? thing : undefined;
}

function checkOnce(list: ListThing, call: CallThing, reporter: Reporter): void {
  const twice = firstRepeat(list.items.map((item) => textOf(item)[0] ?? ""));
  if (twice !== undefined)
    reporter.report("duplicate-name", list.places?.[twice.at] ?? call.span, { name: twice.name });
}
