import type { SchemaObject } from "ajv";
import { digest, integer, listOf, mapOf, number, oneOf, record, text, truth } from "../runtime/json/schema.ts";
import { reportSchema } from "../runtime/report/report-data.ts";

const place = record({ file: text, line: integer, column: integer, endLine: integer, endColumn: integer });
const anything: SchemaObject = {};
const scores = record({
  run: text,
  results: reportSchema.properties.results,
  overall: reportSchema.properties.overall,
});

/** What `--json` of each command prints. */
export const jsonSchemas = {
  check: record({
    ok: truth,
    diagnostics: listOf(
      record({
        severity: oneOf("error", "warning", "later", "note"),
        code: text,
        message: text,
        place,
        related: listOf(record({ text, place })),
        help: text,
        fix: { ...record({ place, replacement: text }), nullable: true },
      }),
    ),
  }),
  plan: record({
    format: oneOf(1),
    stages: listOf(record({ hash: digest, label: text, settings: { type: "object" } })),
    assemblies: listOf(record({ name: text, data: { type: "object" }, members: listOf({ type: "object" }) })),
    exports: listOf(record({ of: { type: "object" }, opset: integer })),
    sweeps: listOf(
      record({ name: text, points: listOf(record({ label: text, of: anything })), report: listOf(anything) }),
    ),
  }),
  train: scores,
  eval: scores,
  report: reportSchema,
  export: record({
    models: listOf(
      record({
        name: text,
        path: text,
        files: listOf(text),
        bytes: integer,
        checks: listOf({
          type: "object",
          required: ["batch", "task", "difference"],
          additionalProperties: false,
          properties: { batch: integer, time: integer, task: text, difference: number },
        }),
        difference: number,
      }),
    ),
  }),
  compile: record({
    target: oneOf("onnx", "onnx-train"),
    graphs: listOf(record({ name: text, path: text, bytes: integer, milliseconds: integer })),
  }),
  stats: record({
    data: listOf(
      record({
        name: text,
        root: text,
        synthetic: truth,
        duplicates: integer,
        skipped: integer,
        parts: listOf(
          record({
            part: oneOf("train", "val", "test"),
            rows: integer,
            videos: integer,
            tasks: listOf(record({ task: text, labelled: integer, means: mapOf(number), summary: text })),
          }),
        ),
      }),
    ),
  }),
  doctor: record({ version: text, findings: listOf(record({ name: text, ok: truth, text })) }),
} as const satisfies Readonly<Record<string, SchemaObject>>;
