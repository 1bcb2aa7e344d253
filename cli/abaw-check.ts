import { check } from "./commands/check.ts";
import { allowDeafReaders, finish } from "./finish.ts";
import { runCommand } from "./run-command.ts";

/** Starts the whole program; given by `launch.ts`. */
declare const abawWhole: () => void;

// `abaw check` by itself: a person waits for it each time, and what the other commands are made of takes a while to come into being.
// It changes nothing that it has not finished, so that the whole program can do again, and explain, what it failed of.
allowDeafReaders();
runCommand(process.argv.slice(2), { check: { summary: "", load: async () => check() } }).then(finish, abawWhole);
