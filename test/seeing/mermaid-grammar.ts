const text = String.raw`"(?:[\p{L}\p{N} .,:()·→×-]|#\d+;|<br/>)*"`;
const lines = [
  /^%% .*$/u,
  /^flowchart (LR|TD)$/u,
  new RegExp(String.raw`^ +subgraph g\d+ \[${text}\]$`, "u"),
  /^ +end$/u,
  new RegExp(String.raw`^ +b\d+(?:\[${text}\]|\(\[${text}\]\)):::[a-z]+$`, "u"),
  new RegExp(String.raw`^ +b\d+ (?:-->|-\.->)(?:\|${text}\|)? b\d+$`, "u"),
  /^ +classDef [a-z]+ fill:#[0-9a-f]{6},stroke:#[0-9a-f]{6},color:#[0-9a-f]{6}$/u,
  /^$/u,
];

/**
 * The lines above were held to the parser of mermaid 11.17, which read the drawings of every spec and names of every kind as they are
 * meant. Throws unless every line is one of the statements of a flowchart that we write, each subgraph is ended and each box
 * declared once.
 */
export function checkMermaid(flowchart: string): void {
  let depth = 0;
  const declared = new Set<string>();
  const classes = new Set<string>();
  const all = flowchart.split("\n");
  if (!all[1]?.startsWith("flowchart ")) throw new Error("no flowchart");
  for (const line of all) {
    if (!lines.some((pattern) => pattern.test(line))) throw new Error(`not Mermaid: ${line}`);
    const word = line.trim().split(" ")[0] ?? "";
    if (word === "subgraph") depth += 1;
    if (word === "end") depth -= 1;
    if (depth < 0) throw new Error("an end without a subgraph");
    const box = /^ +(b\d+)[([]/.exec(line)?.[1];
    if (box !== undefined && declared.has(box)) throw new Error(`${box} is declared twice`);
    if (box !== undefined) declared.add(box);
    if (word === "classDef") classes.add(line.trim().split(" ")[1] ?? "");
    for (const end of /^ +(b\d+) -.* (b\d+)$/.exec(line)?.slice(1) ?? [])
      if (!declared.has(end)) throw new Error(`${end} is not declared`);
  }
  if (depth !== 0) throw new Error("a subgraph without an end");
  for (const [, name = ""] of flowchart.matchAll(/:::([a-z]+)$/gm))
    if (!classes.has(name)) throw new Error(`no class ${name}`);
}
