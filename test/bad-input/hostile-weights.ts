import onnxProto, { type onnx } from "onnx-proto";
import {
  archive,
  i64,
  legacy,
  legacyStorage,
  pickle,
  safetensors,
  stateDict,
  tensor,
  torchZip,
} from "./weight-builders.ts";

/** A file that somebody made to do harm, or that a disk damaged: its name, its bytes, and what is said of it. */
export type Hostile = readonly [what: string, file: string, bytes: () => Uint8Array, said: string];

/** What would be there if anything in a file were run. */
export const trace = "abaw-was-here";

const call = (module: string, name: string, ...args: readonly Uint8Array[]) =>
  pickle.of(pickle.global(module, name), pickle.tuple(...args), pickle.reduce);
const command = pickle.text(`touch ${trace}`);
const inZip = (data: Uint8Array) => () => torchZip(data);
/** PROTO 0: lines of text. */
const lines = (text: string) => () => Buffer.from(text, "latin1");

const calls: readonly Hostile[] = [
  ["os.system", "a.pth", inZip(call("os", "system", command)), "it asks for os.system"],
  [
    "posix.system, as os.system is pickled",
    "a.pt",
    inZip(call("posix", "system", command)),
    "it asks for posix.system",
  ],
  ["nt.system", "a.bin", inZip(call("nt", "system", command)), "it asks for nt.system"],
  ["eval", "a.pth", inZip(call("builtins", "eval", pickle.text("1"))), "it asks for builtins.eval"],
  ["exec of Python 2", "a.pth", inZip(call("__builtin__", "exec", pickle.text("1"))), "it asks for __builtin__.exec"],
  [
    "getattr, to reach further",
    "a.pth",
    inZip(call("builtins", "getattr", command, command)),
    "it asks for builtins.getattr",
  ],
  ["__import__", "a.pth", inZip(call("builtins", "__import__", pickle.text("os"))), "it asks for builtins.__import__"],
  ["subprocess.Popen", "a.pth", inZip(call("subprocess", "Popen", command)), "it asks for subprocess.Popen"],
  [
    "os by way of a module that has it",
    "a.pth",
    inZip(call("torch.serialization", "os.system", command)),
    "it asks for torch.serialization.os.system",
  ],
  ["runpy", "a.pth", inZip(call("runpy", "_run_code", command)), "it asks for runpy._run_code"],
  ["torch.hub.load", "a.pth", inZip(call("torch.hub", "load", command)), "it asks for torch.hub.load"],
  ["os.system, by INST", "a.pth", inZip(pickle.of("(", command, "ios\nsystem\n")), "it asks for os.system"],
  [
    "os.system, by STACK_GLOBAL",
    "a.pth",
    inZip(pickle.of(pickle.text("os"), pickle.text("system"), "\x93", command, "\x85R")),
    "it asks for os.system",
  ],
  ["os.system, in lines of text", "a.pth", lines(`cos\nsystem\n(S'touch ${trace}'\ntR.`), "it asks for os.system"],
  ["os.system, in the old container", "a.pth", () => legacy(call("os", "system", command)), "it asks for os.system"],
  [
    "a program before its weights, in the old container",
    "a.pth",
    () => Buffer.concat([legacy(stateDict()).subarray(0, 15), call("os", "system", command)]),
    "it asks for os.system",
  ],
  [
    "a name with the codes of a terminal",
    "a.pth",
    inZip(call("os", "\x1b[2Jsystem", command)),
    "it asks for os.??2Jsystem",
  ],
];

