import type { Socket } from "node:net";
import { jsonReader } from "../../json/read-json.ts";
import { integer, listOf, oneOf, record, text } from "../../json/schema.ts";
import type { Tensor, Tensors } from "../engine.ts";

/** What a rank says first, and that it says nothing else but tensors. */
interface Answer {
  readonly token?: string;
  readonly rank?: number;
  readonly tensors: readonly Listed[];
}

interface Listed {
  readonly name: string;
  readonly dtype: Tensor["dtype"];
  readonly shape: readonly number[];
  readonly bytes: number;
}

const listed = record({
  name: text,
  dtype: oneOf("float32", "int32", "int64", "uint8", "bool"),
  shape: listOf(integer),
  bytes: integer,
});

const answerIn = jsonReader<Answer>({
  type: "object",
  required: ["tensors"],
  additionalProperties: false,
  properties: { token: text, rank: integer, tensors: listOf(listed) },
});

export interface Received extends Omit<Answer, "tensors"> {
  readonly tensors: Tensors;
}

/**
 * One rank's connection. A message is a line of JSON whose `tensors` say name, element type, shape and bytes of what follows it
 * (`python/worker.py` is the other end).
 */
export class Connection {
  readonly #socket: Socket;
  readonly #chunks: Buffer[] = [];
  #held = 0;
  #wake: () => void = () => {};
  #problem: Error | undefined;

  constructor(socket: Socket) {
    this.#socket = socket;
    socket.setNoDelay(true);
    socket.on("data", (chunk) => {
      this.#chunks.push(chunk);
      this.#held += chunk.length;
      this.#wake();
    });
    const ended = (problem?: Error) => {
      this.#problem ??= problem ?? new Error("the connection was closed");
      this.#wake();
    };
    socket.on("error", ended);
    socket.on("close", () => ended());
  }

  send(message: Readonly<Record<string, unknown>>, tensors: Tensors): void {
    const parts = [...tensors].map(([name, { dtype, shape, data }]) => ({
      listed: { name, dtype, shape, bytes: data.byteLength },
      data: new Uint8Array(data.buffer, data.byteOffset, data.byteLength),
    }));
    this.#socket.write(`${JSON.stringify({ ...message, tensors: parts.map((part) => part.listed) })}\n`);
    for (const { data } of parts) this.#socket.write(data);
  }

  async receive(): Promise<Received> {
    const line = await this.#line();
    const { tensors, ...rest } = answerIn(line, "what a rank of PyTorch said");
    const found = new Map<string, Tensor>();
    for (const { name, dtype, shape, bytes } of tensors) {
      const data = await this.#take(bytes);
      found.set(name, { dtype, shape, data: arrayOf(dtype, data) });
    }
    return { ...rest, tensors: found };
  }

  close(): void {
    this.#socket.destroy();
  }

  async #line(): Promise<string> {
    for (let looked = 0; ; ) {
      const whole = this.#whole();
      const end = whole.indexOf(10, looked);
      if (end >= 0) {
        this.#keep(whole.subarray(end + 1));
        return whole.toString("utf8", 0, end);
      }
      looked = whole.length;
      await this.#more();
    }
  }

  async #take(bytes: number): Promise<Uint8Array<ArrayBuffer>> {
    while (this.#held < bytes) await this.#more();
    const whole = this.#whole();
    this.#keep(whole.subarray(bytes));
    return Uint8Array.from(whole.subarray(0, bytes));
  }

  #whole(): Buffer {
    if (this.#chunks.length > 1) this.#chunks.splice(0, this.#chunks.length, Buffer.concat(this.#chunks));
    return this.#chunks[0] ?? Buffer.alloc(0);
  }

  #keep(rest: Buffer): void {
    this.#chunks.splice(0, this.#chunks.length, ...(rest.length === 0 ? [] : [rest]));
    this.#held = rest.length;
  }

  async #more(): Promise<void> {
    if (this.#problem !== undefined) throw this.#problem;
    await new Promise<void>((resolve) => {
      this.#wake = resolve;
    });
  }
}

function arrayOf(dtype: Tensor["dtype"], bytes: Uint8Array<ArrayBuffer>): Tensor["data"] {
  switch (dtype) {
    case "float32":
      return new Float32Array(bytes.buffer);
    case "int32":
      return new Int32Array(bytes.buffer);
    case "int64":
      return new BigInt64Array(bytes.buffer);
    default:
      return bytes;
  }
}
