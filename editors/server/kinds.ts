import { CompletionItemKind, SymbolKind } from "vscode-languageserver";
import type { CompletionKind, OutlineItem } from "../../compiler/edit/index.ts";

/** How the protocol's clients draw what can be typed. */
export const completionKinds: Readonly<Record<CompletionKind, CompletionItemKind>> = {
  keyword: CompletionItemKind.Keyword,
  key: CompletionItemKind.Property,
  argument: CompletionItemKind.Field,
  function: CompletionItemKind.Function,
  module: CompletionItemKind.Module,
  model: CompletionItemKind.Class,
  stage: CompletionItemKind.Class,
  data: CompletionItemKind.Struct,
  task: CompletionItemKind.Interface,
  encoder: CompletionItemKind.Class,
  value: CompletionItemKind.Constant,
  variable: CompletionItemKind.Variable,
  label: CompletionItemKind.EnumMember,
  unit: CompletionItemKind.Unit,
  file: CompletionItemKind.File,
  path: CompletionItemKind.Field,
  code: CompletionItemKind.Text,
  snippet: CompletionItemKind.Snippet,
};

/** How they draw what a text declares. */
export function symbolKind(kind: OutlineItem["kind"]): SymbolKind {
  switch (kind) {
    case "stage":
    case "model":
    case "encoder":
      return SymbolKind.Class;
    case "module":
    case "loss":
      return SymbolKind.Function;
    case "task":
      return SymbolKind.Interface;
    case "data":
      return SymbolKind.Struct;
    case "sweep":
    case "assembly":
      return SymbolKind.Object;
    case "binding":
      return SymbolKind.Constant;
    case "profile":
      return SymbolKind.Namespace;
    case "export":
    case "submit":
      return SymbolKind.Event;
    case "definition":
      return SymbolKind.Variable;
    case "head":
      return SymbolKind.EnumMember;
    default:
      return SymbolKind.Property;
  }
}
