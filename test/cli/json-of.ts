import { Ajv, type SchemaObject } from "ajv";
import { expect } from "vitest";

/** The output as JSON of the command's schema. */
export function jsonOf(schema: SchemaObject, out: string): unknown {
  const value: unknown = JSON.parse(out);
  const ajv = new Ajv();
  expect(ajv.validate(schema, value), ajv.errorsText()).toBe(true);
  return value;
}
