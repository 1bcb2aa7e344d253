import { parseFile } from "../syntax/index.ts";
import { nearest } from "./nearest.ts";
import type { Session } from "./session.ts";

/** The files of the language's own library. */
export const standardFiles = ["std/aff2.abaw", "std/cnn.abaw", "std/nn.abaw", "std/time.abaw", "std/vit.abaw"] as const;

/** Which library file has a name that is unknown here, as help; undefined if none has. */
export function standardHelp(session: Session, name: string): string | undefined {
  const near: string[] = [];
  for (const path of standardFiles) {
    const text = session.files.get(path)?.source.text ?? session.read(path);
    if (text === undefined) continue;
    const names = parseFile({ name: path, text }).file.declarations.flatMap((each) =>
      "name" in each ? each.name.text : [],
    );
    if (names.includes(name)) return `it is in the library: use "${path}"`;
    near.push(...names);
  }
  const close = nearest(name, near);
  return close === undefined ? undefined : `the library has \`${close}\``;
}
