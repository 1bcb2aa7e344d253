import type { EncoderNode } from "../syntax/ast.ts";
import type { Env } from "./env.ts";
import { evaluate } from "./evaluate.ts";
import { asLayer } from "./modules.ts";
import { withArgument } from "./recipes.ts";
import { Refusal, type Reporter } from "./reporter.ts";
import { settingsOf } from "./settings.ts";
import type { LayerThing } from "./things.ts";
import { describeThing } from "./type.ts";

/** `encoder face = vit(..)`, or several modules in turn: one set of weights, wherever it is used (language rules 14, 40). */
export function encoderThing(declaration: EncoderNode, env: Env): LayerThing {
  const { session } = env;
  const reporter: Reporter = session.reporter;
  const name = declaration.name.text;
  const settings = settingsOf(session, name, "encoder", ({ path }) => path.at(-1) !== "weights");
  const whole = settings.findLast(({ path }) => path.length === 1);
  const value = evaluate(whole?.expr ?? declaration.value, whole?.env ?? env);
  if (value.kind === "poison") throw new Refusal();
  if (value.kind === "recipe") {
    const changes = settings.filter(({ path }) => path.length > 1);
    const of = changes.reduce(
      (recipe, { path, expr, env: place, span }) =>
        withArgument(recipe, path.slice(1).join("."), { expr, env: place, thing: undefined, span }),
      value,
    );
    return { kind: "layer", path: name, of, encoder: declaration };
  }
  const made = value.kind === "layer" ? value : asLayer(value, name);
  if (made.kind === "layer" && made.of.kind === "sequence") return { ...made, path: name, encoder: declaration };
  return reporter.refuse("wrong-type", declaration.value.span, {
    what: `the encoder \`${name}\``,
    expected: "a module, such as vit(..), or a list of them",
    actual: describeThing(value),
  });
}
