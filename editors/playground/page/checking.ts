import type { CompilerCalls, Spec } from "../protocol.ts";
import type { Asker } from "./ask.ts";
import type { Store } from "./state.ts";

/** A person who types on sees no message of a word that is half written. */
const pause = 120;

/** Checks the spec whenever it changes; an answer of an older text is dropped. */
export function keepChecked(store: Store, compiler: Asker<CompilerCalls>): { readonly again: () => void } {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const check = async () => {
    const { text, profile } = store.state;
    const spec: Spec = { text, profile };
    const outcome = await compiler.ask("check", spec);
    if (store.state.text !== text || store.state.profile !== profile || outcome.kind === "superseded") return;
    if (outcome.kind === "done") store.change({ activity: { kind: "idle" }, checked: { spec, found: outcome.value } });
    else store.change({ activity: outcome });
  };
  store.listen((state, before) => {
    if (state.text === before.text && state.profile === before.profile) return;
    clearTimeout(timer);
    store.change({ activity: { kind: "checking" } });
    timer = setTimeout(check, pause);
  });
  void check();
  return {
    again: () => {
      store.change({ activity: { kind: "checking" } });
      void check();
    },
  };
}
