// A chart of errors over one setting, as SVG: what was measured as curves with error bars, what the paper has as diamonds.

export interface Point {
  readonly x: number;
  readonly y: number;
  /** Half the length of the error bar; left out: none. */
  readonly spread?: number;
}

export interface Series {
  readonly label: string;
  readonly colour: string;
  readonly points: readonly Point[];
  /** `"curve"` (default): points joined; `"dots"`: points alone; `"published"`: diamonds of the paper's numbers; `"level"`: a dashed line at one height. */
  readonly as?: "curve" | "dots" | "published" | "level";
}

export interface Chart {
  readonly title: string;
  /** What the drawing says, for those who cannot see it, and under the title for those who can. */
  readonly description: string;
  readonly across: string;
  readonly up: string;
  /** Whether a doubling is as long as the next, from left to right. */
  readonly logarithmic?: boolean;
  readonly xTicks: readonly { readonly at: number; readonly text: string }[];
  /** Heights of the lines across, the lowest and the highest first and last. */
  readonly yTicks: readonly number[];
  readonly series: readonly Series[];
}

// Greys and colours of middle lightness on no ground of their own: they are read on white and on black pages alike.
const INK = "#7d8590";
const GRID = "#7d859033";
export const BLUE = "#3b82c4";
export const ORANGE = "#d9822b";
export const PUBLISHED = "#8b6fc0";
const [WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM] = [760, 420, 64, 196, 86, 58];
/** Between the heights of two labels. */
const GAP = 20;

const escapeText = (text: string) => text.replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;");
const place = (value: number) => Number(value.toFixed(1));

/**
 * Labels at the right from the top down, each as near to the height it wants as those above it allow; all of them higher where the
 * last would stand under `bottom`.
 */
function spreadOut(wanted: readonly number[], bottom: number): number[] {
  const placed: number[] = [];
  let above = Number.NEGATIVE_INFINITY;
  for (const { y, index } of wanted.map((y, index) => ({ y, index })).sort((a, b) => a.y - b.y)) {
    placed[index] = Math.max(y, above + GAP);
    above = placed[index];
  }
  const excess = Math.max(0, above - bottom);
  return placed.map((height) => height - excess);
}

/** The chart as the text of an SVG file. */
export function chartSvg({ title, description, across, up, logarithmic = false, xTicks, yTicks, series }: Chart): string {
  const scale = (value: number) => (logarithmic ? Math.log(value) : value);
  const [from, to] = [scale(xTicks[0].at), scale(xTicks[xTicks.length - 1].at)];
  const [low, high] = [yTicks[0], yTicks[yTicks.length - 1]];
  const x = (value: number) => place(LEFT + ((scale(value) - from) / (to - from)) * (WIDTH - LEFT - RIGHT));
  const y = (value: number) => place(TOP + ((high - value) / (high - low)) * (HEIGHT - TOP - BOTTOM));
  const text = (content: string, atX: number, atY: number, attributes = "") =>
    `<text x="${place(atX)}" y="${place(atY)}"${attributes && ` ${attributes}`}>${escapeText(content)}</text>`;
  const heights = spreadOut(
    series.map(({ points }) => y(points[points.length - 1].y)),
    y(low),
  );

  const draw = ({ label, colour, points, as = "curve" }: Series, index: number): string[] => {
    const named = text(label, WIDTH - RIGHT + 16, heights[index] + 4.5, `fill="${colour}"`);
    if (as === "level") {
      const height = y(points[0].y);
      const line = `<line x1="${LEFT}" x2="${WIDTH - RIGHT}" y1="${height}" y2="${height}" stroke="${colour}" stroke-width="2" stroke-dasharray="2 6" stroke-linecap="round"/>`;
      return [line, named];
    }
    if (as === "published") {
      const diamonds = points.map(
        (point) =>
          `<path d="M${x(point.x)} ${place(y(point.y) - 7)}l6 7l-6 7l-6 -7z" fill="none" stroke="${colour}" stroke-width="2"/>`,
      );
      return [...diamonds, named];
    }
    const dots = points.map(
      (point) => `<circle cx="${x(point.x)}" cy="${y(point.y)}" r="${as === "dots" ? 2.5 : 3.5}" fill="${colour}"/>`,
    );
    if (as === "dots") return [...dots, named];
    const bars = points.flatMap(({ x: at, y: value, spread }) =>
      spread === undefined
        ? []
        : [
            `<line x1="${x(at)}" x2="${x(at)}" y1="${y(value - spread)}" y2="${y(value + spread)}" stroke="${colour}" stroke-width="1.5" opacity="0.7"/>`,
          ],
    );
    return [
      ...bars,
      `<polyline points="${points.map((point) => `${x(point.x)},${y(point.y)}`).join(" ")}" fill="none" stroke="${colour}" stroke-width="2.5" stroke-linejoin="round" stroke-linecap="round"/>`,
      ...dots,
      named,
    ];
  };

  return `${[
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" width="${WIDTH}" height="${HEIGHT}" role="img" font-family="system-ui, -apple-system, 'Segoe UI', Helvetica, Arial, sans-serif" font-size="14" fill="${INK}">`,
    `<title>${escapeText(title)}</title>`,
    `<desc>${escapeText(description)}</desc>`,
    text(title, LEFT, 28, 'font-size="17" font-weight="600"'),
    text(description, LEFT, 51, 'font-size="12.5"'),
    ...yTicks.flatMap((tick) => [
      `<line x1="${LEFT}" x2="${WIDTH - RIGHT}" y1="${y(tick)}" y2="${y(tick)}" stroke="${GRID}"/>`,
      text(`${tick}%`, LEFT - 12, y(tick) + 4.5, 'text-anchor="end"'),
    ]),
    text(up, LEFT, TOP - 14, 'font-size="12"'),
    ...xTicks.map((tick) => text(tick.text, x(tick.at), HEIGHT - BOTTOM + 24, 'text-anchor="middle"')),
    text(across, (LEFT + WIDTH - RIGHT) / 2, HEIGHT - 8, 'text-anchor="middle"'),
    ...series.flatMap(draw),
    "</svg>",
  ].join("\n")}\n`;
}

/** Round heights for lines across, from 0 to above the highest value. */
export function ticksUpTo(highest: number): number[] {
  const step = [0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50].find((candidate) => highest / candidate <= 6) ?? 100;
  return Array.from({ length: Math.ceil(highest / step) + 1 }, (_, i) => Number((i * step).toFixed(1)));
}
