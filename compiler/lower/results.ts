/** What was reached of what a plan waits for. A plan ends where it would have to know more. */
export interface Results {
  /** Of a search's trials, by the sweep's name, in their order. */
  readonly trials: ReadonlyMap<string, readonly TrialResult[]>;
  /** Sweeps whose search is over before all of its trials: their time is. */
  readonly over: ReadonlySet<string>;
  /** Which of its stages each choice takes, by the choice's key. */
  readonly choices: ReadonlyMap<string, number>;
}

export interface TrialResult {
  /** What the axes were, which tells whether it is still a trial of this search. */
  readonly point: string;
  /** What is searched for, the greater the better; null where the trial failed or has no label to be judged on. */
  readonly value: number | null;
  /** The rung that it was ended at, from 0; null where it was trained to its end. */
  readonly ended: number | null;
}

export const noResults: Results = { trials: new Map(), over: new Set(), choices: new Map() };
