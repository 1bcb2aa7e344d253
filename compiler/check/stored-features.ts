import type { FieldPlan } from "../lower/plan-data.ts";
import { type Field, fieldsOf } from "./fields.ts";
import type { ArrayHeader, FileFormat } from "./file-header.ts";
import type { layouts } from "./library-data.ts";
import { lookAt } from "./look-at.ts";
import type { Reporter } from "./reporter.ts";
import type { Session } from "./session.ts";
import { type DataThing, placeIn } from "./things.ts";

type Layout = (typeof layouts)[number];

/** What each layout is a file of. A pickle is a program: it is not opened at all. */
const formats: Readonly<Record<Layout, FileFormat | undefined>> = {
  h5_video_frame: "hdf5",
  h5_frame_video: "hdf5",
  npy_by_video: "npy",
  npz_arrays: "npz",
  safetensors: "safetensors",
  pickle_by_path: undefined,
};

type Features = Extract<FieldPlan, { readonly kind: "features" }>;

/** The files of stored features that data name: there, whole, of the layout that is said, and as wide as is said (language rule 38). */
export function checkStoredFeatures(session: Session, data: DataThing): void {
  const root = data.entries.get("root");
  const format = data.entries.get("format");
  // Drawn faces have no files; several roots are not carried out yet.
  if (root?.kind !== "string" || (format?.kind === "call" && format.name === "synthetic")) return;
  for (const field of fieldsOf(data, session.reporter).values())
    if (field.plan.kind === "features") checkFile(session, field, field.plan, root.value);
}

function checkFile(session: Session, field: Field, plan: Features, root: string): void {
  const reporter: Reporter = session.reporter;
  const { file, layout } = plan;
  const span = placeIn(field.call, "file");
  const format = isLayout(layout) ? formats[layout] : undefined;
  const objects = "it has Python objects, which can do anything when they are read";
  if (format === undefined) {
    reporter.report("not-looked-at", span, { file, reason: objects });
    return;
  }
  const help = (is: FileFormat) => {
    const named = Object.entries(formats).flatMap(([each, of]) => (of === is ? [each] : []));
    return named.length === 0 ? undefined : `the layout of such a file is ${named.join(" or ")}`;
  };
  const header = lookAt(session, { file, format, root, span, help });
  if (header?.kind !== "arrays") return;
  if (format === "npy" && [...header.arrays.values()].some(({ type }) => type.endsWith("O"))) {
    reporter.report("not-looked-at", span, { file, reason: objects });
    return;
  }
  const wrong = wrongArray(header.arrays, plan, format);
  if (wrong === undefined) return;
  const [name, array] = wrong;
  const what = name === "" ? "it" : `${JSON.stringify(name)} in it`;
  if (!array.numeric) {
    reporter.report("file-mismatch", span, { file, reason: `${what} is of ${array.type}, and features are numbers` });
    return;
  }
  const sizes = (each: readonly number[]) => `[${each.join(", ")}]`;
  const own = format === "hdf5" ? array.shape : array.shape.slice(1);
  const reason = `${what} is ${sizes(array.shape)}${format === "hdf5" ? "" : ", a row for each"}`;
  const place = placeIn(field.call, "dims");
  const usable = own.length > 0 && own.length <= 4 && own.every((size) => size >= 1);
  // Another number of axes is more than a slip: what reads the field must change with it.
  const fix = usable && own.length === plan.dims.length ? { fix: { span: place, replacement: sizes(own) } } : {};
  const repair = usable ? { help: `write dims: ${sizes(own)}` } : {};
  reporter.report(
    "file-mismatch",
    place,
    { file, reason: `${reason}, and \`dims\` are ${sizes(plan.dims)}` },
    { ...repair, ...fix },
  );
}

function isLayout(name: string): name is Layout {
  return Object.hasOwn(formats, name);
}

/** An array that cannot be these features. Of an archive, which has labels and names too, one must be right: \`F\`, or any. */
function wrongArray(
  arrays: ReadonlyMap<string, ArrayHeader>,
  { dims }: Features,
  format: FileFormat,
): readonly [string, ArrayHeader] | undefined {
  const rows = format === "hdf5" ? 0 : 1;
  const fits = ({ shape, numeric }: ArrayHeader) =>
    numeric && shape.length === dims.length + rows && dims.every((size, i) => shape[i + rows] === size);
  const all = [...arrays];
  if (format !== "npz") return all.find(([, array]) => !fits(array));
  const named = arrays.get("F");
  if (named !== undefined) return fits(named) ? undefined : ["F", named];
  if (all.some(([, array]) => fits(array))) return undefined;
  // The widest is most like features.
  return all.toSorted(
    ([, a], [, b]) => (b.shape.at(-1) ?? 0) * b.shape.length - (a.shape.at(-1) ?? 0) * a.shape.length,
  )[0];
}
