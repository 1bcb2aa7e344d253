/** Why a network of another file cannot stand in a model, with what to do about it if there is something. */
export class NetworkRefusal extends Error {
  readonly reason: string;
  readonly repair: string | undefined;

  constructor(reason: string, repair?: string) {
    super(repair === undefined ? reason : `${reason}; ${repair}`);
    this.reason = reason;
    this.repair = repair;
    this.name = "NetworkRefusal";
  }

  /** The same of a file. */
  of(file: string): NetworkRefusal {
    return new NetworkRefusal(`${file}: ${this.reason}`, this.repair);
  }
}
