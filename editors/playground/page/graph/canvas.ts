import { select } from "d3-selection";
import { type ZoomBehavior, zoom, zoomIdentity, zoomTransform } from "d3-zoom";
import { element } from "../dom.ts";
import { svgFrom } from "./svg.ts";

const svgSpace = "http://www.w3.org/2000/svg";
const scales = { least: 0.02, most: 4 } as const;
/** Room around a drawing, in pixels; one that is small is not blown up beyond `most`, and at `legible` its text can still be read. */
const fitting = { margin: 24, most: 1.25, legible: 0.6 } as const;

/** A surface on which a laid-out drawing is dragged and zoomed, by pointer, wheel, pinch or the methods. */
export class Canvas {
  readonly element: HTMLElement;
  readonly #surface = document.createElementNS(svgSpace, "svg");
  readonly #content = document.createElementNS(svgSpace, "g");
  readonly #zoom: ZoomBehavior<SVGSVGElement, unknown>;
  #size = { width: 1, height: 1 };

  constructor(label: string) {
    this.#surface.setAttribute("role", "group");
    this.#surface.setAttribute("aria-label", label);
    this.#surface.append(this.#content);
    this.element = element("div", { class: "canvas" }, this.#surface);
    this.#zoom = zoom<SVGSVGElement, unknown>()
      .scaleExtent([scales.least, scales.most])
      .on("zoom", ({ transform }) => this.#content.setAttribute("transform", String(transform)));
    // A double click opens and closes groups.
    select(this.#surface).call(this.#zoom).on("dblclick.zoom", null);
  }

  get content(): SVGGElement {
    return this.#content;
  }

  /** Puts a drawing in place of the one that is there. */
  show(svg: string): void {
    const drawn = svgFrom(svg);
    const [, , width = 1, height = 1] = (drawn.getAttribute("viewBox") ?? "").split(/\s+/).map(Number);
    this.#size = { width, height };
    drawn.setAttribute("width", String(width));
    drawn.setAttribute("height", String(height));
    this.#content.replaceChildren(drawn);
  }

  /** Shows the whole drawing. */
  fit(): void {
    this.#place(scales.least);
  }

  /** Shows the whole drawing, or the beginning of one whose text could not be read then. */
  begin(): void {
    this.#place(fitting.legible);
  }

  #place(leastScale: number): void {
    const { clientWidth, clientHeight } = this.element;
    const { width, height } = this.#size;
    const { margin, most } = fitting;
    const fits = Math.min(most, (clientWidth - 2 * margin) / width, (clientHeight - 2 * margin) / height);
    if (fits <= 0) return;
    const scale = Math.max(leastScale, fits);
    const x = Math.max(margin, (clientWidth - width * scale) / 2);
    const y = Math.max(margin, (clientHeight - height * scale) / 2);
    select(this.#surface).call(this.#zoom.transform, zoomIdentity.translate(x, y).scale(scale));
  }

  scaleBy(factor: number): void {
    select(this.#surface).call(this.#zoom.scaleBy, factor);
  }

  /** Where the middle of a part of the drawing is on the surface, in pixels. */
  middleOf(id: string): { readonly x: number; readonly y: number } | undefined {
    const part = this.#content.querySelector(`[id="${id}"]`)?.getBoundingClientRect();
    const whole = this.element.getBoundingClientRect();
    if (part === undefined) return undefined;
    return { x: part.left - whole.left + part.width / 2, y: part.top - whole.top + part.height / 2 };
  }

  moveBy(x: number, y: number): void {
    const { k } = zoomTransform(this.#surface);
    select(this.#surface).call(this.#zoom.translateBy, x / k, y / k);
  }
}