const damagedPickles: readonly Hostile[] = [
  ["a stack that is empty", "a.pth", inZip(pickle.of("0")), "it takes more than it gave"],
  ["a call of nothing", "a.pth", inZip(pickle.of("R")), "it takes more than it gave"],
  ["a call of a number", "a.pth", inZip(pickle.of(pickle.int(1), ")R")), "it calls what cannot be called"],
  ["a tuple without its mark", "a.pth", inZip(pickle.of("t")), "a mark in it is missing"],
  ["an entry put into a number", "a.pth", inZip(pickle.of(pickle.int(1), "NNs")), "it adds to what is no dictionary"],
  ["a memory of what never was", "a.pth", inZip(pickle.of("h\x09")), "it remembers what it never had"],
  ["no end", "a.pth", inZip(Buffer.from("\x80\x02}", "latin1")), "it is cut off"],
  ["a text longer than the file", "a.pth", inZip(Buffer.from("\x80\x02X\xff\xff\xff\x7f", "latin1")), "it is cut off"],
  [
    "a text of 2⁶³ bytes",
    "a.pth",
    inZip(Buffer.concat([Buffer.from("\x80\x04\x8d", "latin1"), i64(2n ** 62n)])),
    "it is cut off",
  ],
  [
    "a whole number of 255 bytes",
    "a.pth",
    inZip(Buffer.concat([Buffer.from("\x80\x02\x8a\xff", "latin1"), Buffer.alloc(255)])),
    "a whole number in it has 255 bytes",
  ],
  ["a protocol of the future", "a.pth", inZip(Buffer.from("\x80\x09N.", "latin1")), "it is of the protocol 9"],
  ["an extension of copyreg", "a.pth", inZip(pickle.of("\x82\x01")), "it has the code 0x82"],
  [
    "lists in one another a hundred thousand deep",
    "a.pth",
    inZip(pickle.of("]".repeat(100_000), "a".repeat(99_999))),
    "more than 64 deep",
  ],
  [
    "a dictionary that holds itself",
    "a.pth",
    inZip(pickle.of("}q\x00", pickle.text("a"), "h\x00s")),
    "more than 64 deep",
  ],
  [
    "a billion entries of thirty lists",
    "a.pth",
    () =>
      torchZip(
        pickle.of(
          "]",
          tensor(),
          "a",
          ...Array.from(
            { length: 40 },
            (_, i) => `q${String.fromCharCode(i)}]h${String.fromCharCode(i)}ah${String.fromCharCode(i)}a`,
          ),
        ),
      ),
    "more than 200000 entries",
  ],
  [
    "one long text made bytes again and again",
    "a.pth",
    () =>
      torchZip(
        pickle.of(
          pickle.global("_codecs", "encode"),
          "q\x00",
          pickle.text("x".repeat(100_000)),
          "q\x01",
          "0h\x00h\x01\x85R".repeat(10_000),
        ),
      ),
    "it makes more than it has bytes for",
  ],
  [
    "two million dictionaries",
    "a.pth",
    () => torchZip(pickle.of("}0".repeat(2_000_000))),
    "it makes more objects than any file of numbers",
  ],
  [
    "a name of a megabyte",
    "a.pth",
    () => torchZip(pickle.of(pickle.dict(pickle.text("n".repeat(1 << 20)), tensor()))),
    "a name in it has 1048576 letters",
  ],
  [
    "a name that steers a terminal",
    "a.pth",
    inZip(pickle.of(pickle.dict(pickle.text("\x1b[31mw"), tensor()))),
    "as a name",
  ],
  ["a key that is a list", "a.pth", inZip(pickle.of(pickle.dict("]", tensor()))), "neither text nor a number"],
];

