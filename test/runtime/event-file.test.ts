import { statSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { appendEvents, eventFileStart, eventRecord, timesIn } from "../../runtime/report/event-file.ts";
import { temporaryFolder } from "./temporary-folder.ts";

/** Bytes that tensorboard 2.21 writes for the same event (tensorboard.summary.writer.record_writer, event_pb2). */
const fromTensorBoard = {
  start: "1800000000000000a37f4b2209000000000000f83f1a0d627261696e2e4576656e743a322a28646c",
  scalar: "2400000000000000422b804d09000000000000044010ac022a160a140a0d73636f72652f76616c656e6365150000803e701e2a56",
} as const;

describe("event files", () => {
  test("have TensorBoard's bytes", () => {
    expect(Buffer.from(eventFileStart(1.5)).toString("hex")).toBe(fromTensorBoard.start);
    expect(Buffer.from(eventRecord({ tag: "score/valence", step: 300, value: 0.25 }, 2.5)).toString("hex")).toBe(
      fromTensorBoard.scalar,
    );
  });
});

test("how long steps took is read from a file of events, without those that a resumed training wrote again", () => {
  const path = join(temporaryFolder(), "events");
  const event = (step: number, time: number) => appendEvents(path, [{ tag: "loss", step, value: 1 }], time);
  expect(timesIn(path)).toEqual({ steps: 0, seconds: 0 });
  writeFileSync(path, eventFileStart(100));
  expect(timesIn(path)).toEqual({ steps: 0, seconds: 0 });
  event(10, 102);
  event(20, 104);
  expect(timesIn(path)).toEqual({ steps: 20, seconds: 4 });
  writeFileSync(path, eventFileStart(200));
  event(10, 200.001);
  event(20, 200.001);
  event(30, 203);
  expect(timesIn(path)).toEqual({ steps: 10, seconds: 3 });
  truncateSync(path, statSync(path).size - 5);
  expect(timesIn(path)).toEqual({ steps: 0, seconds: 0 });
});
