import { Presets, SingleBar } from "cli-progress";
import { terminal } from "./terminal.ts";

/** A bar with rate and time left where a person looks; elsewhere nothing but what `terminal.say` says. */
export interface Progress {
  update(done: number, note?: string): void;
  /** Takes the bar away. */
  stop(): void;
}

export function progressBar(title: string, total: number, unit: string): Progress {
  if (!terminal.watched) return { update: () => undefined, stop: () => undefined };
  const bar = new SingleBar(
    {
      format: `${title} {bar} {percentage}% {value}/{total} ${unit} · {rate}/s · {eta_formatted} left{note}`,
      clearOnComplete: true,
      hideCursor: true,
      etaBuffer: 50,
      stream: process.stderr,
    },
    Presets.shades_classic,
  );
  bar.start(total, 0, { rate: "–", note: "" });
  const begun = performance.now();
  return {
    update(done, note) {
      const seconds = (performance.now() - begun) / 1000;
      bar.update(done, {
        rate: (done / Math.max(seconds, 1e-3)).toFixed(1),
        note: note === undefined ? "" : ` · ${note}`,
      });
    },
    stop: () => bar.stop(),
  };
}