const liesOfTensors: readonly Hostile[] = [
  ["a shape beyond its storage", "a.pth", inZip(stateDict({ shape: [3] })), "reaches out of its storage"],
  ["an offset beyond it", "a.pth", inZip(stateDict({ offset: 1 })), "reaches out of its storage"],
  ["strides beyond it", "a.pth", inZip(stateDict({ strides: [2] })), "reaches out of its storage"],
  [
    "a shape whose product overflows",
    "a.pth",
    inZip(stateDict({ shape: [2n ** 40n, 2n ** 40n], strides: [0, 0] })),
    "repeats a storage of 2 numbers",
  ],
  [
    "a billion repetitions of two numbers",
    "a.pth",
    inZip(stateDict({ shape: [2 ** 30], strides: [0] })),
    "repeats a storage of 2 numbers",
  ],
  ["a size below zero", "a.pth", inZip(stateDict({ shape: [-2] })), "has -2 as a size"],
  ["a stride below zero", "a.pth", inZip(stateDict({ strides: [-1] })), "has -1 as a size, stride or offset"],
  ["a size that is no number", "a.pth", inZip(stateDict({ shape: [Number.NaN] })), "has NaN as a size"],
  ["a size of 2⁶²", "a.pth", inZip(stateDict({ shape: [2n ** 62n] })), "sizes that are no numbers"],
  [
    "seventy axes",
    "a.pth",
    inZip(stateDict({ shape: Array.from({ length: 70 }, () => 1), strides: Array.from({ length: 70 }, () => 1) })),
    "70 axes",
  ],
  ["fewer strides than axes", "a.pth", inZip(stateDict({ shape: [1, 2] })), "has 2 axes and 1 strides"],
  ["a storage that the archive lacks", "a.pth", inZip(stateDict({ key: "7" })), "it has no member"],
  [
    "a storage by a path that leads out",
    "a.pth",
    inZip(stateDict({ key: "../../../../etc/passwd" })),
    "it has no member",
  ],
  [
    "a storage of a terabyte in eight bytes",
    "a.pth",
    inZip(stateDict({ count: 2n ** 38n, shape: [2n ** 38n] })),
    "of a storage that has 8",
  ],
  ["doubles in bytes of floats", "a.pth", inZip(stateDict({ type: "DoubleStorage" })), "of a storage that has 8"],
  ["a storage of no known type", "a.pth", inZip(stateDict({ type: "QuantumStorage" })), "that is no storage"],
  [
    "one storage of two types",
    "a.pth",
    inZip(pickle.of(pickle.dict(pickle.text("a"), tensor(), pickle.text("b"), tensor({ type: "IntStorage" })))),
    "differ in what the storage 0 is",
  ],
  ["a count below zero", "a.pth", inZip(stateDict({ count: -1 })), "a count that is none"],
  [
    "a tensor of a text",
    "a.pth",
    inZip(pickle.of(pickle.global("torch._utils", "_rebuild_tensor_v2"), pickle.tuple(command), "R")),
    "a tensor in it has no storage",
  ],
];

const archives: readonly Hostile[] = [
  [
    "a member by an absolute path",
    "a.pth",
    () => torchZip(stateDict(), {}, [{ name: "/etc/cron.d/x" }]),
    "leads out of it",
  ],
  ["a member above the archive", "a.pth", () => torchZip(stateDict(), {}, [{ name: "a/../../x" }]), "leads out of it"],
  ["a member on another drive", "a.pth", () => torchZip(stateDict(), {}, [{ name: "C:\\x" }]), "leads out of it"],
  ["a member twice", "a.pth", () => torchZip(stateDict(), {}, [{ name: "a/data.pkl" }]), "twice"],
  [
    "a description that unpacks to a hundred times its size",
    "a.pth",
    () => archive([{ name: "a/data.pkl", content: Buffer.alloc(80 << 20), deflate: true }]),
    "claims 83886080 bytes",
  ],
  [
    "a description that claims less than it unpacks to",
    "a.pth",
    () => archive([{ name: "a/data.pkl", content: Buffer.alloc(1 << 20), deflate: true, size: 100 }]),
    "cannot be unpacked",
  ],
  [
    "a storage that claims a terabyte of a packed kilobyte",
    "a.pth",
    () => torchZip(stateDict(), { content: Buffer.alloc(1 << 20), deflate: true, size: 0xffff_0000 }),
    "claims 4294901760 bytes",
  ],
  [
    "a stored member of another size than it is packed to",
    "a.pth",
    () => torchZip(stateDict(), { size: 1 << 30 }),
    "claims 1073741824 bytes",
  ],
  ["a member beyond the end", "a.pth", () => torchZip(stateDict(), { offset: 0x7000_0000 }), "lies outside"],
  [
    "members that overlap",
    "a.pth",
    () => torchZip(stateDict(), {}, [{ name: "a/data/1", packed: 8, size: 8, offset: 40 }]),
    "two of its members overlap",
  ],
  [
    "sizes of 64 bits that lie",
    "a.pth",
    () =>
      torchZip(stateDict(), {
        size: 0xffff_ffff,
        packed: 0xffff_ffff,
        extra: Buffer.concat([Buffer.from([1, 0, 16, 0]), i64(2n ** 50n), i64(2n ** 50n)]),
      }),
    "lies outside",
  ],
  [
    "more members than bytes",
    "a.pth",
    () => archive([{ name: "a/data.pkl", content: stateDict() }], { count: 60_000 }),
    "the table at its end is cut off",
  ],
  [
    "a table that lies outside",
    "a.pth",
    () => archive([{ name: "a/data.pkl", content: stateDict() }], { offset: 0x7000_0000 }),
    "lies outside",
  ],
  ["an encrypted member", "a.pth", () => torchZip(stateDict(), { flags: 1 }), "it is encrypted"],
  ["a method that nobody knows", "a.pth", () => torchZip(stateDict(), { method: 99 }), "packed by the method 99"],
  ["a checksum of other bytes", "a.pth", () => torchZip(stateDict(), { crc: 1 }), "its checksum is another"],
  ["no end", "a.pth", () => torchZip(stateDict()).subarray(0, 100), "the table at its end is missing"],
  [
    "a program of TorchScript",
    "a.pt",
    () => torchZip(stateDict(), {}, [{ name: "a/constants.pkl" }]),
    "a program of TorchScript",
  ],
  [
    "another archive",
    "a.pth",
    () => archive([{ name: "readme", content: Buffer.from("no") }]),
    "a zip archive without weights",
  ],
];

