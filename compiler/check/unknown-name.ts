import type { Fix } from "../diagnostics/diagnostic.ts";
import { lineEnd, lineStart, pointBy, type Span } from "../diagnostics/source.ts";
import { type Env, localNames } from "./env.ts";
import { libraryNames } from "./library.ts";
import { library } from "./library-calls.ts";
import type { LibraryCall } from "./library-function.ts";
import { suggestion } from "./nearest.ts";
import { own } from "./own.ts";
import type { Reporter } from "./reporter.ts";
import { clashes, standardFile, standardNear } from "./standard.ts";
import { tensorFunctions } from "./tensors/index.ts";
import { usualName } from "./usual-names.ts";

/**
 * Reports a name that nothing here has: the nearest of `candidates`, those that fit best first, or the library file that has it, which
 * one line brings.
 */
export function reportUnknown(
  name: string,
  span: Span,
  kind: string,
  env: Env,
  candidates: readonly Iterable<string>[],
): void {
  const reporter: Reporter = env.session.reporter;
  // A file that could not be read may have it.
  if (env.file.lacksFile) return;
  if (env.file.aliases.has(name)) {
    const help = `\`${name}\` is a file; write ${name}. and the name of what it declares`;
    reporter.report("unknown-name", span, { kind, name }, { help });
    return;
  }
  const called = own(library, name);
  if (called !== undefined) {
    const needed = Object.values(called.params).filter(({ optional }) => !optional).length;
    const bare = needed === 0 && called.variadic !== true;
    reporter.report(
      "not-called",
      span,
      { name },
      {
        help: `such as ${example(name, called)}`,
        ...(bare ? { fix: { span, replacement: `${name}()` } } : {}),
      },
    );
    return;
  }
  const path = standardFile(env.session, name);
  if (path !== undefined) {
    const help = `it is in the library: use "${path}"`;
    reporter.report("unknown-name", span, { kind, name }, { help, fix: bringing(path, env) });
    return;
  }
  const help = usualName(name) ?? suggestion(name, ...candidates) ?? standardNear(env.session, name);
  reporter.report("unknown-name", span, { kind, name }, { help });
}

/** What a value can be: a label that is wanted here, a local name, what the file declares, a layer. Other functions are no value. */
export function valueNames(env: Env, labels: readonly string[]): readonly Iterable<string>[] {
  return [[...labels, ...localNames(env)], env.file.own.keys(), env.file.used.keys(), Object.keys(tensorFunctions)];
}

/** What can be called. */
export function callableNames(env: Env): readonly Iterable<string>[] {
  return [localNames(env), env.file.own.keys(), env.file.used.keys(), libraryNames()];
}

/** A call with what it must be given. */
function example(name: string, { params }: LibraryCall): string {
  const needed = Object.entries(params).flatMap(([each, { optional }]) => (optional ? [] : [each]));
  return `${name}(${needed.join(", ")})`;
}

/** A `use` below the last one, or at the top of the file; undefined where another is wanted. */
function bringing(path: string, { session, file }: Env): Fix | undefined {
  // What it has under a name that is taken would clash.
  if (clashes(session, path, file.own) || clashes(session, path, file.used)) return undefined;
  const { node, source } = file;
  const last = node.declarations.findLast(({ kind }) => kind === "use");
  const line = `use "${path}"`;
  if (last === undefined) {
    const start = lineStart(source, 1);
    return { span: { source, start, end: start }, replacement: `${line}\n\n` };
  }
  return { span: pointBy(last.span, lineEnd(source, last.span.end)), replacement: `\n${line}` };
}
