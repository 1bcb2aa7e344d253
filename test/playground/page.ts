import type { Locator, Page } from "playwright-core";
import { fromHash } from "../../editors/playground/page/share.ts";

/** What a person does and sees on the page. */
export const on = (page: Page) => ({
  editor: page.locator(".editor .cm-content"),
  status: page.locator("footer [role=status]"),
  problems: page.locator(".problem"),
  tab: (name: string): Locator => page.getByRole("tab", { name }),
  squiggle: (text: string): Locator => page.locator(".editor .cm-lintRange", { hasText: text }),
  /** Waits until the compiler has answered for the text that is there. */
  checked: () => page.locator("footer [role=status][aria-busy=false]").waitFor(),
  /** The same, and it finds nothing wrong. */
  fine: () => page.locator("footer .good[aria-busy=false]").waitFor(),

  /** The text as the address has it, which follows the editor soon after. */
  text: async (): Promise<string | undefined> => (await fromHash(new URL(page.url()).hash))?.text,

  /** Puts a text in place of what is in the editor, as pasting does. */
  async write(text: string): Promise<void> {
    await page.locator(".editor .cm-content").click();
    await page.keyboard.press("ControlOrMeta+a");
    await page.keyboard.insertText(text);
  },

  /** Puts the cursor behind the first occurrence of a text. */
  async putCursorBehind(text: string): Promise<void> {
    await page.locator(".editor .cm-content").click();
    await page.keyboard.press("ControlOrMeta+f");
    await page.keyboard.type(text);
    await page.keyboard.press("Enter");
    await page.keyboard.press("Escape");
    await page.keyboard.press("ArrowRight");
  },
});

/** Waits until something is true of the page; the page is asked again whenever it has drawn. */
export async function until(what: string, holds: () => Promise<boolean>, page: Page): Promise<void> {
  for (let round = 0; round < 1500; round += 1) {
    if (await holds()) return;
    await page.evaluate(() => new Promise((resolve) => requestAnimationFrame(resolve)));
  }
  throw new Error(`it never came true that ${what}`);
}