const oldContainers: readonly Hostile[] = [
  ["cut off in its front", "a.pth", () => legacy(stateDict()).subarray(0, 20), "it is cut off"],
  ["cut off in its description", "a.pth", () => legacy(stateDict()).subarray(0, 80), "it is cut off"],
  ["cut off in a storage", "a.pth", () => legacy(stateDict(), legacyStorage(2n, 4)), "it is cut off"],
  ["a storage without its count", "a.pth", () => legacy(stateDict(), new Uint8Array(3)), "it is cut off"],
  [
    "a storage of another count than its tensor's",
    "a.pth",
    () => legacy(stateDict(), legacyStorage(2n ** 62n)),
    "numbers in one place and 2 in another",
  ],
  [
    "a storage of a terabyte",
    "a.pth",
    () => legacy(stateDict({ count: 2n ** 38n, shape: [2n ** 38n] }), legacyStorage(2n ** 38n)),
    "it is cut off: a storage",
  ],
  [
    "keys of storages that no tensor has",
    "a.pth",
    () => legacy(stateDict(), legacyStorage(), ["9"]),
    "is not that of its tensors",
  ],
  [
    "a storage twice",
    "a.pth",
    () => legacy(stateDict(), Buffer.concat([legacyStorage(), legacyStorage()]), ["0", "0"]),
    "is not that of its tensors",
  ],
  [
    "no list of storages for its tensor",
    "a.pth",
    () => legacy(stateDict(), new Uint8Array(), []),
    "the storage of it is missing",
  ],
  ["another version", "a.pth", () => legacy(stateDict(), legacyStorage(), ["0"], 7), "of the protocol 7"],
  [
    "another number at its front",
    "a.pth",
    () => Buffer.concat([Buffer.from("80028a0a00000000000000000000", "hex"), Buffer.from("..........")]),
    "does not begin as a file of PyTorch",
  ],
];

const entry = (more: object) => ({ w: { dtype: "F32", shape: [2], data_offsets: [0, 8], ...more } });

