import { parseStandard } from "../syntax/parse-standard.ts";
import { nearest } from "./nearest.ts";
import type { Session } from "./session.ts";

/** The files of the language's own library. */
export const standardFiles = [
  "std/aff2.abaw",
  "std/cnn.abaw",
  "std/convnext.abaw",
  "std/ddamfn.abaw",
  "std/efficientnet.abaw",
  "std/face.abaw",
  "std/foundation.abaw",
  "std/fusion.abaw",
  "std/graph.abaw",
  "std/mobilevit.abaw",
  "std/nn.abaw",
  "std/regnet.abaw",
  "std/swin.abaw",
  "std/time.abaw",
  "std/vit.abaw",
] as const;

/** Which library file has a name; undefined if none has. */
export function standardFile(session: Session, name: string): string | undefined {
  return standardFiles.find((path) => namesOf(session, path).includes(name));
}

/** The library's name that is like a wrong one, as help. */
export function standardNear(session: Session, name: string): string | undefined {
  const close = nearest(
    name,
    standardFiles.flatMap((path) => namesOf(session, path)),
  );
  return close === undefined ? undefined : `the library has \`${close}\``;
}

const namesIn = new WeakMap<Session, Map<string, readonly string[]>>();

/** Whether a name that a library file declares is taken by what else a file sees. */
export function clashes(session: Session, path: string, taken: ReadonlyMap<string, unknown>): boolean {
  return namesOf(session, path).some((name) => taken.has(name));
}

/** The names that a library file declares, looked up once in a check. */
function namesOf(session: Session, path: string): readonly string[] {
  const known = namesIn.get(session) ?? new Map<string, readonly string[]>();
  namesIn.set(session, known);
  const names = known.get(path) ?? readNames(session, path);
  known.set(path, names);
  return names;
}

function readNames(session: Session, path: string): readonly string[] {
  const text = session.files.get(path)?.source.text ?? session.read(path);
  if (typeof text !== "string") return [];
  return parseStandard({ name: path, text }).file.declarations.flatMap((each) =>
    "name" in each ? each.name.text : [],
  );
}
