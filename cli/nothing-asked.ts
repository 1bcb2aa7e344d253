import { UsageError } from "./usage-error.ts";

/** What to say of a spec that is right and asks for no stage, to a command that needs one. */
export function nothingAsked(path: string): UsageError {
  return new UsageError(
    `${path} asks for no stage, so there is nothing to do; a name that is bound asks for one, as in first = alone(au)`,
  );
}
