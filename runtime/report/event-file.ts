import { appendFileSync } from "node:fs";
import { Crc32c } from "@aws-crypto/crc32c";
import protobuf from "protobufjs/minimal.js";

/** A number at a step, under a tag such as `score/valence`. */
export interface ScalarEvent {
  readonly tag: string;
  readonly step: number;
  readonly value: number;
}

/** The name that TensorBoard looks for. */
export const eventFileName = "events.out.tfevents.0.abaw";

/** What begins every event file. `wallTime` in seconds. */
export function eventFileStart(wallTime: number): Uint8Array {
  return record(protobuf.Writer.create().uint32(9).double(wallTime).uint32(26).string("brain.Event:2").finish());
}

/** Adds numbers to an event file of TensorBoard. */
export function appendEvents(path: string, events: readonly ScalarEvent[], wallTime: number): void {
  appendFileSync(path, Buffer.concat(events.map((event) => eventRecord(event, wallTime))));
}

/**
 * Event {1: wall_time double, 2: step int64, 5: Summary {1: Value {1: tag, 2: simple_value float}}}
 * (https://github.com/tensorflow/tensorboard/blob/master/tensorboard/compat/proto/event.proto).
 */
export function eventRecord({ tag, step, value }: ScalarEvent, wallTime: number): Uint8Array {
  const writer = protobuf.Writer.create().uint32(9).double(wallTime).uint32(16).int64(step);
  writer.uint32(42).fork().uint32(10).fork().uint32(10).string(tag).uint32(21).float(value).ldelim().ldelim();
  return record(writer.finish());
}

/** TFRecord: length, its masked checksum, the bytes, their masked checksum; little-endian. */
function record(bytes: Uint8Array): Uint8Array {
  const framed = new Uint8Array(bytes.length + 16);
  const view = new DataView(framed.buffer);
  view.setBigUint64(0, BigInt(bytes.length), true);
  view.setUint32(8, maskedChecksum(framed.subarray(0, 8)), true);
  framed.set(bytes, 12);
  view.setUint32(12 + bytes.length, maskedChecksum(bytes), true);
  return framed;
}

/** Rotated by 15 bits plus a constant, so that a checksum of data with checksums is not degenerate. */
function maskedChecksum(bytes: Uint8Array): number {
  const checksum = new Crc32c().update(bytes).digest();
  return (((checksum >>> 15) | (checksum << 17)) + 0xa282ead8) >>> 0;
}
