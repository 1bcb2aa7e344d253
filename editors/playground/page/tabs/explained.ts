import { element } from "../dom.ts";
import { withCode } from "../problem.ts";

/** The place where a tab says why it has nothing to show. */
export function explained(): { readonly element: HTMLElement; readonly say: (reason: string | undefined) => void } {
  const place = element("div", { class: "reason", role: "status", hidden: true });
  return {
    element: place,
    say(reason) {
      place.hidden = reason === undefined;
      place.replaceChildren(...(reason ?? "").split("\n").map((line) => element("p", {}, ...withCode(line))));
    },
  };
}
