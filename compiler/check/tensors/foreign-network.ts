import { printDim } from "../../ir/dim.ts";
import type { PortHeader } from "../file-header.ts";
import type { KnownHeader } from "../look-at.ts";
import { nearest } from "../nearest.ts";
import { Refusal } from "../reporter.ts";
import type { Args, Use } from "../tensor-function.ts";
import type { TensorThing } from "../things.ts";

/** Opsets of the operators that the engine runs: it promises those from 7 on, and refuses to load newer ones than it knows. */
const opsets = { least: 7, most: 26 } as const;

/** Of operators that onnxruntime has beside ONNX's own. */
const knownDomains: ReadonlySet<string> = new Set(["ai.onnx.ml", "com.microsoft"]);

type Network = Extract<KnownHeader, { readonly kind: "network" }>;

/** An output that the spec names, `undefined` for the only one, with the sizes that it is said to have, if it is. */
export interface WantedOutput {
  readonly key: string | undefined;
  readonly dims: readonly number[] | undefined;
}

/** The same with the file's name for it, undefined for the only one, and its sizes as the spec or else the file gives them. */
export interface FoundOutput extends WantedOutput {
  readonly output: string | undefined;
}

/** Whether the network of an ONNX file takes what is sent to it and gives what is said of it. All that does not fit is told. */
export function checkNetwork(
  use: Use,
  x: TensorThing,
  args: Args,
  wanted: readonly WantedOutput[],
): { readonly outputs: readonly FoundOutput[]; readonly weights: number | undefined } {
  const given = args.get("file");
  const file = given?.kind === "string" ? given.value : "";
  const header = use.headerOf("file", file, "onnx", () => "export the network as ONNX");
  if (header?.kind !== "network")
    return { outputs: wanted.map((each) => ({ ...each, output: nameOf(args, each.key) })), weights: undefined };
  checkOperators(use, file, header);
  checkInput(use, x, file, header);
  const outputs = wanted.map((each) => ({
    key: each.key,
    output: nameOf(args, each.key),
    dims: checkOutput(use, args, file, header, each),
  }));
  return { outputs, weights: header.weights };
}

function checkOperators(use: Use, file: string, { opset, domains }: Network): void {
  const unknown = domains.filter((domain) => !knownDomains.has(domain));
  if (unknown.length > 0) {
    const names = unknown.map((domain) => JSON.stringify(domain)).join(", ");
    const reason = `it has operators of ${names}, which nothing here can run`;
    use.report("broken-file", use.placeOf("file"), { file, reason }, { help: "export it with ONNX's own operators" });
  }
  if (opset < opsets.least || opset > opsets.most) {
    const reason = `its operators are of the opset ${opset}, and those of ${opsets.least} to ${opsets.most} can be run`;
    use.report("broken-file", use.placeOf("file"), { file, reason }, { help: "export it again, with the opset 17" });
  }
}

function checkInput(use: Use, x: TensorThing, file: string, { inputs }: Network): void {
  const mismatch = (reason: string, help?: string) =>
    use.report("file-mismatch", use.placeOf("file"), { file, reason }, { help });
  const [input] = inputs;
  if (input === undefined || inputs.length > 1) {
    const names = inputs.map(({ name }) => `\`${name}\``).join(", ");
    mismatch(
      `it takes ${inputs.length} inputs${names === "" ? "" : ` (${names})`}, and one picture is sent to it`,
      "export it with one input",
    );
    return;
  }
  const { name, type, shape } = input;
  if (type !== "float32")
    mismatch(`its input \`${name}\` is of ${type}, and pictures are of float32`, "export it for float32");
  if (shape === undefined) return;
  const sizes = x.wire.type.shape.slice(-3);
  const fits =
    shape.length === 4 &&
    sizes.every((size, i) => typeof size !== "number" || isFree(shape[i + 1]) || shape[i + 1] === size);
  const [batch, channels, height, width] = shape;
  if (!fits) {
    const sent = x.axes.slice(-3).map((axis, i) => `${axis}: ${printDim(sizes[i] ?? 0)}`);
    const square = typeof height === "number" && height === width && channels === sizes[0];
    const help = square ? `put resize(${height}) before it` : undefined;
    mismatch(`its input \`${name}\` is ${sizesText(shape)}, and [${sent.join(", ")}] is sent to it`, help);
  } else if (typeof batch === "number" && batch > 1) {
    mismatch(
      `its input \`${name}\` is ${sizesText(shape)}: ${batch} pictures at a time, and no others`,
      "export it with a free batch",
    );
  }
}

