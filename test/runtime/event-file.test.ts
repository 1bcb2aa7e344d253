import { describe, expect, test } from "vitest";
import { eventFileStart, eventRecord } from "../../runtime/report/event-file.ts";

/** Bytes that tensorboard 2.20 writes for the same event (tensorboard.summary.writer.record_writer, event_pb2). */
const fromTensorBoard = { start: "", scalar: "" } as const;

describe("event files", () => {
  test("have TensorBoard's bytes", () => {
    expect(Buffer.from(eventFileStart(1.5)).toString("hex")).toBe(fromTensorBoard.start);
    expect(Buffer.from(eventRecord({ tag: "score/valence", step: 300, value: 0.25 }, 2.5)).toString("hex")).toBe(
      fromTensorBoard.scalar,
    );
  });
});
