import { formatSource } from "../format/index.ts";
import type { ResolvedStage } from "./resolved-stage.ts";

const widest = 110;

/** A resolved stage as a declaration in the language's style, under a name. */
export function stageText({ verb, model, data, entries }: ResolvedStage, name: string): string {
  const rows = entries.map(({ key, value, entries: parts = [], items = [] }) => {
    const line = `${key}: ${value}`;
    if (line.length <= widest || parts.length + items.length < 2) return line;
    if (items.length > 0) return `${key}: [\n${items.join(",\n")}\n]`;
    return `${key}: {\n${parts.map((part) => `${part.key}: ${part.value}`).join("\n")}\n}`;
  });
  const text = `stage ${name} = ${verb} ${model} on ${data} {\n${rows.join("\n")}\n}\n`;
  return formatSource({ name, text }).text;
}

/** A label as a name that a declaration can have: `alone(au)` is `alone_au`. */
export function declaredName(label: string): string {
  const words = label.replaceAll(/[^A-Za-z0-9_]+/g, "_").replaceAll(/^_+|_+$/g, "");
  return /^[A-Za-z_]/.test(words) ? words : `stage_${words}`;
}
