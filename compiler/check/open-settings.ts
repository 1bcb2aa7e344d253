import type { Source } from "../diagnostics/source.ts";
import { parseFile } from "../syntax/index.ts";
import { fileEnv } from "./declarations.ts";
import type { FileScope } from "./files.ts";
import { suggestion } from "./nearest.ts";
import type { Session, Setting } from "./session.ts";
import { flatten } from "./settings.ts";

const kinds: ReadonlySet<string> = new Set(["stage", "data", "encoder"]);

/** Reads the profile that was asked for and every `--set path=value` (language rule 4); the latter are stronger. */
export function openSettings(
  session: Session,
  file: FileScope,
  profile: string | undefined,
  set: readonly (readonly [path: string, value: string])[],
): void {
  const settings: Setting[] = [];
  const env = fileEnv(session, file);
  if (profile !== undefined) {
    const profiles = file.node.declarations.filter((each) => each.kind === "profile");
    const chosen = profiles.find(({ name }) => name.text === profile);
    if (chosen === undefined) {
      const source: Source = { name: "--profile", text: profile };
      session.reporter.report(
        "unknown-name",
        { source, start: 0, end: profile.length },
        { kind: "profile", name: profile },
        {
          help: suggestion(
            profile,
            profiles.map(({ name }) => name.text),
          ),
        },
      );
    } else flatten([], chosen.body, env, settings);
  }
  for (const [path, value] of set) {
    const text = `set = {${path}: ${value}}`;
    const { file: node, diagnostics } = parseFile({ name: `--set ${path}=${value}`, text });
    session.reporter.add(diagnostics);
    const [binding] = node.declarations;
    if (binding?.kind === "binding") flatten([], binding.value, env, settings);
  }
  for (const setting of settings) {
    const { path, span } = setting;
    const first = path[0] ?? "";
    if (!kinds.has(first) && !file.own.has(first) && !file.used.has(first)) {
      // That it changes nothing would only repeat it.
      session.ledger.use(setting);
      session.reporter.report(
        "override-target",
        span,
        { path: path.join("."), what: "this spec" },
        {
          help: suggestion(first, [...file.own.keys(), ...file.used.keys(), ...kinds]),
        },
      );
    }
  }
  session.settings = settings;
}
