import type { Declaration } from "../syntax/ast.ts";
import { type FileScope, visible } from "./files.ts";
import { dataKeys, encoderKeys, stageKeys, sweepKeys } from "./keys.ts";
import { suggestion } from "./nearest.ts";
import { placeOf } from "./overrides.ts";
import type { Session, Setting } from "./session.ts";

const kinds: ReadonlySet<string> = new Set(["stage", "data", "encoder"]);

/** Refuses settings of a profile or `--set` that name nothing, by their first two segments, and those that say again what is said (language rule 4). */
export function checkTargets(session: Session, file: FileScope, settings: readonly Setting[]): void {
  const { reporter } = session;
  settings.forEach((setting, i) => {
    const { path, span } = setting;
    const before = settings.slice(0, i).find((other) => samePlace(other, setting));
    if (before !== undefined) {
      const related = [{ span: before.span, text: "first set here" }];
      reporter.report("duplicate-key", span, { key: path.join(".") }, { related });
    }
    const wrong = wrongSegment(path, file);
    if (wrong === undefined) return;
    // That it changes nothing needs no saying.
    session.ledger.use(setting);
    const help = suggestion(path[wrong.at] ?? "", wrong.names);
    const holes = { path: path.join("."), what: wrong.what };
    reporter.report("override-target", placeOf(setting, wrong.at), holes, { help });
  });
}

/** Whether two settings of one text are for the same, or one for something inside what the other sets. */
function samePlace(a: Setting, b: Setting): boolean {
  const length = Math.min(a.path.length, b.path.length);
  const format = a.path.length !== b.path.length && a.path[0] === "data" && length === 1;
  return (
    a.span.source === b.span.source &&
    !format &&
    a.path.slice(0, length).join(".") === b.path.slice(0, length).join(".")
  );
}

interface Wrong {
  readonly at: number;
  readonly what: string;
  readonly names: readonly string[];
}

function wrongSegment(path: readonly string[], file: FileScope): Wrong | undefined {
  const [first = "", second] = path;
  const named = [...new Set([...file.own.keys(), ...file.used.keys()])];
  if (!kinds.has(first) && !named.includes(first)) return { at: 0, what: "this spec", names: [...named, ...kinds] };
  if (second === undefined) return undefined;
  const declared = visible(file, first)?.declaration;
  const owners = declared === undefined ? named.flatMap((name) => visible(file, name)?.declaration ?? []) : [declared];
  const wanted = declared?.kind ?? first;
  const known = owners.filter(({ kind }) => kind === wanted).map(targetsIn);
  const names = [...new Set(known.flatMap((each) => each ?? []))];
  if (known.length === 0 || known.includes(undefined) || names.includes(second)) return undefined;
  return { at: 1, what: declared === undefined ? `any ${first}` : `the ${declared.kind} \`${first}\``, names };
}

/** What can be set in a declaration; undefined where only its value knows. */
function targetsIn(declaration: Declaration): readonly string[] | undefined {
  const parameters = "parameters" in declaration ? declaration.parameters.map(({ name }) => name.text) : [];
  switch (declaration.kind) {
    case "stage":
      return [...parameters, ...Object.keys(stageKeys)];
    case "data":
      return [...parameters, ...Object.keys(dataKeys)];
    case "assembly":
      return [...parameters, ...declaration.body.entries.map(({ path }) => path.segments[0]?.name.text ?? "")];
    case "sweep":
      return Object.keys(sweepKeys);
    case "encoder":
      return declaration.value.kind === "list" ? Object.keys(encoderKeys) : undefined;
    case "binding":
      return undefined;
    default:
      return parameters;
  }
}
