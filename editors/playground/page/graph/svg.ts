/** What Graphviz writes; anything else in the text of an SVG is left out, for labels come from specs, and those from anywhere. */
const elements: ReadonlySet<string> = new Set(["svg", "g", "a", "path", "polygon", "polyline", "ellipse", "text"]);
const attributes: ReadonlySet<string> = new Set([
  ...["id", "class", "viewBox", "transform", "d", "points", "x", "y", "cx", "cy", "rx", "ry", "fill", "stroke"],
  ...["stroke-width", "stroke-dasharray", "text-anchor", "font-family", "font-size", "font-weight"],
]);

const svgSpace = "http://www.w3.org/2000/svg";
const linkSpace = "http://www.w3.org/1999/xlink";

/** The elements of a drawing that Graphviz laid out, made anew; the tips of its boxes are titles, which browsers show. */
export function svgFrom(text: string): SVGSVGElement {
  const parsed = new DOMParser().parseFromString(text, "image/svg+xml").documentElement;
  const made = copyOf(parsed);
  if (!(made instanceof SVGSVGElement)) throw new Error("the layout is no drawing");
  return made;
}

function copyOf(from: Element): Element {
  // An `a` holds a tip and nothing to go to.
  const made = document.createElementNS(svgSpace, from.localName === "a" ? "g" : from.localName);
  for (const { name, value } of from.attributes) if (attributes.has(name)) made.setAttribute(name, value);
  const tip = from.localName === "a" ? from.getAttributeNS(linkSpace, "title") : null;
  if (tip !== null) made.append(titleOf(tip));
  if (from.localName === "text") made.textContent = from.textContent;
  else made.append(...[...from.children].filter(({ localName }) => elements.has(localName)).map(copyOf));
  return made;
}

function titleOf(tip: string): SVGTitleElement {
  const title = document.createElementNS(svgSpace, "title");
  title.textContent = tip;
  return title;
}
