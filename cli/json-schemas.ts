import type { SchemaObject } from "ajv";
import { digest, integer, listOf, mapOf, number, oneOf, perhaps, record, text, truth } from "../runtime/json/schema.ts";
import { reportSchema } from "../runtime/report/report-data.ts";

const place = record({ file: text, line: integer, column: integer, endLine: integer, endColumn: integer });
const anything: SchemaObject = {};
const scores = record({
  run: text,
  results: reportSchema.properties.results,
  overall: reportSchema.properties.overall,
});

const codePlace = record({ file: text, line: integer });
const bytes = record({
  weights: number,
  gradients: number,
  optimiser: number,
  average: number,
  batch: number,
  activations: number,
  total: number,
});

/** Of a stage, with weights as a tree. */
const stageExplanation = {
  ...record({
    kind: oneOf("stage"),
    name: text,
    call: text,
    hash: digest,
    place: codePlace,
    block: text,
    tensors: listOf(record({ name: text, shape: text, kind: oneOf("field", "feature", "definition", "head") })),
    weights: record({
      total: integer,
      trained: integer,
      states: integer,
      below: text,
      tree: listOf({ $ref: "#/$defs/weights" }),
    }),
    loss: listOf(record({ term: text, value: text })),
    reads: listOf(record({ stage: text, tensor: text, shape: listOf(integer) })),
    starts: listOf(text),
    cost: record({
      forward: number,
      features: number,
      networks: listOf(
        record({
          path: text,
          file: text,
          weights: { ...integer, nullable: true },
          flops: { ...number, nullable: true },
        }),
      ),
      step: {
        ...record({
          frames: integer,
          flops: number,
          update: number,
          balance: number,
          memory: bytes,
          largest: listOf(record({ path: text, bytes: number })),
        }),
        nullable: true,
      },
      without: listOf(text),
    }),
  }),
  $defs: {
    weights: record({
      path: text,
      name: text,
      module: text,
      shape: text,
      weights: integer,
      trained: integer,
      from: listOf(text),
      rates: listOf(text),
      flops: number,
      children: listOf({ $ref: "#/$defs/weights" }),
    }),
  },
} as const;

const thingExplanation = record({
  kind: oneOf("task", "data", "encoder", "module", "model", "stages", "assembly", "sweep", "function", "value"),
  name: text,
  place: { ...codePlace, nullable: true },
  doc: text,
  block: text,
  facts: listOf(record({ name: text, value: text })),
  stages: listOf(text),
});

const change = record({
  path: text,
  kind: oneOf("added", "removed", "changed"),
  before: { ...text, nullable: true },
  after: { ...text, nullable: true },
});
const cost = record({
  weights: integer,
  trained: integer,
  forward: number,
  features: number,
  step: { ...record({ frames: integer, flops: number, memory: number }), nullable: true },
});
const stageChanges = {
  settings: listOf(change),
  loss: listOf(change),
  reads: listOf(change),
  layers: listOf(change),
  weights: listOf(change),
  trained: listOf(change),
  starts: listOf(change),
  rest: listOf(change),
  cost: { ...record({ before: cost, after: cost }), nullable: true },
} as const;
const side = record({ spec: text, name: text, hash: digest });

/** What `--json` of each command prints. */
const point = record({
  label: text,
  declared: text,
  axes: mapOf({ anyOf: [text, listOf(text)] }),
  of: anything,
  metrics: listOf(anything),
});

const trial = record({ number: integer, point: text, aim: anything });

const plainSweep = record({
  name: text,
  points: listOf({ ...point, properties: { ...point.properties, trial } }),
  report: listOf(text),
});

const foundSearch = record({ kind: text, seed: integer, open: truth });

/** How a sweep draws its points; what is not given is left out. */
const search = {
  ...foundSearch,
  properties: { ...foundSearch.properties, trials: integer, stop: anything, prune: anything },
};

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
    stages: listOf(
      record({ hash: digest, label: text, status: { ...text, nullable: true }, settings: { type: "object" } }),
    ),
    assemblies: listOf(record({ name: text, data: { type: "object" }, members: listOf({ type: "object" }) })),
    exports: listOf(record({ of: { type: "object" }, opset: integer, include: listOf(text) })),
    sweeps: listOf({
      ...plainSweep,
      properties: { ...plainSweep.properties, search },
    }),
    estimate: {
      ...record({ stages: integer, steps: integer, seconds: perhaps, untimed: listOf(text), bytes: integer }),
      nullable: true,
    },
    choices: listOf(
      record({
        key: digest,
        stages: listOf(anything),
        metric: anything,
        searches: listOf(text),
        waiting: listOf(anything),
      }),
    ),
  }),
  explainStage: stageExplanation,
  explainThing: thingExplanation,
  explainSpec: record({
    stages: listOf(record({ name: text, call: text, weights: integer, trained: integer })),
    names: listOf(record({ kind: text, name: text, file: text })),
  }),
  diffStages: record({ kind: oneOf("stages"), before: side, after: side, same: truth, ...stageChanges }),
  diffSpecs: record({
    kind: oneOf("specs"),
    before: text,
    after: text,
    same: listOf(text),
    renamed: listOf(record({ before: text, after: text })),
    removed: listOf(text),
    added: listOf(text),
    changed: listOf(record({ name: text, changes: record(stageChanges) })),
    others: listOf(change),
  }),
  train: {
    ...scores,
    required: [...scores.required, "failed", "left"],
    properties: {
      ...scores.properties,
      failed: listOf(record({ stage: text, reason: text })),
      left: listOf(record({ stage: text, needs: text })),
    },
  },
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
  compare: record({
    first: record({ run: text, of: text }),
    second: record({ run: text, of: text }),
    draws: integer,
    seed: integer,
    scores: listOf(
      record({
        task: text,
        first: perhaps,
        second: perhaps,
        difference: { ...record({ from: number, to: number, above: number }), nullable: true },
      }),
    ),
  }),
  submit: record({
    submissions: listOf(record({ of: text, file: text, rows: integer, missing: integer })),
  }),
  checkedSubmission: record({
    file: text,
    ok: truth,
    mistakes: listOf(record({ line: { ...integer, nullable: true }, message: text })),
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
        withoutImage: integer,
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
  weights: record({
    file: text,
    kind: text,
    tensors: listOf(record({ name: text, shape: listOf(integer), type: text })),
    boxes: listOf(text),
    others: listOf(record({ name: text, what: text })),
    classes: listOf(text),
    like: listOf(record({ names: text, behind: text, tensors: integer })),
    fits: listOf(record({ layer: text, names: text, behind: text, found: integer, weights: integer })),
  }),
  convertedWeights: record({ file: text, to: text, tensors: integer, numbers: integer, bytes: integer }),
  doctor: record({ version: text, findings: listOf(record({ name: text, ok: truth, needed: truth, text })) }),
} as const satisfies Readonly<Record<string, SchemaObject>>;
