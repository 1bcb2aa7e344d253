import { button, element } from "./dom.ts";
import type { Store } from "./state.ts";

/** Something said once, at the top. */
export function noticeBar(store: Store): HTMLElement {
  const said = element("span", {});
  const bar = element(
    "div",
    { class: "notice", role: "alert" },
    said,
    button("close", { class: "link" }, () => store.change({ notice: undefined })),
  );
  const show = () => {
    bar.hidden = store.state.notice === undefined;
    said.textContent = store.state.notice ?? "";
  };
  store.listen(show);
  show();
  return bar;
}
