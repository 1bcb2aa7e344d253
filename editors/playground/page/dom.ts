type Child = Node | string | undefined;
type Attributes = Readonly<Record<string, string | number | boolean | undefined>>;

/** An element with its attributes (true is an empty one; false and undefined are none) and children. */
export function element<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Attributes = {},
  ...children: readonly Child[]
): HTMLElementTagNameMap[K] {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== undefined && value !== false) made.setAttribute(name, value === true ? "" : String(value));
  }
  made.append(...children.filter((child) => child !== undefined));
  return made;
}

/** A button that does something. */
export function button(
  label: string | readonly (Node | string)[],
  attributes: Attributes,
  act: () => void,
): HTMLButtonElement {
  const made = element("button", { type: "button", ...attributes }, ...(typeof label === "string" ? [label] : label));
  made.addEventListener("click", act);
  return made;
}

/** A select with a label that only screen readers see. */
export function chooser(label: string, choose: (value: string) => void): HTMLSelectElement {
  const made = element("select", { "aria-label": label, title: label });
  made.addEventListener("change", () => choose(made.value));
  return made;
}

export interface Choice {
  readonly value: string;
  readonly label: string;
  readonly group?: string;
}

/** Puts choices into a select, under their groups, and chooses one. */
export function offer(select: HTMLSelectElement, choices: readonly Choice[], chosen: string): void {
  const groups = [...new Set(choices.map(({ group }) => group))];
  select.replaceChildren(
    ...groups.flatMap((group): Node[] => {
      const options = choices
        .filter((choice) => choice.group === group)
        .map(({ value, label }) => element("option", { value }, label));
      return group === undefined ? options : [element("optgroup", { label: group }, ...options)];
    }),
  );
  select.value = chosen;
}

/** A number with its noun. */
export function counted(count: number, one: string): string {
  return `${count.toLocaleString("en")} ${one}${count === 1 ? "" : "s"}`;
}
