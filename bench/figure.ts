import { axisOver } from "../src/cli/axis.ts";
import { formatSeconds } from "./report.ts";

/** A curve through points; dashed where it is a comparison within the same engine. */
export interface FigureCurve {
  readonly label: string;
  readonly colour: string;
  readonly dashed?: boolean;
  readonly points: readonly { readonly x: number; readonly seconds: number }[];
}

export interface Figure {
  readonly title: string;
  /** What the drawing says, for those who cannot see it. */
  readonly description: string;
  readonly across: string;
  /** Logarithmic: each doubling is as long as the next, both ways. Else both axes begin at 0. */
  readonly logarithmic: boolean;
  readonly curves: readonly FigureCurve[];
}

// Greys and colours of middle lightness on no ground of their own: they are read on white and on black pages alike.
const INK = "#7d8590";
const GRID = "#7d859033";
const [WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM] = [760, 400, 76, 208, 64, 56];
/** Between the heights of two labels. */
const GAP = 20;

const escapeText = (text: string) => text.replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;");
const place = (value: number) => Number(value.toFixed(1));

/** Ticks of an axis: round numbers, or 1, 2 and 5 times powers of ten. */
function ticksOver(values: readonly number[], logarithmic: boolean): number[] {
  if (!logarithmic) return [...axisOver([0, ...values], 5).ticks];
  const [least, most] = [Math.min(...values), Math.max(...values)];
  const steps = Array.from({ length: 40 }, (_, i) => [1, 2, 5][i % 3] * 10 ** (Math.floor(i / 3) - 7));
  const first = steps.findLastIndex((step) => step <= least * 1.0001);
  const last = steps.findIndex((step) => step >= most * 0.9999);
  return steps.slice(Math.max(0, first), last + 1);
}

/** A time without the zeros at its end: ticks are round. */
function tickLabel(seconds: number): string {
  const [number, unit] = formatSeconds(seconds).split(" ");
  return `${Number(number)} ${unit}`;
}

/** Labels at the right, from the top down, each as near to its curve's end as those above it allow. */
function spread(wanted: readonly number[]): number[] {
  const order = wanted.map((y, index) => ({ y, index })).sort((a, b) => a.y - b.y);
  const excess = order.reduce((lowest, { y }) => Math.max(lowest + GAP, y), Number.NEGATIVE_INFINITY) - (HEIGHT - BOTTOM);
  const placed: number[] = [];
  let above = Number.NEGATIVE_INFINITY;
  for (const { y, index } of order) {
    placed[index] = Math.max(y - Math.max(0, excess), above + GAP);
    above = placed[index];
  }
  return placed;
}

/** Times as curves over a number, as an SVG picture; each curve is named at its right end. */
export function figureSvg({ title, description, across, logarithmic, curves }: Figure): string {
  const points = curves.flatMap((curve) => curve.points);
  const xs = [...new Set(points.map(({ x }) => x))].sort((a, b) => a - b);
  const yTicks = ticksOver(
    points.map(({ seconds }) => seconds),
    logarithmic,
  );
  const scale = (value: number) => (logarithmic ? Math.log(value) : value);
  const along = (value: number, from: number, to: number) => (scale(value) - scale(from)) / (scale(to) - scale(from) || 1);
  const x = (value: number) => place(LEFT + along(value, xs[0], xs[xs.length - 1]) * (WIDTH - LEFT - RIGHT));
  const y = (value: number) =>
    place(HEIGHT - BOTTOM - along(value, yTicks[0], yTicks[yTicks.length - 1]) * (HEIGHT - TOP - BOTTOM));
  const text = (content: string, atX: number, atY: number, attributes = "") =>
    `<text x="${place(atX)}" y="${place(atY)}"${attributes && ` ${attributes}`}>${escapeText(content)}</text>`;

  const grid = yTicks.flatMap((tick) => [
    `<line x1="${LEFT}" x2="${WIDTH - RIGHT}" y1="${y(tick)}" y2="${y(tick)}" stroke="${GRID}"/>`,
    text(tick === 0 ? "0" : tickLabel(tick), LEFT - 12, y(tick) + 4.5, 'text-anchor="end"'),
  ]);
  const numbers = xs.map((value) => text(String(value), x(value), HEIGHT - BOTTOM + 24, 'text-anchor="middle"'));
  const heights = spread(curves.map((curve) => y(curve.points[curve.points.length - 1].seconds)));
  const drawn = curves.flatMap(({ label, colour, dashed, points: own }, index) => [
    `<polyline points="${own.map((point) => `${x(point.x)},${y(point.seconds)}`).join(" ")}" fill="none" stroke="${colour}" stroke-width="2.5" stroke-linejoin="round" stroke-linecap="round"${dashed ? ' stroke-dasharray="2 6"' : ""}/>`,
    ...own.map((point) => `<circle cx="${x(point.x)}" cy="${y(point.seconds)}" r="3.5" fill="${colour}"/>`),
    text(label, WIDTH - RIGHT + 14, heights[index] + 4.5, `fill="${colour}"`),
  ]);
  return `${[
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" width="${WIDTH}" height="${HEIGHT}" role="img" font-family="system-ui, -apple-system, 'Segoe UI', Helvetica, Arial, sans-serif" font-size="14" fill="${INK}">`,
    `<title>${escapeText(title)}</title>`,
    `<desc>${escapeText(description)}</desc>`,
    text(title, LEFT, 30, 'font-size="17" font-weight="600"'),
    ...grid,
    ...numbers,
    text(across, place((LEFT + WIDTH - RIGHT) / 2), HEIGHT - 8, 'text-anchor="middle"'),
    ...drawn,
    "</svg>",
  ].join("\n")}\n`;
}
