import { element } from "./dom.ts";

/**
 * A list of any length of rows of one height, of which only those in sight are in the page. Rows are chosen by click or, with the list
 * focused, by arrow keys.
 */
export class Rows<T> {
  readonly element: HTMLElement;
  readonly #height: number;
  readonly #draw: (item: T) => readonly HTMLElement[];
  readonly #choose: (item: T | undefined) => void;
  readonly #body = element("div", { class: "rows-body", role: "none" });
  #items: readonly T[] = [];
  #chosen: number | undefined;

  /** @param height of a row in pixels. */
  constructor(
    label: string,
    height: number,
    draw: (item: T) => readonly HTMLElement[],
    choose: (item: T | undefined) => void,
  ) {
    this.#height = height;
    this.#draw = draw;
    this.#choose = choose;
    this.element = element("div", { class: "rows", role: "listbox", tabindex: 0, "aria-label": label }, this.#body);
    this.element.addEventListener("scroll", () => this.#fill());
    new ResizeObserver(() => this.#fill()).observe(this.element);
    this.#body.addEventListener("click", (event) => {
      const row = event.target instanceof Element ? event.target.closest("[data-index]") : null;
      if (row !== null) this.#mark(Number(row.getAttribute("data-index")));
    });
    this.element.addEventListener("keydown", (event) => {
      const moved = this.#moved(event.key);
      if (moved === undefined || this.#items.length === 0) return;
      event.preventDefault();
      this.#mark(Math.min(this.#items.length - 1, Math.max(0, moved)));
    });
  }

  show(items: readonly T[]): void {
    this.#items = items;
    this.#chosen = undefined;
    this.#choose(undefined);
    this.#body.style.height = `${items.length * this.#height}px`;
    this.element.scrollTop = 0;
    this.#fill();
  }

  #moved(key: string): number | undefined {
    const from = this.#chosen ?? -1;
    const page = Math.max(1, Math.floor(this.element.clientHeight / this.#height) - 1);
    const steps: Readonly<Record<string, number>> = { ArrowDown: 1, ArrowUp: -1, PageDown: page, PageUp: -page };
    const step = steps[key];
    if (step !== undefined) return from + step;
    return key === "Home" ? 0 : key === "End" ? this.#items.length - 1 : undefined;
  }

  #mark(index: number): void {
    this.#chosen = index;
    const { scrollTop, clientHeight } = this.element;
    const top = index * this.#height;
    if (top < scrollTop) this.element.scrollTop = top;
    else if (top + this.#height > scrollTop + clientHeight) this.element.scrollTop = top + this.#height - clientHeight;
    this.#fill();
    this.#choose(this.#items[index]);
  }

  #fill(): void {
    const { scrollTop, clientHeight } = this.element;
    const beyond = 8;
    const first = Math.max(0, Math.floor(scrollTop / this.#height) - beyond);
    const last = Math.min(this.#items.length, Math.ceil((scrollTop + clientHeight) / this.#height) + beyond);
    this.#body.replaceChildren(...this.#items.slice(first, last).map((item, i) => this.#row(item, first + i)));
  }

  #row(item: T, index: number): HTMLElement {
    const made = element(
      "div",
      {
        class: "row",
        role: "option",
        id: `row-${index}`,
        "data-index": index,
        "aria-posinset": index + 1,
        "aria-setsize": this.#items.length,
        "aria-selected": index === this.#chosen ? "true" : "false",
      },
      ...this.#draw(item),
    );
    if (index === this.#chosen) this.element.setAttribute("aria-activedescendant", made.id);
    made.style.top = `${index * this.#height}px`;
    return made;
  }
}
