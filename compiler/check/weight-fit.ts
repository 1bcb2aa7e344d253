import { families, type Located, locate, nameMapOf, theirNames } from "../library/weight-names/index.ts";
import type { TensorsHeader } from "./file-header.ts";
import { below, textIn } from "./load-names.ts";
import { likeliest } from "./nearest.ts";
import type { Loading } from "./weight-header.ts";

const mostNames = 10;

/** What may be meant where a file lacks something: the family whose names fit best, where in the file they are, and names like the first. */
export function fitHelp(
  { given, inside, loaded }: Loading,
  { shapes, boxes }: TensorsHeader,
  { front, found }: Located,
  under: string | undefined,
): readonly string[] {
  const inFile = [...shapes.keys()];
  const here = under === undefined ? inFile : inFile.filter((name) => name.startsWith(`${under}.`));
  const chosen = given.args.get("names");
  const own = chosen?.kind === "label" ? chosen.name : "abaw";
  const fits = families
    .map((family) => {
      const map = nameMapOf(family);
      const wanted = loaded.map(({ path }) => ({ path, ways: theirNames(map, below(path, inside)).ways }));
      const { front: place, found: there } = locate(inFile, boxes, wanted);
      return { family, count: there.size, place };
    })
    .sort((a, b) => b.count - a.count);
  const [best] = fits;
  const help: string[] = [];
  if (best !== undefined && best.count > found.size) {
    const place = best.place === "" ? "" : ` behind \`${best.place.slice(0, -1)}\``;
    const which =
      best.family === own
        ? `${best.count} of ${loaded.length} are there`
        : `\`names: ${best.family}\` fits ${best.count} of ${loaded.length}`;
    help.push(`${which}${place}`);
  }
  const first = loaded.find(({ path }) => !found.has(path));
  const wanted = first?.ways[0]?.[0];
  if (wanted !== undefined && textIn(given, "file") !== undefined) {
    const used = new Set([...found.values()].flat());
    const near = likeliest(
      front + wanted,
      here.filter((name) => !used.has(name)),
      mostNames,
    );
    if (near.length > 0) help.push(`names like it there: ${near.join(", ")}`);
  }
  return help;
}