/** Its sizes per frame, as far as they are known. */
function checkOutput(
  use: Use,
  args: Args,
  file: string,
  header: Network,
  { key, dims }: WantedOutput,
): readonly number[] | undefined {
  const { outputs, inner } = header;
  const name = nameOf(args, key);
  const port = name === undefined ? outputs[0] : (outputs.find((each) => each.name === name) ?? inner.get(name));
  if (name === undefined && outputs.length > 1) {
    const expected = `which of the file's outputs: ${outputs.map((each) => each.name).join(", ")}`;
    const help = `such as output: ${JSON.stringify(outputs[0]?.name)}`;
    use.report("missing-argument", use.placeOf("file"), { callee: "`onnx`", name: "output", expected }, { help });
  } else if (port === undefined) reportName(use, args, file, header, name ?? "", key);
  else if (port.type !== "float32" && port.type !== "unknown") {
    const reason = `its output \`${port.name}\` is of ${port.type}, and features are of float32`;
    use.report(
      "file-mismatch",
      use.placeOf("file"),
      { file, reason },
      { help: "name another of its outputs, or export it for float32" },
    );
  } else if (port.shape === undefined && !outputs.includes(port)) {
    // Few files say the sizes between their nodes; they are held against `dims` when the network runs.
    return dims;
  } else return checkSizes(use, args, file, port, dims, key);
  // Where sizes are written, what reads them can be checked all the same.
  if (dims === undefined) throw new Refusal();
  return dims;
}

function checkSizes(
  use: Use,
  args: Args,
  file: string,
  { name, shape }: PortHeader,
  dims: readonly number[] | undefined,
  key: string | undefined,
): readonly number[] | undefined {
  if (shape === undefined) {
    if (dims !== undefined)
      use.report("not-looked-at", use.placeOf("file"), { file, reason: `it gives no sizes of its output \`${name}\`` });
    return dims;
  }
  const own = shape.slice(1);
  const known = own.every((size): size is number => typeof size === "number" && size >= 1) && own.length > 0;
  if (dims === undefined) return known ? own : undefined;
  if (own.length === dims.length && own.every((size, i) => isFree(size) || size === dims[i])) return dims;
  const reason = `its output \`${name}\` is ${sizesText(shape)}, the batch first, and \`dims\` are ${sizesText(dims)}`;
  const { place, whole } = dimsPlace(use, args, key);
  const replacement = sizesText(own);
  const repair = known ? { help: `write ${key === undefined || !whole ? "dims" : key}: ${replacement}` } : {};
  const fix = known && whole && own.length === dims.length ? { fix: { span: place, replacement } } : {};
  use.report("file-mismatch", place, { file, reason }, { ...repair, ...fix });
  return dims;
}

/** Where the sizes of an output are written, and whether what stands there is a list of only this output's. */
function dimsPlace(use: Use, args: Args, key: string | undefined) {
  const dims = args.get("dims");
  const entry = dims?.kind === "map" && key !== undefined ? dims.places.get(key) : undefined;
  return { place: entry ?? use.placeOf("dims"), whole: entry === undefined && key === undefined };
}

function nameOf(args: Args, key: string | undefined): string | undefined {
  const outputs = args.get("outputs");
  const given = key === undefined ? args.get("output") : outputs?.kind === "map" ? outputs.entries.get(key) : undefined;
  return given?.kind === "string" ? given.value : undefined;
}

/** An output that the file does not have. The name may stand in a map that is named here, so it is put right only in the call itself. */
function reportName(
  use: Use,
  args: Args,
  file: string,
  { outputs, inner }: Network,
  name: string,
  key: string | undefined,
): void {
  const names = outputs.map((each) => each.name);
  const near = nearest(name, [...names, ...inner.keys()]);
  const all = names.map((each) => `\`${each}\``).join(", ");
  const help = `${near === undefined ? "" : `the nearest is \`${near}\`; `}its outputs are ${all}`;
  const map = args.get("outputs");
  const entry = key !== undefined && map?.kind === "map" ? map.places.get(key) : undefined;
  const span = entry ?? use.placeOf(key === undefined ? "output" : "outputs");
  const fix = near === undefined || key !== undefined ? {} : { fix: { span, replacement: JSON.stringify(near) } };
  use.report("no-member", span, { what: file, name }, { help, ...fix });
}

/** A size that the file leaves open: by a name, or by nothing. */
function isFree(size: number | string | undefined): boolean {
  return typeof size !== "number" || size < 1;
}

function sizesText(sizes: readonly (number | string)[]): string {
  return `[${sizes.join(", ")}]`;
}
