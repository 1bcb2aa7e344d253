import { readdirSync, readFileSync } from "node:fs";

const folders: readonly (readonly [folder: string, title: string])[] = [
  ["table5", "Table 5 of the paper: the 7th challenge"],
  ["pretrain", "Steps before: encoders that have seen faces"],
  ["now", "Later rounds"],
];

const recipe = `## The paper's recipe, command by command

Pictures and labels are in folders of \`data/\`, as the specs name them; \`--profile toy\` tries a command on drawn faces.

\`\`\`sh
abaw run specs/pretrain/mae.abaw pretrained --out runs/mae      # faces without labels
mkdir -p weights
cp runs/mae/stages/pretrained-*/checkpoints/kept.safetensors weights/mae_face_vitb16.safetensors
abaw run specs/pretrain/bp4d.abaw --out runs/bp4d               # then action units
cp runs/bp4d/stages/coded-units-*/checkpoints/kept.safetensors weights/bp4d_au_vitb16.safetensors
abaw sweep specs/netease/table2.abaw                            # fusion; table3: clips, table4: both
abaw run specs/netease/final.abaw                               # a network for each task
abaw submit specs/netease/final.abaw
\`\`\`

\`specs/table5/netease.abaw\` has all of it as one program, whose stages start from one another without a file between them. In place of the
first step, \`specs/pretrain/bp4d.abaw\` can start from a file of facebookresearch/mae: \`load("FILE", names: mae, under: "model", fresh: ["norm"])\`.
`;

const fields = ["Source", "Published", "Expressed", "Unknown"] as const;

type Field = (typeof fields)[number];

/** What a spec's head comment says of the system. */
export interface SystemFacts extends Readonly<Record<Field, string>> {
  readonly name: string;
}

/**
 * Reads the comment at the head of a spec: a line of what it is, then `Source:`, `Published:`, `Expressed:` and `Unknown:`, each of one or more lines.
 * Throws an Error that names the spec and the field that is missing, twice there or empty.
 */
export function systemFacts(text: string, spec: string): SystemFacts {
  const [head = ""] = /^(##.*\n)+/.exec(text) ?? [];
  const said = new Map<string, string>();
  let field = "name";
  for (const line of head.trimEnd().split("\n")) {
    const [, label, rest] = /^## (?:(\w+): )?(.*)$/.exec(line) ?? [];
    const begun = fields.find((each) => each === label);
    if (begun !== undefined && said.has(begun)) throw new Error(`${spec} says twice ${begun}`);
    field = begun ?? field;
    const words = begun === undefined && label !== undefined ? `${label}: ${rest}` : (rest ?? "");
    said.set(field, said.has(field) ? `${said.get(field)} ${words}` : words);
  }
  const factOf = (name: string) => {
    const fact = said.get(name) ?? "";
    if (fact === "") throw new Error(`the comment at the head of ${spec} says nothing of: ${name}`);
    return fact;
  };
  const [source, published, expressed, unknown] = fields.map(factOf);
  return {
    name: factOf("name").replace(/\.$/, ""),
    Source: source ?? "",
    Published: published ?? "",
    Expressed: expressed ?? "",
    Unknown: unknown ?? "",
  };
}

/** The page of all systems, from the comments at the heads of their specs. */
export function systemsText(): string {
  const tables = folders.map(([folder, title]) => {
    const names = readdirSync(new URL(`../specs/${folder}/`, import.meta.url)).toSorted();
    const rows = names.map((name) => {
      const path = `specs/${folder}/${name}`;
      const facts = systemFacts(readFileSync(new URL(`../${path}`, import.meta.url), "utf8"), path);
      const cells = [
        `[${name.replace(".abaw", "")}](../${path}): ${facts.name}`,
        ...fields.map((field) => facts[field]),
      ];
      return `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
    });
    return `## ${title}\n\n| system | source | published | what is expressed | what is unknown |\n|---|---|---|---|---|\n${rows.join("\n")}\n`;
  });
  return `# Systems\n\nWritten by \`npm run generate\` from the comments at the heads of the specs.\n\n${tables.join("\n")}\n${recipe}`;
}
