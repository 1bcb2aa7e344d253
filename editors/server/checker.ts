import type { Inspect } from "../../compiler/check/file-header.ts";
import { type Analysis, Checker } from "../../compiler/compile.ts";
import { featureFlops, forwardFlops } from "../../compiler/cost/forward.ts";
import type { Source } from "../../compiler/diagnostics/source.ts";
import { FactCollector, type Facts } from "../../compiler/edit/index.ts";
import { fileHeader } from "../../runtime/spec-files/spec-files.ts";
import { readerOf } from "./file-names.ts";

/** A check, and what else it found out: worked out a little at a time when it is asked for, and only until the next check of the file. */
export interface Checked {
  readonly analysis: Analysis;
  readonly facts: () => Generator<undefined, Facts>;
  /** Floating-point operations for a frame of each stage, what it reads of others included, by the stage's label. */
  readonly costs: () => Generator<undefined, ReadonlyMap<string, number>>;
}

type PlannedStage = Analysis["stages"][number];

interface Kept {
  readonly folder: string;
  readonly checker: Checker;
  readonly collector: FactCollector;
}

/** The one place where the server checks. Of every open file it keeps what an edit leaves alone. */
export class Checks {
  readonly #open: ReadonlyMap<string, string>;
  readonly #kept = new Map<string, Kept>();
  readonly #costs = new WeakMap<PlannedStage["checked"], number>();

  /** `open` has the texts of open files, as they are whenever something is checked. */
  constructor(open: ReadonlyMap<string, string>) {
    this.#open = open;
  }

  /** `folder` is where weight files are looked for. */
  check(source: Source, folder: string): Checked {
    const { checker, collector } = this.#keptOf(source.name, folder);
    collector.begin();
    const analysis = checker.check(source);
    return {
      analysis,
      facts: () => collector.finding(analysis, [source.name, ...this.#open.keys()]),
      costs: () => this.#costsOf(analysis.stages),
    };
  }

  /** What is on disk may be another now. */
  forget(): void {
    this.#kept.clear();
  }

  close(name: string): void {
    this.#kept.delete(name);
  }

  #keptOf(name: string, folder: string): Kept {
    const known = this.#kept.get(name);
    if (known?.folder === folder) return known;
    const collector = new FactCollector();
    const inspect: Inspect = (...file) => fileHeader(folder, ...file);
    const checker = new Checker({ read: readerOf(name, this.#open), inspect }, collector.observe);
    const made = { folder, checker, collector };
    this.#kept.set(name, made);
    return made;
  }

  *#costsOf(stages: readonly PlannedStage[]): Generator<undefined, ReadonlyMap<string, number>> {
    const byHash = new Map(stages.map((each) => [each.plan.hash, each]));
    const found = new Map<string, number>();
    for (const planned of stages) {
      const { checked, plan } = planned;
      const flops =
        this.#costs.get(checked) ?? forwardFlops(checked).total + featureFlops(planned, (hash) => byHash.get(hash));
      this.#costs.set(checked, flops);
      found.set(plan.label, flops);
      yield;
    }
    return found;
  }
}
