import { exp, log } from "../tensor/arithmetic.ts";
import { linearTicks, logTicks } from "./ticks.ts";

/** A point of a drawing. */
export interface ScatterPoint {
  readonly x: number;
  readonly y: number;
  /** Half the length of its error bar. */
  readonly half?: number | undefined;
  /** `open`: a ring, fainter; `best`: drawn last, in a colour of its own. */
  readonly look: "full" | "open" | "best";
  readonly label: string;
}

/** What a scatter shows. */
export interface Scatter {
  readonly title: string;
  readonly across: string;
  readonly up: string;
  readonly points: readonly ScatterPoint[];
  /** The ends of the axis across. */
  readonly from: number;
  readonly to: number;
  /** Whether x is drawn by its logarithm. */
  readonly log?: boolean;
  /** Whether a local mean with its 95% band is drawn. */
  readonly band?: boolean;
}

const [WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM] = [460, 310, 56, 20, 42, 46];
/** About how many ticks an axis has. */
const TICKS = 5;
/** Width of the local mean's kernel, as a share of the drawing. */
const KERNEL = 0.1;
/** What lies above this share of the points is drawn at the upper edge. */
const UPPER = 0.9;

export const escapeHtml = (text: string) =>
  text.replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;").replace(/"/g, "&quot;");

const place = (value: number) => value.toFixed(1);

/** Points as an SVG picture in the colours of the page around it; points have their labels as tooltips. */
export function scatterSvg({ title, across, up, points, from, to, log: isLog = false, band = false }: Scatter): string {
  const at = isLog ? log : (x: number) => x;
  const [left, right] = from < to ? [at(from), at(to)] : widened(at(from), at(to));
  const ys = points.map(({ y }) => y).sort((a, b) => a - b);
  const [low, high] = widened(ys[0], ys[Math.min(ys.length - 1, Math.ceil(UPPER * ys.length))]);
  const x = (value: number) => LEFT + ((at(value) - left) / (right - left)) * (WIDTH - LEFT - RIGHT);
  const y = (value: number) => TOP + ((high - Math.min(high, Math.max(low, value))) / (high - low)) * (HEIGHT - TOP - BOTTOM);
  const foot = HEIGHT - BOTTOM;
  const grid = linearTicks(low, high, TICKS).map(({ value, text }) => {
    const label = `<text x="${LEFT - 8}" y="${place(y(value) + 4)}" text-anchor="end">${text}</text>`;
    return `<line class="grid" x1="${LEFT}" x2="${WIDTH - RIGHT}" y1="${place(y(value))}" y2="${place(y(value))}"/>${label}`;
  });
  const [first, last] = isLog ? [exp(left), exp(right)] : [left, right];
  const marks = (isLog ? logTicks : linearTicks)(first, last, TICKS).map(({ value, text }) => {
    const tick = `<line class="axis" x1="${place(x(value))}" x2="${place(x(value))}" y1="${foot}" y2="${foot + 5}"/>`;
    return `${tick}<text x="${place(x(value))}" y="${foot + 19}" text-anchor="middle">${text}</text>`;
  });
  const drawn = [...points].sort((a, b) => Number(a.look === "best") - Number(b.look === "best"));
  return [
    `<svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${escapeHtml(`${title}: ${up} against ${across}`)}">`,
    `<text class="title" x="0" y="15">${escapeHtml(title)}</text>`,
    `<text x="0" y="32">${escapeHtml(up)}</text>`,
    ...grid,
    `<line class="axis" x1="${LEFT}" x2="${WIDTH - RIGHT}" y1="${foot}" y2="${foot}"/>`,
    ...marks,
    `<text x="${(LEFT + WIDTH - RIGHT) / 2}" y="${HEIGHT - 6}" text-anchor="middle">${escapeHtml(across)}</text>`,
    ...(band ? [bandPath(points, { at, left, right, x, y, isLog })] : []),
    ...drawn.map((point) => pointMark(point, { x, y, high })),
    "</svg>",
  ].join("\n");
}

/** A ring or a disc with its error bar; a small one where the value lies above the drawing. */
function pointMark(
  { x: across, y: up, half = 0, look, label }: ScatterPoint,
  { x, y, high }: { x: (value: number) => number; y: (value: number) => number; high: number },
) {
  const [cx, cy] = [place(x(across)), place(y(up))];
  const bar =
    half > 0 && look !== "open"
      ? `<line class="${look}" x1="${cx}" x2="${cx}" y1="${place(y(up - half))}" y2="${place(y(up + half))}"/>`
      : "";
  const above = up > high;
  const circle = `<circle class="${look}${above ? " above" : ""}" cx="${cx}" cy="${cy}" r="${look === "best" ? 5.5 : above ? 2.4 : 3.4}">`;
  return `${bar}${circle}<title>${escapeHtml(label)}</title></circle>`;
}

function widened(low: number, high: number): [number, number] {
  const margin = 0.04 * (high - low) || Math.abs(high) / 10 || 1;
  return [low - margin, high + margin];
}

interface Frame {
  readonly at: (value: number) => number;
  readonly left: number;
  readonly right: number;
  readonly x: (value: number) => number;
  readonly y: (value: number) => number;
  readonly isLog: boolean;
}

/**
 * Local mean of the points (Nadaraya 1964, Watson 1964) and where it lies with 95%, by the variance about it and the effective
 * number of points, (sum w)^2 / sum w^2.
 */
function bandPath(points: readonly ScatterPoint[], { at, left, right, x, y, isLog }: Frame): string {
  const steps = Array.from({ length: 41 }, (_, step) => left + (step / 40) * (right - left));
  const local = steps.flatMap((centre) => {
    const weights = points.map((point) => exp(-0.5 * ((at(point.x) - centre) / (KERNEL * (right - left))) ** 2));
    const [sum, squares] = [weights.reduce((a, b) => a + b, 0), weights.reduce((a, b) => a + b * b, 0)];
    const effective = (sum * sum) / squares;
    if (!(effective >= 2)) return [];
    const mean = points.reduce((total, point, i) => total + weights[i] * point.y, 0) / sum;
    const variance = points.reduce((total, point, i) => total + weights[i] * (point.y - mean) ** 2, 0) / sum;
    return [{ across: x(isLog ? exp(centre) : centre), mean, half: 1.96 * Math.sqrt(variance / (effective - 1)) }];
  });
  if (local.length < 2) return "";
  const line = (up: (one: (typeof local)[number]) => number, list = local) =>
    list.map((one) => `${place(one.across)},${place(y(up(one)))}`).join(" L");
  const upper = line(({ mean, half }) => mean + half);
  const lower = line(({ mean, half }) => mean - half, [...local].reverse());
  return `<path class="band" d="M${upper} L${lower} Z"/><path class="mean" d="M${line(({ mean }) => mean)}"/>`;
}
