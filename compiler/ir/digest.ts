import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex, utf8ToBytes } from "@noble/hashes/utils.js";
import type { TensorData } from "./graph.ts";

/** 64 hex digits of a text, or of the bytes of a constant. */
export function digestOf(content: string | TensorData): string {
  if (typeof content === "string") return bytesToHex(sha256(utf8ToBytes(content)));
  return bytesToHex(sha256(new Uint8Array(content.buffer, content.byteOffset, content.byteLength)));
}
