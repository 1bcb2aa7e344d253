import type { Span } from "../diagnostics/source.ts";
import type { MapNode } from "../syntax/ast.ts";
import { canonical } from "./canonical.ts";
import { instanceOf } from "./declarations.ts";
import type { Env } from "./env.ts";
import { evaluateAs, forEachSuffix } from "./evaluate.ts";
import { lookUp } from "./names.ts";
import { suggestion } from "./nearest.ts";
import { Refusal, type Reporter } from "./reporter.ts";
import { numberIn } from "./schedules.ts";
import type { BlendThing, DataPart, DataThing, Thing } from "./things.ts";
import { describeThing, schedule } from "./type.ts";

export const partNames = ["train", "val", "test", "all"] as const;

/** `d.val`, and of a fold `d.fold(2).val`: the same data, other rows (language rule 41). */
export function partOf(data: DataThing, name: (typeof partNames)[number], span: Span, env: Env): DataThing {
  const { part } = data;
  if (part.of !== undefined || (part.fold !== undefined && name !== "val" && name !== "train")) {
    return env.session.reporter.refuse(
      "no-member",
      span,
      { what: `the data ${data.label}`, name },
      { help: part.of === undefined ? "a fold has `train` and `val`" : "it is a part already" },
    );
  }
  return withPart(data, { ...part, of: name }, `${data.label}.${name}`);
}

/** `d.fold(2)`: trained on every labelled row but those of the fold, judged by them. */
export function foldOf(data: DataThing, given: readonly Thing[], span: Span, env: Env): DataThing {
  const reporter: Reporter = env.session.reporter;
  const [k] = given;
  if (k?.kind !== "number" || given.length > 1) {
    return reporter.refuse("wrong-type", span, {
      what: "the number of a fold",
      expected: "a whole number from 0",
      actual: k === undefined ? "nothing" : describeThing(k),
    });
  }
  const folds = data.entries.get("folds");
  if (folds?.kind !== "call") {
    return reporter.refuse(
      "missing-key",
      span,
      { where: `the data ${data.label}`, key: "folds" },
      { help: "such as folds: folds(5, by: video)" },
    );
  }
  const count = numberIn(folds, "count", 1);
  if (!Number.isInteger(k.value) || k.value < 0 || k.value >= count) {
    return reporter.refuse(
      "out-of-range",
      span,
      { what: "the number of a fold", expected: `from 0 to ${count - 1}`, actual: k.value },
      { related: [{ span: folds.span, text: "the folds are made here" }] },
    );
  }
  if (data.part.of !== undefined || data.part.fold !== undefined)
    return reporter.refuse("no-member", span, { what: `the data ${data.label}`, name: "fold" });
  return withPart(data, { of: undefined, fold: k.value }, `${data.label}.fold(${k.value})`);
}

/** The data that a part is of; of a fold's part, the fold. */
export function withoutPart(data: DataThing): DataThing {
  const { of, fold } = data.part;
  return of === undefined ? data : withPart(data, { of: undefined, fold }, data.label.replace(/\.\w+$/, ""));
}

function withPart(data: DataThing, part: DataPart, label: string): DataThing {
  return { ...data, part, label };
}

