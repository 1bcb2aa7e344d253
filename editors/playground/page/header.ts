import { button, chooser, element, offer } from "./dom.ts";
import { type Example, exampleOf } from "./examples.ts";
import type { Store } from "./state.ts";

export interface HeaderActs {
  readonly load: (example: Example) => void;
  readonly format: () => void;
  readonly share: () => Promise<string>;
}

/** The top of the page: which example, which profile, formatting and sharing. */
export function header(store: Store, examples: readonly Example[], acts: HeaderActs): HTMLElement {
  const example = chooser("example", (value) => {
    const chosen = examples.find(({ name }) => name === value);
    if (chosen !== undefined) acts.load(chosen);
  });
  const profile = chooser("profile", (value) => store.change({ profile: value === "" ? undefined : value }));
  const profileBox = element("label", { class: "labelled" }, element("span", {}, "profile"), profile);
  const share = button("Share", { class: "primary", title: "copy a link to this spec" }, async () => {
    const said = await acts.share();
    share.textContent = said;
    setTimeout(() => {
      share.textContent = "Share";
    }, 2000);
  });
  let offered = "";
  const show = () => {
    const { text, profile: chosen, checked } = store.state;
    const shown = exampleOf(text, examples)?.name ?? "";
    const profiles = checked?.found.profiles ?? [];
    const key = JSON.stringify([shown, profiles, chosen]);
    if (key === offered) return;
    offered = key;
    offer(
      example,
      [
        ...(shown === "" ? [{ value: "", label: "your own text" }] : []),
        ...examples.map(({ name, title }) => ({ value: name, label: `${name} – ${title}`, group: "examples" })),
      ],
      shown,
    );
    profileBox.hidden = profiles.length === 0 && chosen === undefined;
    const absent =
      chosen !== undefined && !profiles.includes(chosen) ? [{ value: chosen, label: `${chosen} (absent)` }] : [];
    offer(
      profile,
      [{ value: "", label: "none" }, ...profiles.map((name) => ({ value: name, label: name })), ...absent],
      chosen ?? "",
    );
  };
  store.listen(show);
  show();
  return element(
    "header",
    {},
    element(
      "h1",
      {},
      element("img", { src: "icon.svg", alt: "", width: 22, height: 22 }),
      element("span", {}, "abaw"),
      " playground",
    ),
    element("label", { class: "labelled example" }, element("span", {}, "example"), example),
    profileBox,
    element("span", { class: "space" }),
    button("Format", { title: "write it in the one style (Ctrl-S)" }, acts.format),
    share,
  );
}
