import { indentService } from "@codemirror/language";

const step = 2;

/** A line is as deep as the one before, one step deeper behind an open bracket, one less where it closes one. */
export const bracketIndent = indentService.of((context, at) => {
  // With a break being made, the line before is the part of this one that stays in front of it.
  const before = context.simulatedBreak === at ? at : at - 1;
  if (before < 0) return 0;
  const line = context.lineAt(before, -1);
  const deeper = /[([{]\s*(#.*)?$/.test(line.text) ? step : 0;
  const less = /^\s*[)\]}]/.test(context.textAfterPos(at)) ? step : 0;
  return Math.max(0, context.lineIndent(before, -1) + deeper - less);
});
