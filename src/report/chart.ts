import { type PlotOptions, plot } from "@observablehq/plot";
import { Html, html } from "./html.ts";
import { SvgDocument } from "./svg-document.ts";

/** Width of a chart in its own units: on a phone's screen they are a little less than pixels, so that its text can be read there. */
export const WIDTH = 360;

/** Colours by what they stand for, as the page's sheet has them in light and dark. */
export const COLOURS = {
  training: "var(--training)",
  held: "var(--held)",
  mark: "var(--mark)",
  faint: "var(--faint)",
} as const;

/** What a chart is besides what is drawn in it. */
export interface ChartOptions extends PlotOptions {
  /** What the drawing says, for those who cannot see it. */
  readonly description: string;
}

/** A chart as markup: an image with a description, whose lines and letters take the page's colours. */
export function chart({ description, ...options }: ChartOptions): Html {
  const drawn = plot({
    width: WIDTH,
    height: 230,
    marginLeft: 48,
    marginRight: 14,
    marginTop: 22,
    marginBottom: 40,
    className: "plot",
    // Plot asks a document for elements alone, and this one has them.
    document: new SvgDocument() as unknown as Document,
    ...options,
    y: { tickSize: 0, ...options.y },
  });
  return html`<div class="chart" role="img" aria-label="${description}">${new Html(String(drawn))}</div>`;
}

/** The axis of so many epochs, with ticks at whole ones alone. */
export const epochAxis = (last: number) => ({
  label: "epoch",
  domain: [1, Math.max(2, last)],
  ticks: Math.min(6, Math.max(1, last - 1)),
  tickFormat: String,
});

/** A key of colours, in words beside strokes of them. */
export function legend(entries: readonly (readonly [name: string, kind: "training" | "held" | "mark"])[]): Html {
  return html`<p class="legend">${entries.map(([name, kind]) => html`<span class="key ${kind}">${name}</span> `)}</p>`;
}
