import { element } from "./dom.ts";

const least = 15;
const most = 85;

/** The bar between the two halves: dragged, or moved by arrow keys; side by side on a wide screen, one above the other on a narrow one. */
export function splitter(halves: HTMLElement): HTMLElement {
  const bar = element("div", {
    class: "splitter",
    role: "separator",
    tabindex: 0,
    "aria-label": "size of the editor",
    "aria-valuemin": least,
    "aria-valuemax": most,
  });
  let share = 50;
  const set = (wanted: number) => {
    share = Math.min(most, Math.max(least, wanted));
    halves.style.setProperty("--share", `${share}%`);
    bar.setAttribute("aria-valuenow", String(Math.round(share)));
    bar.setAttribute("aria-orientation", upright() ? "horizontal" : "vertical");
  };
  const upright = () => getComputedStyle(halves).flexDirection === "column";
  bar.addEventListener("pointerdown", (event) => {
    bar.setPointerCapture(event.pointerId);
    event.preventDefault();
  });
  bar.addEventListener("pointermove", (event) => {
    if (!bar.hasPointerCapture(event.pointerId)) return;
    const { left, top, width, height } = halves.getBoundingClientRect();
    set(upright() ? ((event.clientY - top) / height) * 100 : ((event.clientX - left) / width) * 100);
  });
  bar.addEventListener("dblclick", () => set(50));
  bar.addEventListener("keydown", ({ key }) => {
    if (key === "ArrowLeft" || key === "ArrowUp") set(share - 5);
    else if (key === "ArrowRight" || key === "ArrowDown") set(share + 5);
  });
  set(share);
  return bar;
}
