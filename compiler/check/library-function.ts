import type { Family } from "./things.ts";
import type { Params } from "./type.ts";

/** A function of the library whose result is a value, not a tensor. Its arguments keep their names, so that overrides reach them. */
export interface LibraryCall {
  readonly family: Family;
  /** What it is, for people. */
  readonly doc: string;
  readonly params: Params;
  /** Any number of arguments are collected into the first parameter, a list. */
  readonly variadic?: true;
}

export type LibraryCalls = Readonly<Record<string, LibraryCall>>;

export const fn = (family: Family, doc: string, params: Params = {}): LibraryCall => ({ family, doc, params });

/** Of any number of arguments. */
export const fnOfMany = (family: Family, doc: string, params: Params): LibraryCall => ({
  ...fn(family, doc, params),
  variadic: true,
});
