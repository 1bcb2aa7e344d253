/** Python's modules whose functions run code, reach files, processes or the net, or look names up. */
const dangerous: ReadonlySet<string> = new Set(
  `os posix nt posixpath ntpath subprocess sys pty runpy importlib ctypes socket shutil pickle _pickle cPickle dill cloudpickle marshal
  types.FunctionType types.CodeType types.LambdaType types.MethodType code.interact code.InteractiveInterpreter code.InteractiveConsole
  codeop webbrowser requests urllib http ftplib smtplib telnetlib asyncio multiprocessing _thread operator _operator pip ensurepip bdb pdb
  timeit cProfile profile.run doctest gc tempfile io _io imp pkgutil zipimport commands.getoutput popen2 pydoc idlelib lib2to3
  numpy.testing numpy.f2py torch.hub torch.jit torch.utils.cpp_extension`.split(/\s+/),
);

/** Functions of any module that do so. */
const dangerousEnds: ReadonlySet<string> = new Set(
  "system popen spawn exec eval execfile compile getattr setattr delattr __import__ globals locals vars open input breakpoint __getattribute__ __reduce__ __globals__ __subclasses__".split(
    " ",
  ),
);

/** Of `builtins` only these are kinds of values. */
const plainBuiltins: ReadonlySet<string> = new Set(
  "set frozenset list dict tuple int float bool str bytes bytearray complex slice range object Ellipsis NotImplemented type".split(
    " ",
  ),
);

/** Whether a name in a pickle is of what runs code. None of what a file asks for is ever run: such a file is not to be trusted in the rest. */
export function runsCode(name: string): boolean {
  const parts = name.split(".");
  const [first = "", ...rest] = parts;
  if (first === "builtins" || first === "__builtin__" || first === "__builtins__")
    return rest.length !== 1 || !plainBuiltins.has(rest[0] ?? "");
  if (parts.some((_, i) => dangerous.has(parts.slice(0, i + 1).join(".")))) return true;
  // A name can lead through a module to what that has imported.
  return (
    rest.some((part) => part === "os" || part === "sys" || part === "subprocess" || part === "builtins") ||
    dangerousEnds.has(rest.at(-1) ?? "")
  );
}
