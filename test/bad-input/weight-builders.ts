import { crc32, deflateRawSync } from "node:zlib";

/** The bytes of a pickle by its codes, with the names of pickletools; numbers are little-endian. */
export const pickle = {
  of: (...parts: readonly (string | Uint8Array)[]) =>
    Buffer.concat([bytes("\x80\x02"), ...parts.map(bytes), bytes(".")]),
  global: (module: string, name: string) => `c${module}\n${name}\n`,
  text: (text: string) => Buffer.concat([bytes("X"), u32(Buffer.byteLength(text)), Buffer.from(text)]),
  int: (value: number) => Buffer.concat([bytes("J"), i32(value)]),
  /** LONG1 of 8 bytes. */
  long: (value: bigint) => Buffer.concat([bytes("\x8a\x08"), i64(value)]),
  float: (value: number) => {
    const buffer = Buffer.alloc(9, "G");
    buffer.writeDoubleBE(value, 1);
    return buffer;
  },
  tuple: (...items: readonly (string | Uint8Array)[]) => Buffer.concat([bytes("("), ...items.map(bytes), bytes("t")]),
  none: "N",
  emptyDict: "}",
  reduce: "R",
  /** A dictionary of pairs. */
  dict: (...pairs: readonly (string | Uint8Array)[]) => Buffer.concat([bytes("}("), ...pairs.map(bytes), bytes("u")]),
};

function bytes(part: string | Uint8Array): Uint8Array {
  return typeof part === "string" ? Buffer.from(part, "latin1") : part;
}

export function u32(value: number): Buffer {
  const buffer = Buffer.alloc(4);
  buffer.writeUInt32LE(value);
  return buffer;
}

function i32(value: number): Buffer {
  const buffer = Buffer.alloc(4);
  buffer.writeInt32LE(value);
  return buffer;
}

export function i64(value: bigint): Buffer {
  const buffer = Buffer.alloc(8);
  buffer.writeBigInt64LE(value);
  return buffer;
}

type Number_ = number | bigint | string;

function number(value: Number_): string | Uint8Array {
  if (typeof value === "string") return value;
  return typeof value === "bigint"
    ? pickle.long(value)
    : Number.isInteger(value)
      ? pickle.int(value)
      : pickle.float(value);
}

export interface TensorParts {
  readonly type?: string;
  readonly key?: string;
  readonly count?: Number_;
  readonly offset?: Number_;
  readonly shape?: readonly Number_[];
  readonly strides?: readonly Number_[];
}

/** A tensor of PyTorch: two float32, or what a file claims instead. */
export function tensor({
  type = "FloatStorage",
  key = "0",
  count = 2,
  offset = 0,
  shape = [2],
  strides = [1],
}: TensorParts = {}): Buffer {
  const id = pickle.tuple(
    pickle.text("storage"),
    pickle.global("torch", type),
    pickle.text(key),
    pickle.text("cpu"),
    number(count),
  );
  return Buffer.concat([
    bytes(pickle.global("torch._utils", "_rebuild_tensor_v2")),
    pickle.tuple(
      Buffer.concat([id, bytes("Q")]),
      number(offset),
      pickle.tuple(...shape.map(number)),
      pickle.tuple(...strides.map(number)),
      "\x89",
      "N",
    ),
    bytes("R"),
  ]);
}

/** `{"w": tensor}` */
export function stateDict(parts?: TensorParts): Buffer {
  return pickle.of(pickle.dict(pickle.text("w"), tensor(parts)));
}

/** A member of an archive, and what its table says of it. */
export interface MemberParts {
  readonly name: string;
  readonly content?: Uint8Array;
  readonly deflate?: boolean;
  readonly method?: number;
  readonly size?: number;
  readonly packed?: number;
  readonly offset?: number;
  readonly crc?: number;
  readonly flags?: number;
  readonly extra?: Uint8Array;
}

/** A zip archive whose table may lie. */
export function archive(
  members: readonly MemberParts[],
  end: { readonly count?: number; readonly offset?: number } = {},
): Buffer {
  const front: Uint8Array[] = [];
  const table: Uint8Array[] = [];
  let at = 0;
  for (const { name, content = new Uint8Array(), deflate = false, ...claims } of members) {
    const stored = deflate ? deflateRawSync(content) : content;
    const {
      method = deflate ? 8 : 0,
      size = content.length,
      packed = stored.length,
      offset = at,
      crc = crc32(content),
    } = claims;
    const { flags = 0, extra = new Uint8Array() } = claims;
    const local = Buffer.alloc(30);
    local.writeUInt32LE(0x0403_4b50);
    local.writeUInt16LE(Buffer.byteLength(name), 26);
    const entry = Buffer.alloc(46);
    entry.writeUInt32LE(0x0201_4b50);
    entry.writeUInt16LE(flags, 8);
    entry.writeUInt16LE(method, 10);
    entry.writeUInt32LE(crc, 16);
    entry.writeUInt32LE(packed, 20);
    entry.writeUInt32LE(size, 24);
    entry.writeUInt16LE(Buffer.byteLength(name), 28);
    entry.writeUInt16LE(extra.length, 30);
    entry.writeUInt32LE(offset, 42);
    front.push(local, Buffer.from(name), stored);
    table.push(entry, Buffer.from(name), extra);
    at += 30 + Buffer.byteLength(name) + stored.length;
  }
  const last = Buffer.alloc(22);
  const length = table.reduce((sum, part) => sum + part.length, 0);
  last.writeUInt32LE(0x0605_4b50);
  last.writeUInt16LE(end.count ?? members.length, 10);
  last.writeUInt32LE(length, 12);
  last.writeUInt32LE(end.offset ?? at, 16);
  return Buffer.concat([...front, ...table, last]);
}

/** A file of PyTorch: the pickle, and a storage of eight bytes. */
export function torchZip(
  data: Uint8Array,
  storage: Partial<MemberParts> = {},
  more: readonly MemberParts[] = [],
): Buffer {
  return archive([
    { name: "a/data.pkl", content: data },
    { name: "a/data/0", content: Buffer.alloc(8), ...storage },
    ...more,
  ]);
}

const magic = Buffer.from("80028a0a6cfc9c46f9206aa850192e", "hex");

/** A file of PyTorch of before, up to its storages. */
export function legacy(data: Uint8Array, rest: Uint8Array = legacyStorage(), keys = ["0"], version = 1001): Buffer {
  const list = pickle.of("](", ...keys.map(pickle.text), "e");
  return Buffer.concat([magic, pickle.of(pickle.int(version)), pickle.of("}"), data, list, rest]);
}

export function legacyStorage(count = 2n, held = 8): Buffer {
  return Buffer.concat([i64(count), Buffer.alloc(held)]);
}

export function safetensors(header: unknown, data = 8, length?: bigint): Buffer {
  const text = Buffer.from(typeof header === "string" ? header : JSON.stringify(header));
  return Buffer.concat([i64(length ?? BigInt(text.length)), text, Buffer.alloc(data)]);
}