const safetensorsFiles: readonly Hostile[] = [
  ["an empty file", "a.safetensors", () => new Uint8Array(), "it is empty"],
  ["four bytes", "a.safetensors", () => new Uint8Array(4), "too short"],
  [
    "a header of 2⁶² bytes",
    "a.safetensors",
    () => safetensors(entry({}), 8, 2n ** 62n),
    "more than the file or the limit",
  ],
  ["a header that is no JSON", "a.safetensors", () => safetensors("{", 8), "is not JSON"],
  ["a header that nests", "a.safetensors", () => safetensors("[".repeat(50_000) + "]".repeat(50_000)), "nests deeper"],
  [
    "offsets beyond the file",
    "a.safetensors",
    () => safetensors(entry({ shape: [2 ** 40], data_offsets: [0, 2 ** 42] })),
    "does not lie within the file",
  ],
  [
    "offsets that end before they begin",
    "a.safetensors",
    () => safetensors(entry({ data_offsets: [8, 0] })),
    "does not lie within the file",
  ],
  [
    "a shape that overflows",
    "a.safetensors",
    () => safetensors(entry({ shape: [2 ** 40, 2 ** 40] })),
    "does not lie within the file",
  ],
  [
    "sizes below zero",
    "a.safetensors",
    () => safetensors(entry({ shape: [-1, -2] })),
    "in a way that is not understood",
  ],
  [
    "sizes that are no numbers",
    "a.safetensors",
    () => safetensors('{"w": {"dtype": "F32", "shape": [null], "data_offsets": [0, 8]}}'),
    "in a way that is not understood",
  ],
  [
    "tensors that overlap",
    "a.safetensors",
    () => safetensors({ ...entry({}), v: { dtype: "F32", shape: [1], data_offsets: [4, 8] } }),
    "overlap",
  ],
  ["a type of another world", "a.safetensors", () => safetensors(entry({ dtype: "F7" })), "has the type F7"],
  ["a web page by that name", "a.safetensors", () => Buffer.from("<!DOCTYPE html>"), "but a web page"],
  [
    "a pointer of Git LFS",
    "a.pth",
    () => Buffer.from("version https://git-lfs.github.com/spec/v1\noid sha256:0\n"),
    "a pointer of Git LFS",
  ],
  [
    "an index that names a file outside",
    "a.safetensors.index.json",
    () => Buffer.from('{"weight_map": {"w": "../../secret.safetensors"}}'),
    "outside of its folder",
  ],
  [
    "an index that names itself",
    "a.safetensors.index.json",
    () => Buffer.from('{"weight_map": {"w": "a.safetensors.index.json"}}'),
    "an index itself",
  ],
  [
    "an index of a file that is not there",
    "a.safetensors.index.json",
    () => Buffer.from('{"weight_map": {"w": "b.safetensors"}}'),
    "there is no such file",
  ],
  ["an index that is a list", "a.safetensors.index.json", () => Buffer.from("[]"), "not as it should be"],
];

function model(initializer: onnx.ITensorProto): Uint8Array {
  const graph = { name: "g", initializer: [initializer] };
  return onnxProto.onnx.ModelProto.encode({ irVersion: 8, opsetImport: [{ domain: "", version: 17 }], graph }).finish();
}

const beside = (location: string, more: readonly (readonly [string, string])[] = []) =>
  model({
    name: "w",
    dims: [2],
    dataType: 1,
    dataLocation: 1,
    externalData: [["location", location] as const, ...more].map(([key, value]) => ({ key, value })),
  });

const onnxFiles: readonly Hostile[] = [
  ["numbers in a file outside of its folder", "a.onnx", () => beside("../../../etc/passwd"), "outside of its folder"],
  ["numbers in a file by an absolute path", "a.onnx", () => beside("/etc/passwd"), "outside of its folder"],
  ["numbers in a file that is not there", "a.onnx", () => beside("gone.data"), "which is not there"],
  [
    "numbers of another length than its sizes",
    "a.onnx",
    () => beside("a.onnx", [["length", "1000000000000"]]),
    "claims 1000000000000 bytes",
  ],
  ["a place below zero", "a.onnx", () => beside("a.onnx", [["offset", "-8"]]), "claims 8 bytes at -8"],
  [
    "sizes of a terabyte in eight bytes",
    "a.onnx",
    () => model({ name: "w", dims: [2 ** 40], dataType: 1, rawData: new Uint8Array(8) }),
    "has 8 bytes",
  ],
  [
    "a size below zero",
    "a.onnx",
    () => model({ name: "w", dims: [-2], dataType: 1, rawData: new Uint8Array(8) }),
    "a size below 0",
  ],
  ["no numbers at all", "a.onnx", () => model({ name: "w", dims: [2], dataType: 1 }), "has no numbers"],
  ["a part that ends outside", "a.onnx", () => beside("x").subarray(0, 20), "cut off or damaged"],
];

/** Every file that `openWeights` must refuse. */
export const hostileWeights: readonly Hostile[] = [
  ...calls,
  ...damagedPickles,
  ...liesOfTensors,
  ...archives,
  ...oldContainers,
  ...safetensorsFiles,
  ...onnxFiles,
];