/** `blend({single: 0.7, compound: 0.3})`: each key names data, each value its share of a batch (language rule 42). */
export function blendThing(shares: MapNode, span: Span, env: Env): BlendThing {
  const reporter: Reporter = env.session.reporter;
  const parts: BlendThing["parts"][number][] = [];
  for (const entry of shares.entries) {
    forEachSuffix(entry.suffixes, env, (place) => {
      const [name = "", part, ...more] = entry.path.segments.map((segment) => segment.name.text);
      const thing = lookUp(name, entry.path.span, place);
      const made = thing?.kind === "declaration" ? instanceOf(env.session, thing, entry.path.span) : thing;
      if (made === undefined) {
        reporter.refuse(
          "unknown-name",
          entry.path.span,
          { kind: "data", name },
          { help: suggestion(name, dataNames(env)) },
        );
      }
      if (made.kind === "poison") throw new Refusal();
      if (made.kind !== "data") {
        reporter.refuse("wrong-type", entry.path.span, {
          what: "a key of `blend`",
          expected: "the name of data",
          actual: describeThing(made),
        });
      }
      if (more.length > 0 || (part !== undefined && !isPartName(part)))
        reporter.refuse(
          "no-member",
          entry.path.span,
          { what: `the data ${made.label}`, name: [part, ...more].join(".") },
          { help: suggestion(part ?? "", partNames) },
        );
      const share = evaluateAs(entry.value, place, schedule, `the share of \`${name}\``);
      if (share.kind === "number" && (share.value < 0 || share.value > 1))
        reporter.report("out-of-range", entry.value.span, {
          what: `the share of \`${name}\``,
          expected: "from 0 to 1",
          actual: share.value,
        });
      const data = part === undefined || !isPartName(part) ? made : partOf(made, part, entry.path.span, place);
      parts.push({ data, share, span: entry.path.span });
    });
  }
  if (parts.length === 0) reporter.refuse("empty-list", span, { callee: "`blend`" });
  const fixed = parts.flatMap(({ share }) => (share.kind === "number" ? [share.value] : []));
  const sum = fixed.reduce((total, each) => total + each, 0);
  const within = fixed.every((share) => share >= 0 && share <= 1);
  if (within && fixed.length === parts.length && Math.abs(sum - 1) > 1e-6)
    reporter.report("out-of-range", span, {
      what: "the sum of the shares of `blend`",
      expected: "1, a whole batch",
      actual: Number(sum.toFixed(6)),
    });
  const text = parts.map(({ data, share }) => `${data.label}: ${canonical(share)}`).join(", ");
  return { kind: "blend", parts, label: `blend({${text}})` };
}

function dataNames(env: Env): readonly string[] {
  const named = [...env.file.own, ...env.file.used];
  return named.flatMap(
    ([
      name,
      {
        declaration: { kind },
      },
    ]) => (kind === "data" || kind === "binding" ? [name] : []),
  );
}

function isPartName(name: string): name is (typeof partNames)[number] {
  return partNames.some((part) => part === name);
}

/**
 * Rows of one data set as a set of pieces: `train`, `val`, `test`, and with folds `fold/k`. Folds cut training and validation rows
 * together.
 */
export interface Rows {
  /** The annotations, whatever fields are read with them. */
  readonly data: string;
  readonly label: string;
  readonly covers: (piece: RowPiece) => boolean;
}

export type RowPiece = "train" | "val" | "test" | { readonly fold: number };

export function trainedRows(data: DataThing): Rows {
  const { of, fold } = data.part;
  return {
    data: data.annotations,
    label: data.label,
    covers: (piece) => {
      if (piece === "test") return of === "test";
      if (fold !== undefined) {
        const inFold = of === "val";
        // Any labelled row may be in any fold.
        return typeof piece === "string" ? true : inFold ? piece.fold === fold : piece.fold !== fold;
      }
      if (of === "all") return true;
      return typeof piece === "object" || piece === (of ?? "train");
    },
  };
}

/** The rows that scores are taken on; undefined where there are none. */
export function judgedRows(data: DataThing): RowPiece | undefined {
  const { of, fold } = data.part;
  if (of === "all" || of === "train" || of === "test") return of === "test" ? "test" : undefined;
  if (fold !== undefined) return { fold };
  return missingDivision(data) === undefined ? "val" : undefined;
}

/** The key that data lack to have a part for validation; undefined where they have one. */
export function missingDivision({ entries }: DataThing): "split" | "val" | undefined {
  const format = entries.get("format");
  const split = entries.get("split");
  const divides = split?.kind === "call" && (split.name !== "column_split" || split.args.has("val"));
  if (format?.kind === "call") return format.name === "csv" && !divides ? "split" : undefined;
  const named = entries.get("val")?.kind;
  const apart = named === "string" || named === "list";
  switch (format?.kind === "label" ? format.name : "") {
    case "folders":
    case "bp4d":
      return apart || divides ? undefined : "split";
    case "s_aff_wild2":
    case "aff_wild2":
      return apart ? undefined : "val";
    default:
      return undefined;
  }
}
