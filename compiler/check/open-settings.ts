import type { Source } from "../diagnostics/source.ts";
import { parseFile } from "../syntax/index.ts";
import { fileEnv } from "./declarations.ts";
import type { FileScope } from "./files.ts";
import { suggestion } from "./nearest.ts";
import type { Session, Setting } from "./session.ts";
import { checkTargets } from "./setting-targets.ts";
import { flatten } from "./settings.ts";

const nowhere = { path: [], places: [] };

/** Reads the profile that was asked for and every `--set path=value` (language rule 4); the latter are stronger. */
export function openSettings(
  session: Session,
  file: FileScope,
  profile: string | undefined,
  set: readonly (readonly [path: string, value: string])[],
): void {
  const env = fileEnv(session, file);
  const profiles = file.node.declarations.filter((each) => each.kind === "profile");
  const said = profiles.map(({ name, body }) => {
    const settings: Setting[] = [];
    flatten(nowhere, body, env, settings);
    checkTargets(session, file, settings);
    return { name: name.text, settings };
  });
  const chosen = said.find(({ name }) => name === profile);
  if (profile !== undefined && chosen === undefined) {
    const source: Source = { name: "--profile", text: profile };
    const names = profiles.map(({ name }) => name.text);
    session.reporter.report(
      "unknown-name",
      { source, start: 0, end: profile.length },
      { kind: "profile", name: profile },
      { help: suggestion(profile, names) },
    );
  }
  const given: Setting[] = [];
  for (const [path, value] of set) {
    const text = `set = {${path}: ${value}}`;
    const { file: node, diagnostics } = parseFile({ name: `--set ${path}=${value}`, text });
    session.reporter.add(diagnostics);
    // Of a text that cannot be read nothing else is said.
    const [binding] = diagnostics.length === 0 ? node.declarations : [];
    if (binding?.kind === "binding") flatten(nowhere, binding.value, env, given);
  }
  checkTargets(session, file, given);
  session.settings = [...(chosen?.settings ?? []), ...given];
}
