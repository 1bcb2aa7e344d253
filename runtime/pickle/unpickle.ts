import { PickleBytes } from "./pickle-bytes.ts";
import { mark, PickleStack } from "./pickle-stack.ts";
import { type Construct, type Pickled, PickleError, PickleForbidden, Stateful } from "./pickled.ts";
import { quotedText, wholeNumber, wideText } from "./text-values.ts";

/** What a pickle may build, by `module.name`; undefined refuses it. */
export type Globals = (name: string) => Construct | undefined;

/** What a pickle has outside of itself, by the id that it gives it, such as a storage of PyTorch. */
export type Outside = (id: Pickled) => Pickled;

/**
 * The value of a pickle (protocols 0 to 5, https://docs.python.org/3/library/pickletools.html), of plain values and of what `globals` know.
 * Bytes are views of those given. Throws a PickleError where it is damaged, and where it asks for anything else, naming that.
 */
export function unpickle(bytes: Uint8Array, globals: Globals): Pickled {
  return unpickleFirst(bytes, globals).value;
}

/** The same of the first of several pickles that stand one after the other, and where it ends. Throws a PickleCut where the bytes do before. */
export function unpickleFirst(
  bytes: Uint8Array,
  globals: Globals,
  outside: Outside = nothingOutside,
): { readonly value: Pickled; readonly end: number } {
  const stack = new PickleStack(mostMade(bytes.length));
  const machine: Machine = { bytes: new PickleBytes(bytes), stack, globals, outside };
  for (let done = 0; ; done += 1) {
    if (done > mostSteps) throw new PickleError(`it takes more than ${mostSteps} steps`);
    const code = machine.bytes.unsigned(1);
    if (code === stop) return { value: machine.stack.pop(), end: machine.bytes.at };
    const step = steps.get(code);
    if (step === undefined) throw new PickleError(`it has the code 0x${code.toString(16)}, which is not read`);
    step(machine);
  }
}

/** Features of a million frames take some ten million. */
const mostSteps = 1 << 24;

function nothingOutside(): never {
  throw new PickleError("it refers to what is outside of it");
}

/** What is made is made of the bytes: protocol 2 doubles those beyond ASCII. */
function mostMade(length: number): number {
  return 4 * length + 1024;
}

interface Machine {
  readonly bytes: PickleBytes;
  readonly stack: PickleStack;
  readonly globals: Globals;
  readonly outside: Outside;
}

type Step = (machine: Machine) => void;

const stop = 0x2e;

const pushed =
  (read: (bytes: PickleBytes) => Pickled): Step =>
  ({ bytes, stack }) => {
    stack.push(read(bytes));
  };

const built =
  (change: (stack: PickleStack, bytes: PickleBytes) => void): Step =>
  ({ stack, bytes }) => {
    change(stack, bytes);
  };

