import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex, utf8ToBytes } from "@noble/hashes/utils.js";
import type { StagePlan } from "../../../compiler/lower/plan.ts";
import type { DataPlan } from "../../../compiler/lower/plan-data.ts";
import { type OpenData, type Part, tableOf } from "../../data/open-data.ts";
import { drawnField } from "./drawn-field.ts";
import { digestOf, type FeaturesPlan, type FieldMatrix, fieldMatrix, readField, storedFile } from "./field-matrix.ts";
import type { StoredNumbers } from "./stored-numbers.ts";

/** Stored fields of a run's data: each file is read once. */
export class FieldStore {
  readonly #numbers = new Map<string, Promise<StoredNumbers>>();
  readonly #matrices = new Map<string, Promise<FieldMatrix>>();
  readonly #digests = new Map<string, Promise<string>>();

  /** The stored fields that a stage's model reads, by name. */
  static of({ fields, data }: StagePlan): ReadonlyMap<string, FeaturesPlan> {
    return new Map(
      fields.flatMap((name): [string, FeaturesPlan][] => {
        const plan = data.fields.get(name);
        return plan?.kind === "features" ? [[name, plan]] : [];
      }),
    );
  }

  matrix(plan: FeaturesPlan, { format }: DataPlan, data: OpenData, part: Part): Promise<FieldMatrix> {
    const key = JSON.stringify([data.identity, data.root, plan, part]);
    const known = this.#matrices.get(key);
    if (known !== undefined) return known;
    const made =
      format.kind === "synthetic"
        ? Promise.resolve(drawnField(plan, tableOf(data, part)))
        : this.#read(plan, data).then((numbers) => fieldMatrix(plan, numbers, tableOf(data, part)));
    this.#matrices.set(key, made);
    return made;
  }

  /** 64 hex digits over all that a stage's stored fields hold; empty if it has none. */
  async identityOf(plan: StagePlan, data: OpenData): Promise<string> {
    const fields = FieldStore.of(plan);
    if (fields.size === 0 || plan.data.format.kind === "synthetic") return "";
    const digests = await Promise.all([...fields.values()].map((field) => this.#digest(storedFile(data.root, field))));
    return bytesToHex(sha256(utf8ToBytes(digests.join("\n"))));
  }

  #read(plan: FeaturesPlan, data: OpenData): Promise<StoredNumbers> {
    const key = JSON.stringify([data.root, plan.file, plan.layout, plan.dims, plan.per, data.identity]);
    const known = this.#numbers.get(key) ?? readField(data.root, plan, data.parts.values());
    this.#numbers.set(key, known);
    return known;
  }

  #digest(path: string): Promise<string> {
    const known = this.#digests.get(path) ?? digestOf(path);
    this.#digests.set(path, known);
    return known;
  }
}
