import { axisOver, wholeTicks } from "./axis.ts";

/** A curve of one number per epoch. */
export interface SvgCurve {
  readonly label: string;
  readonly values: readonly number[];
  readonly colour: string;
}

export interface SvgOptions {
  readonly title: string;
  /** What the drawing says, for those who cannot see it. */
  readonly description: string;
  readonly curves: readonly SvgCurve[];
  readonly across: string;
  /** How values are written, at the axis and at the curves' ends. */
  readonly format: (value: number, digits: number) => string;
}

// Greys and colours of middle lightness on no ground of their own: they are read on white and on black pages alike.
const INK = "#7d8590";
const GRID = "#7d859033";

const WIDTH = 760;
const HEIGHT = 400;
const LEFT = 64;
const RIGHT = 164;
const TOP = 64;
const BOTTOM = 52;

const escapeText = (text: string) => text.replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;");
const place = (value: number) => Number(value.toFixed(1));

/** Heights of labels, each as near to its wanted one as can be with `gap` between two and none below `lowest`. */
function apart(wanted: readonly number[], gap: number, lowest: number): number[] {
  const order = wanted.map((y, index) => ({ y, index })).sort((a, b) => a.y - b.y);
  for (let i = 1; i < order.length; i++) {
    const overlap = order[i - 1].y + gap - order[i].y;
    if (overlap <= 0) continue;
    order[i - 1].y -= overlap / 2;
    order[i].y += overlap / 2;
  }
  const placed: number[] = [];
  let most = lowest;
  for (const { y, index } of order.reverse()) {
    placed[index] = Math.min(y, most);
    most = placed[index] - gap;
  }
  return placed;
}

/** Two or a few curves as an SVG picture, each named at its end with its last value. */
export function curveSvg({ title, description, curves, across, format }: SvgOptions): string {
  const axis = axisOver(
    curves.flatMap(({ values }) => values),
    5,
  );
  const epochs = Math.max(...curves.map(({ values }) => values.length));
  const x = (epoch: number) => place(LEFT + (epochs === 1 ? 0 : ((epoch - 1) / (epochs - 1)) * (WIDTH - LEFT - RIGHT)));
  const y = (value: number) => place(TOP + ((axis.to - value) / (axis.to - axis.from)) * (HEIGHT - TOP - BOTTOM));
  const text = (content: string, [atX, atY]: readonly [number, number], attributes = "") =>
    `<text x="${atX}" y="${place(atY)}"${attributes && ` ${attributes}`}>${escapeText(content)}</text>`;

  const grid = axis.ticks.flatMap((tick) => [
    `<line x1="${LEFT}" x2="${WIDTH - RIGHT}" y1="${y(tick)}" y2="${y(tick)}" stroke="${GRID}"/>`,
    text(format(tick, axis.digits), [LEFT - 12, y(tick) + 4.5], 'text-anchor="end"'),
  ]);
  const numbers = wholeTicks(epochs, 12).map((tick) =>
    text(String(tick), [x(tick), HEIGHT - BOTTOM + 24], 'text-anchor="middle"'),
  );
  const unit = text(across, [WIDTH - RIGHT + 16, HEIGHT - BOTTOM + 24]);

  const labelled = apart(
    curves.map(({ values }) => y(values[values.length - 1])),
    44,
    HEIGHT - BOTTOM - 18,
  );
  const drawn = curves.flatMap(({ label, values, colour }, index) => {
    const last = values[values.length - 1];
    const points = values.map((value, epoch) => `${x(epoch + 1)},${y(value)}`).join(" ");
    const end = WIDTH - RIGHT + 16;
    return [
      `<polyline points="${points}" fill="none" stroke="${colour}" stroke-width="2.5" stroke-linejoin="round" stroke-linecap="round"/>`,
      `<circle cx="${x(values.length)}" cy="${y(last)}" r="4" fill="${colour}"/>`,
      text(format(last, 2), [end, labelled[index] + 2], `fill="${colour}" font-size="17" font-weight="600"`),
      text(label, [end, labelled[index] + 20], `fill="${colour}"`),
    ];
  });
  return `${[
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" width="${WIDTH}" height="${HEIGHT}" role="img" font-family="system-ui, -apple-system, 'Segoe UI', Helvetica, Arial, sans-serif" font-size="14" fill="${INK}">`,
    `<title>${escapeText(title)}</title>`,
    `<desc>${escapeText(description)}</desc>`,
    text(title, [LEFT, 30], 'font-size="17" font-weight="600"'),
    ...grid,
    ...numbers,
    unit,
    ...drawn,
    "</svg>",
  ].join("\n")}\n`;
}
