import type { StageThing, Thing } from "./things.ts";

/** The stages that things read: those of streams, members and calls, at any depth. */
export function stagesIn(things: Iterable<Thing>): readonly StageThing[] {
  const found = new Map<string, StageThing>();
  const visit = (thing: Thing): void => {
    switch (thing.kind) {
      case "stage":
        found.set(thing.key, thing);
        break;
      case "member":
        found.set(thing.stage.key, thing.stage);
        break;
      case "chosen":
        for (const stage of thing.stages) found.set(stage.key, stage);
        break;
      case "list":
      case "tuple":
        for (const item of thing.items) visit(item);
        break;
      case "call":
        for (const arg of thing.args.values()) visit(arg);
        break;
      case "combined":
        visit(thing.left);
        visit(thing.right);
        break;
      default:
    }
  };
  for (const thing of things) visit(thing);
  return [...found.values()];
}
