import { namedTypes } from "../check/parameters.ts";
import { standardFiles } from "../check/standard.ts";
import { catalogue } from "../diagnostics/catalogue.ts";
import { keyCompletions } from "./complete-keys.ts";
import { memberCompletions } from "./complete-members.ts";
import { argumentCompletions, unitCompletions, valueCompletions } from "./complete-values.ts";
import { type Completion, type Completions, completion } from "./completion.ts";
import { type Context, contextAt } from "./context.ts";
import { type Edited, withText } from "./edited.ts";
import { snippets } from "./snippets.ts";
import { type At, placeAt } from "./wanted.ts";

/** What can be typed at an offset, whatever the text around it is. */
export function completionsAt(edited: Edited, offset: number): Completions {
  const context = contextAt(edited, offset);
  const { start, end } = context.word;
  if (context.position === "comment") return allowances(edited, offset);
  if (context.position === "string") return paths(edited, context);
  const items = itemsAt(completed(edited, context), context).toSorted(
    (a, b) => a.rank - b.rank || compare(a.label, b.label),
  );
  return { from: start, to: end, items };
}

/** A name put where one is missing, so that the text around is read as it will be: `sum(s. for s in from)`. */
function completed(edited: Edited, { word, position }: Context): Edited {
  const lacksName = position === "member" || position === "value" || position === "argument";
  if (word.text !== "" || word.end > word.start || !lacksName) return edited;
  return withText(edited, word.start, "name ");
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function itemsAt(edited: Edited, context: Context): readonly Completion[] {
  const at = placeAt(edited, context);
  switch (context.position) {
    case "declaration":
      return declarations();
    case "key":
      return keyCompletions(at);
    case "statement":
      return statements();
    case "member":
      return memberCompletions(at);
    case "unit":
      return unitCompletions(at);
    case "type":
      return Object.entries(namedTypes).map(([name, { doc }]) => completion(name, "keyword", { text: doc }));
    case "argument":
      return [...valueCompletions(at), ...argumentCompletions(at)];
    case "value":
      return valueCompletions(at);
    case "after":
      return words(at);
    default:
      return [];
  }
}

function declarations(): readonly Completion[] {
  return snippets.map(({ prefix, text, doc }) =>
    completion(
      prefix,
      "snippet",
      { code: text.split("\n")[0]?.replace(/\$\{\d+:([^}]*)\}|\$\d/g, "$1") ?? "", text: doc },
      { insert: text, snippet: true },
    ),
  );
}

function statements(): readonly Completion[] {
  return [
    completion(
      "head",
      "keyword",
      { text: "The numbers of a task: `head au = x -> linear`." },
      { insert: "head ${1:au} = $0", snippet: true },
    ),
    completion("return", "keyword", { text: "What the module gives." }, { insert: "return $0", snippet: true }),
  ];
}

/** Words that can go on behind a value. */
function words({ context, edited }: At): readonly Completion[] {
  const top = context.frames.at(-1);
  const isDeclaration = top === undefined;
  const suffixes = isDeclaration
    ? [["on", "The data that a stage trains on."] as const]
    : [["for", "Once for each item: `.. for t in tasks`."] as const, ["if", "Only where a condition holds."] as const];
  const more = [["with", "The same with something changed."] as const, ["in", "Whether a list has it."] as const];
  const last = edited.tokens[context.before];
  return last === undefined ? [] : [...suffixes, ...more].map(([word, text]) => completion(word, "keyword", { text }));
}

/** `# allow(`: the codes of warnings. */
function allowances({ source }: Edited, offset: number): Completions {
  const lineStart = source.text.lastIndexOf("\n", offset - 1) + 1;
  const typed = /#\s*(?:allow\(([\w-]*))?$/.exec(source.text.slice(lineStart, offset));
  if (typed === null) return { from: offset, to: offset, items: [] };
  const [, code] = typed;
  if (code === undefined)
    return {
      from: offset,
      to: offset,
      items: [
        completion(
          "allow",
          "keyword",
          { text: "Silences a warning on this line, or on the next if it stands alone." },
          { insert: "allow($1): $0", snippet: true },
        ),
      ],
    };
  const items = Object.entries(catalogue).flatMap(([name, { severity, message }]) =>
    severity === "warning" && name !== "allows-nothing"
      ? [completion(name, "code", { code: message, text: "A warning." })]
      : [],
  );
  return { from: offset - code.length, to: offset, items };
}

/** `use "`: the library's files, and those beside this one. */
function paths({ source, tokens, paths: beside }: Edited, { offset }: Context): Completions {
  const token = tokens.find(
    ({ start, end, name }) => (name === "String" || name === "UnclosedString") && start < offset && offset <= end,
  );
  const at = token === undefined ? -1 : tokens.indexOf(token);
  if (token === undefined || tokens[at - 1]?.text !== "use") return { from: offset, to: offset, items: [] };
  const closed = token.name === "String" && token.text.length > 1;
  const items = [
    ...standardFiles.map((path) => completion(path, "file", { text: "Of the language's library." })),
    ...beside().map((path) => completion(path, "file", { text: "A file of this project." }, { rank: 4 })),
  ].filter(({ label }) => label !== source.name);
  return { from: token.start + 1, to: closed ? token.end - 1 : token.end, items };
}
