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
  const targets = new Targets(file);
  const said = new SaidPlaces();
  for (const setting of settings) {
    const { path, span } = setting;
    const before = said.samePlace(setting);
    said.add(setting);
    if (before !== undefined) {
      const related = [{ span: before.span, text: "first set here" }];
      reporter.report("duplicate-key", span, { key: path.join(".") }, { related });
    }
    const wrong = targets.wrongSegment(path);
    if (wrong === undefined) continue;
    // That it changes nothing needs no saying.
    session.ledger.use(setting);
    const help = suggestion(path[wrong.at] ?? "", wrong.names);
    const holes = { path: path.join("."), what: wrong.what };
    reporter.report("override-target", placeOf(setting, wrong.at), holes, { help });
  }
}

/** What the settings of one text are for. */
class SaidPlaces {
  readonly #whole = new Map<string, Setting>();
  /** The first setting at or inside each path. */
  readonly #within = new Map<string, Setting>();

  /** A setting for the same, for something around it, or for something inside it; the format of all data leaves the rest of them open. */
  samePlace(setting: Setting): Setting | undefined {
    const paths = pathsTo(setting);
    const around = paths.flatMap((path) => this.#whole.get(path) ?? []);
    const inside = this.#within.get(paths.at(-1) ?? "");
    return [...around, ...(inside === undefined ? [] : [inside])].find((other) => !areFormatAndMore(other, setting));
  }

  add(setting: Setting): void {
    const paths = pathsTo(setting);
    const whole = paths.at(-1) ?? "";
    if (!this.#whole.has(whole)) this.#whole.set(whole, setting);
    for (const path of paths) if (!this.#within.has(path)) this.#within.set(path, setting);
  }
}

/** Every path on the way to a setting, with the text that it stands in. */
function pathsTo({ path, span }: Setting): readonly string[] {
  return path.map((_, i) => `${path.slice(0, i + 1).join(".")} ${span.source.name}`);
}

function areFormatAndMore(a: Setting, b: Setting): boolean {
  return a.path.length !== b.path.length && a.path[0] === "data" && Math.min(a.path.length, b.path.length) === 1;
}

interface Wrong {
  readonly at: number;
  readonly what: string;
  readonly names: readonly string[];
}

/** What a file's settings can name. */
class Targets {
  readonly #file: FileScope;
  readonly #named: ReadonlySet<string>;
  readonly #ofKind = new Map<string, ReadonlySet<string> | undefined>();

  constructor(file: FileScope) {
    this.#file = file;
    this.#named = new Set([...file.own.keys(), ...file.used.keys()]);
  }

  wrongSegment(path: readonly string[]): Wrong | undefined {
    const [first = "", second] = path;
    if (!kinds.has(first) && !this.#named.has(first))
      return { at: 0, what: "this spec", names: [...this.#named, ...kinds] };
    if (second === undefined) return undefined;
    const declared = visible(this.#file, first)?.declaration;
    const names = declared === undefined ? this.#namesOf(first) : allNames([declared]);
    if (names === undefined || names.has(second)) return undefined;
    return {
      at: 1,
      what: declared === undefined ? `any ${first}` : `the ${declared.kind} \`${first}\``,
      names: [...names],
    };
  }

  /** What any declaration of a kind has; undefined where one of them does not say, and where there is none. */
  #namesOf(kind: string): ReadonlySet<string> | undefined {
    if (this.#ofKind.has(kind)) return this.#ofKind.get(kind);
    const all = [...this.#named].flatMap((name) => visible(this.#file, name)?.declaration ?? []);
    const owners = all.filter((declaration) => declaration.kind === kind);
    const names = owners.length === 0 ? undefined : allNames(owners);
    this.#ofKind.set(kind, names);
    return names;
  }
}

function allNames(declarations: readonly Declaration[]): ReadonlySet<string> | undefined {
  const names = new Set<string>();
  for (const declaration of declarations) {
    const own = targetsIn(declaration);
    if (own === undefined) return undefined;
    for (const name of own) names.add(name);
  }
  return names;
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
