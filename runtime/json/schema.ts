import type { SchemaObject } from "ajv";

/** Words of JSON schemas, for the shapes that are written in this project: every key is required and no other is allowed. */
export const text = { type: "string" } as const;
export const number = { type: "number" } as const;
export const integer = { type: "integer" } as const;
export const truth = { type: "boolean" } as const;
/** A number, or null where there is none. */
export const perhaps = { type: "number", nullable: true } as const;
/** SHA-256 in hexadecimal. */
export const digest = { type: "string", pattern: "^[0-9a-f]{64}$" } as const;

export function listOf(items: SchemaObject): SchemaObject {
  return { type: "array", items };
}

export function mapOf(values: SchemaObject): SchemaObject {
  return { type: "object", additionalProperties: values };
}

export function oneOf(...values: readonly (string | number)[]): SchemaObject {
  return { enum: values };
}

/** An object of exactly these keys. */
export function record<const Properties extends Readonly<Record<string, SchemaObject>>>(properties: Properties) {
  return { type: "object", required: Object.keys(properties), additionalProperties: false, properties } as const;
}
