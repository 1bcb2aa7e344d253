/** Graphviz in a worker of its own: a large graph takes seconds, and must hold up neither the page nor the compiler. */
import { instance } from "@viz-js/viz";
import type { LayoutCalls } from "../protocol.ts";
import { serve } from "./serve.ts";

const graphviz = instance();

serve<LayoutCalls>({
  layOut: async ({ dot }) => (await graphviz).renderString(dot, { format: "svg" }),
});
