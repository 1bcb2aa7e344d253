import { element } from "./dom.ts";
import { type Tab, tabs } from "./share.ts";
import type { State, Store } from "./state.ts";
import type { TabView } from "./tabs/tab.ts";

const titles: Readonly<Record<Tab, string>> = {
  problems: "Problems",
  graph: "Graph",
  resolved: "Resolved",
  onnx: "ONNX",
};

/** The tabs beside the editor; only the one in sight is kept up to date. */
export function panel(store: Store, views: Readonly<Record<Tab, TabView>>, tools: HTMLElement): HTMLElement {
  const badge = element("span", { class: "badge", hidden: true });
  const handles = tabs.map((tab) => {
    const handle = element(
      "button",
      { type: "button", role: "tab", id: `tab-${tab}`, "aria-controls": `panel-${tab}` },
      titles[tab],
    );
    if (tab === "problems") handle.append(badge);
    handle.addEventListener("click", () => store.change({ tab }));
    return handle;
  });
  const list = element("div", { class: "tabs", role: "tablist", "aria-label": "what is made of the spec" }, ...handles);
  list.addEventListener("keydown", (event) => {
    const step = event.key === "ArrowRight" ? 1 : event.key === "ArrowLeft" ? -1 : 0;
    const tab = tabs[(tabs.indexOf(store.state.tab) + step + tabs.length) % tabs.length];
    if (step === 0 || tab === undefined) return;
    event.preventDefault();
    store.change({ tab });
    handles[tabs.indexOf(tab)]?.focus();
  });
  const panels = tabs.map((tab) =>
    element(
      "div",
      { class: "tab-panel", role: "tabpanel", id: `panel-${tab}`, "aria-labelledby": `tab-${tab}` },
      views[tab].element,
    ),
  );

  const show = (state: State) => {
    tabs.forEach((tab, i) => {
      const chosen = tab === state.tab;
      handles[i]?.setAttribute("aria-selected", String(chosen));
      handles[i]?.setAttribute("tabindex", chosen ? "0" : "-1");
      panels[i]?.toggleAttribute("hidden", !chosen);
    });
    showCounts(badge, state);
    views[state.tab].show(state);
  };
  store.listen(show);
  show(store.state);
  return element(
    "section",
    { class: "panel", "aria-label": "results" },
    element("div", { class: "panel-head" }, list, tools),
    ...panels,
  );
}

function showCounts(badge: HTMLElement, { checked }: State): void {
  const problems = checked?.found.problems ?? [];
  const errors = problems.filter(({ severity }) => severity === "error").length;
  const warnings = problems.filter(({ severity }) => severity === "warning").length;
  badge.hidden = errors + warnings === 0;
  badge.className = `badge ${errors > 0 ? "error" : "warning"}`;
  badge.textContent = String(errors > 0 ? errors : warnings);
  badge.title = `${errors} errors, ${warnings} warnings`;
}
