/** Why a training stopped: a mistake that the user can act on. */
export class StageError extends Error {
  /** What is said, without the stage. */
  readonly reason: string;

  constructor(stage: string, reason: string) {
    super(`${stage}: ${reason}`);
    this.name = "StageError";
    this.reason = reason;
  }
}
