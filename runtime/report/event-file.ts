import { appendFileSync, existsSync, readFileSync } from "node:fs";
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

/** How long the steps of an event file took that were not there when it was begun: a resumed training writes those before it at once. */
export function timesIn(path: string): { readonly steps: number; readonly seconds: number } {
  const none = { steps: 0, seconds: 0 };
  if (!existsSync(path)) return none;
  const bytes = readFileSync(path);
  const events: { readonly time: number; readonly step: number }[] = [];
  for (let at = 0; at + frame <= bytes.length; ) {
    const length = Number(bytes.readBigUInt64LE(at));
    if (length > bytes.length - at - frame) break;
    events.push(timeOf(bytes.subarray(at + frame - 4, at + frame - 4 + length)));
    at += length + frame;
  }
  const [begun, ...rest] = events;
  const last = rest.at(-1);
  if (begun === undefined || last === undefined) return none;
  const before = rest.filter(({ time }) => time - begun.time < atOnce).map(({ step }) => step);
  const steps = last.step - Math.max(0, ...before);
  return steps <= 0 ? none : { steps, seconds: last.time - begun.time };
}

/** Bytes of a record beside its own: length and two checksums. */
const frame = 16;
/** Seconds within which what was written before is written again. */
const atOnce = 0.005;

function timeOf(event: Uint8Array): { readonly time: number; readonly step: number } {
  const reader = protobuf.Reader.create(event);
  let [time, step] = [0, 0];
  while (reader.pos < reader.len) {
    const tag = reader.uint32();
    if (tag === 9) time = reader.double();
    else if (tag === 16) step = Number(reader.int64());
    else reader.skipType(tag & 7);
  }
  return { time, step };
}
