/** Why a training stopped: a mistake that the user can act on. */
export class StageError extends Error {
  constructor(stage: string, message: string) {
    super(`${stage}: ${message}`);
    this.name = "StageError";
  }
}
