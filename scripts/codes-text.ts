import { type Code, catalogue } from "../compiler/diagnostics/catalogue.ts";
import { anchorOf } from "../test/docs/pages.ts";

/** Every code with how grave it is, its sentence, and the rules of the reference that speak of it. */
export function codesText(reference: string): string {
  const rules = [...reference.matchAll(/^### (\d+)\. (.*)\n([\s\S]*?)(?=^##)/gm)].map(
    ([, number = "", title = "", text = ""]) => ({
      number,
      anchor: anchorOf(`${number}. ${title}`),
      text,
    }),
  );
  const rows = codes.map((code) => {
    const { severity, message } = catalogue[code];
    const cited = rules.filter(({ text }) => text.includes(`diagnostics/${code}.md`));
    const links = cited.map(({ number, anchor }) => `[${number}](#${anchor})`).join(", ");
    return `| [\`${code}\`](diagnostics/${code}.md) | ${severity} | ${message.replaceAll("|", "\\|")} | ${links} |`;
  });
  return ["| code | | says | rules |", "| --- | --- | --- | --- |", ...rows].join("\n");
}

const isCode = (text: string): text is Code => Object.hasOwn(catalogue, text);
const codes: readonly Code[] = Object.keys(catalogue).filter(isCode).toSorted();