/** By code, with the names of pickletools. */
const steps: ReadonlyMap<number, Step> = new Map<number, Step>([
  // PROTO, FRAME: how far one may read ahead does not matter here.
  [0x80, ({ bytes }) => checkProtocol(bytes.unsigned(1))],
  [0x95, ({ bytes }) => void bytes.size(8)],
  // NONE, NEWTRUE, NEWFALSE
  [0x4e, pushed(() => null)],
  [0x88, pushed(() => true)],
  [0x89, pushed(() => false)],
  // INT, LONG, BININT, BININT1, BININT2, LONG1, LONG4
  [0x49, pushed((bytes) => wholeNumber(bytes.line()))],
  [0x4c, pushed((bytes) => wholeNumber(bytes.line().replace(/L$/, "")))],
  [0x4a, pushed((bytes) => bytes.signed4())],
  [0x4b, pushed((bytes) => bytes.unsigned(1))],
  [0x4d, pushed((bytes) => bytes.unsigned(2))],
  [0x8a, pushed((bytes) => bytes.long(bytes.unsigned(1)))],
  [0x8b, pushed((bytes) => bytes.long(bytes.size(4)))],
  // FLOAT, BINFLOAT
  [0x46, pushed((bytes) => Number(bytes.line()))],
  [0x47, pushed((bytes) => bytes.float8())],
  // STRING, BINSTRING, SHORT_BINSTRING, SHORT_BINBYTES, BINBYTES, BINBYTES8, BYTEARRAY8
  [0x53, pushed((bytes) => quotedText(bytes.line()))],
  [0x54, pushed((bytes) => bytes.take(bytes.size(4)))],
  [0x55, pushed((bytes) => bytes.take(bytes.unsigned(1)))],
  [0x43, pushed((bytes) => bytes.take(bytes.unsigned(1)))],
  [0x42, pushed((bytes) => bytes.take(bytes.size(4)))],
  [0x8e, pushed((bytes) => bytes.take(bytes.size(8)))],
  [0x96, pushed((bytes) => bytes.take(bytes.size(8)))],
  // UNICODE, SHORT_BINUNICODE, BINUNICODE, BINUNICODE8
  [0x56, pushed((bytes) => wideText(bytes.line()))],
  [0x8c, pushed((bytes) => bytes.text(bytes.unsigned(1)))],
  [0x58, pushed((bytes) => bytes.text(bytes.size(4)))],
  [0x8d, pushed((bytes) => bytes.text(bytes.size(8)))],
  // MARK, POP, POP_MARK, DUP
  [0x28, built((stack) => stack.push(mark))],
  [0x30, built((stack) => void stack.pop())],
  [0x31, built((stack) => void stack.marked())],
  [0x32, built((stack) => stack.push(stack.top()))],
  // EMPTY_LIST, EMPTY_TUPLE, EMPTY_SET, LIST, TUPLE, FROZENSET, TUPLE1 to TUPLE3
  [0x5d, pushed(() => [])],
  [0x29, pushed(() => [])],
  [0x8f, pushed(() => [])],
  [0x6c, built((stack) => stack.push(stack.marked()))],
  [0x74, built((stack) => stack.push(stack.marked()))],
  [0x91, built((stack) => stack.push(stack.marked()))],
  [0x85, built((stack) => stack.push(stack.popped(1)))],
  [0x86, built((stack) => stack.push(stack.popped(2)))],
  [0x87, built((stack) => stack.push(stack.popped(3)))],
  // APPEND, APPENDS, ADDITEMS
  [0x61, built((stack) => append(stack, stack.popped(1)))],
  [0x65, built((stack) => append(stack, stack.marked()))],
  [0x90, built((stack) => append(stack, stack.marked()))],
  // EMPTY_DICT, DICT, SETITEM, SETITEMS
  [0x7d, built((stack) => void stack.pushNew(new Map()))],
  [0x64, built((stack) => pushMap(stack, stack.marked()))],
  [0x73, built((stack) => enter(stack, stack.popped(2)))],
  [0x75, built((stack) => enter(stack, stack.marked()))],
  // PUT, BINPUT, LONG_BINPUT, MEMOIZE, GET, BINGET, LONG_BINGET
  [0x70, built((stack, bytes) => stack.remember(Number(bytes.line())))],
  [0x71, built((stack, bytes) => stack.remember(bytes.unsigned(1)))],
  [0x72, built((stack, bytes) => stack.remember(bytes.size(4)))],
  [0x94, built((stack) => stack.remember())],
  [0x67, built((stack, bytes) => stack.recall(Number(bytes.line())))],
  [0x68, built((stack, bytes) => stack.recall(bytes.unsigned(1)))],
  [0x6a, built((stack, bytes) => stack.recall(bytes.size(4)))],
  // PERSID, BINPERSID
  [0x50, ({ bytes, stack, outside }) => stack.push(outside(bytes.line()))],
  [0x51, ({ stack, outside }) => stack.push(outside(stack.pop()))],
  // GLOBAL, STACK_GLOBAL, REDUCE, NEWOBJ, NEWOBJ_EX, INST, OBJ, BUILD
  [0x63, (machine) => askFor(machine, [machine.bytes.line(), machine.bytes.line()])],
  [0x93, (machine) => askFor(machine, machine.stack.popped(2))],
  [0x52, built((stack) => make(stack, stack.popped(2)))],
  [0x81, built((stack) => make(stack, stack.popped(2)))],
  [0x92, built((stack) => make(stack, stack.popped(3).slice(0, 2)))],
  [0x69, (machine) => instance(machine)],
  [0x6f, built((stack) => madeOf(stack, stack.marked()))],
  [0x62, built((stack) => setState(stack, stack.pop()))],
]);

function checkProtocol(protocol: number): void {
  if (protocol > 5) throw new PickleError(`it is of the protocol ${protocol}; 0 to 5 are known`);
}

function append(stack: PickleStack, items: readonly Pickled[]): void {
  const list = stack.list();
  for (const item of items) list.push(item);
}

function enter(stack: PickleStack, items: readonly Pickled[]): void {
  entered(stack.map(), items);
}

function pushMap(stack: PickleStack, items: readonly Pickled[]): void {
  entered(stack.pushNew(new Map()), items);
}

/** Keys and values in turn. */
function entered(map: Map<Pickled, Pickled>, items: readonly Pickled[]): Map<Pickled, Pickled> {
  for (let i = 0; i + 1 < items.length; i += 2) map.set(items[i] ?? null, items[i + 1] ?? null);
  return map;
}

function askFor({ stack, globals }: Machine, names: readonly Pickled[]): void {
  const name = names.map(String).join(".");
  const known = globals(name);
  if (known === undefined) throw new PickleForbidden(name);
  stack.push(known);
}

function make(stack: PickleStack, [construct = null, args = null]: readonly Pickled[]): void {
  stack.make(construct, args);
}

/** A class by two lines, and what stands since the mark. */
function instance(machine: Machine): void {
  const { bytes, stack } = machine;
  const names = [bytes.line(), bytes.line()];
  const args = stack.marked();
  askFor(machine, names);
  make(stack, [stack.pop(), args]);
}

function madeOf(stack: PickleStack, [construct = null, ...args]: readonly Pickled[]): void {
  make(stack, [construct, args]);
}

function setState(stack: PickleStack, state: Pickled): void {
  const object = stack.top();
  // A dictionary can have attributes too, such as the versions beside PyTorch's weights.
  if (object instanceof Map && state instanceof Map) return;
  if (!(object instanceof Stateful)) throw new PickleError("it gives a state to what has none");
  object.setState(state);
}
