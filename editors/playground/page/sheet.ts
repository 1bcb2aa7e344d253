import type { EditorView } from "@codemirror/view";
import { button, element } from "./dom.ts";
import { createViewer } from "./editor/index.ts";
import { abawLanguage } from "./editor/language.ts";
import { markdown } from "./markdown.ts";

/** A sheet over the page: the page of a diagnostic, or one of the language's own files. */
export class Sheet {
  readonly element: HTMLDialogElement;
  readonly #title = element("h2", {});
  readonly #content = element("div", { class: "sheet-content" });

  constructor() {
    const close = button("close", { class: "link" }, () => this.element.close());
    this.element = element(
      "dialog",
      { class: "sheet" },
      element("div", { class: "sheet-head" }, this.#title, close),
      this.#content,
    );
    // A click beside the sheet is on the dialog itself.
    this.element.addEventListener("click", ({ target }) => {
      if (target === this.element) this.element.close();
    });
  }

  /** A diagnostic's page; its programs can be tried. */
  async explain(code: string, attempt: (program: string) => void): Promise<void> {
    const { pages } = await import("abaw:pages");
    const text = Object.hasOwn(pages, code) ? pages[code] : undefined;
    // The sheet's own title says the code already.
    const page = element(
      "article",
      { class: "page" },
      ...markdown((text ?? "There is no page about this.").replace(/^# .*/, "")),
    );
    for (const block of page.querySelectorAll("pre")) {
      const program = block.textContent;
      block.after(
        button("try it", { class: "link" }, () => {
          this.element.close();
          attempt(program);
        }),
      );
    }
    this.#open(code, page);
  }

  /** A file; `reveal` puts a part of it in sight. */
  read(file: string, text: string, reveal: (view: EditorView) => void): void {
    const host = element("div", { class: "viewer" });
    const view = createViewer(host, file, text, [abawLanguage()]);
    this.#open(file, host);
    reveal(view);
  }

  #open(title: string, content: HTMLElement): void {
    this.#title.textContent = title;
    this.#content.replaceChildren(content);
    if (!this.element.open) this.element.showModal();
  }
}
