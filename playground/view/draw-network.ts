import { PIXELS } from "../data/digits.ts";
import type { Bundle, Column, Walk } from "../engine/walk.ts";
import type { Surface } from "./canvas.tsx";
import { drawInputs, type Square } from "./draw-digits.ts";
import { layOut, type NetworkLayout, type Spot } from "./network-layout.ts";
import { blend, type Palette } from "./palette.ts";
import { leastStrength, MOST_LINES } from "./strongest.ts";

/** Lit weights come in this many strengths, so that a thousand lines are few strokes. */
const STRENGTHS = 6;

/** Units of the columns, the outputs among them. */
export function columnSizes({ columns, outputs }: Walk): number[] {
  return [...columns.map(({ mask }) => mask.length), outputs.length];
}

/** Whether the inputs of a network are the pixels of an image. */
export function seesImages({ columns }: Walk): boolean {
  return columns[0].mask.length === PIXELS;
}

function largest(values: ArrayLike<number>): number {
  let most = 0;
  for (let i = 0; i < values.length; i++) most = Math.max(most, Math.abs(values[i]));
  return most;
}

/** How lines are drawn: faint where a step leaves the weights as they are, lit where it updates them. */
interface Ink {
  readonly faint: string;
  readonly lit: string;
}

/** Lines in a few strengths. */
class Lines {
  readonly #still = new Path2D();
  readonly #updated = Array.from({ length: STRENGTHS }, () => new Path2D());
  #lit = 0;
  #all = 0;

  /** A line of a strength from 0 to 1. */
  add(from: Spot, to: Spot, { isLit, strength }: { isLit: boolean; strength: number }): void {
    this.#all++;
    if (isLit) this.#lit++;
    const path = isLit ? this.#updated[Math.min(STRENGTHS - 1, Math.floor(strength * STRENGTHS))] : this.#still;
    path.moveTo(from.left, from.top);
    path.lineTo(to.left, to.top);
  }

  draw(context: CanvasRenderingContext2D, { faint, lit }: Ink): void {
    // Many lines are drawn paler, so that their number does not hide them.
    const crowd = Math.min(1, 12 / Math.sqrt(this.#lit));
    context.strokeStyle = faint;
    context.lineWidth = 0.6;
    context.globalAlpha = Math.min(0.8, 8 / Math.sqrt(this.#all));
    context.stroke(this.#still);
    context.strokeStyle = lit;
    for (const [strength, path] of this.#updated.entries()) {
      context.globalAlpha = crowd * (0.12 + (0.88 * (strength + 0.5)) / STRENGTHS);
      context.lineWidth = 0.5 + (1.5 * strength) / STRENGTHS;
      context.stroke(path);
    }
    context.globalAlpha = 1;
  }
}

/** Whether a network has too many weights for all to be drawn. */
export function isCrowded(walk: Walk | undefined): boolean {
  return walk?.bundles.some(({ weights }, index) => weights.length > MOST_LINES && !(index === 0 && seesImages(walk))) ?? false;
}

/** The weights of a bundle as lines; of weights that sleep there is none. */
function drawBundle(
  context: CanvasRenderingContext2D,
  { weights, gradients, mask }: Bundle,
  [from, to]: readonly [readonly Spot[], readonly Spot[]],
  ink: Ink,
): void {
  const most = largest(weights) || 1;
  const least = leastStrength(weights, most);
  const lines = new Lines();
  for (let at = 0; at < weights.length; at++) {
    const strength = Math.abs(weights[at]) / most;
    if (strength < least || mask?.[at] === 0) continue;
    lines.add(from[at % from.length], to[Math.floor(at / from.length)], { isLit: gradients[at] !== 0, strength });
  }
  lines.draw(context, ink);
}

/** The weights from an image: one line to each unit, as strong as the step's gradient of its weights is among them all. */
function drawFan(
  context: CanvasRenderingContext2D,
  { gradients }: Bundle,
  { image, to }: { image: Square; to: readonly Spot[] },
  ink: Ink,
): void {
  const sizes = to.map((_, unit) => largest(gradients.subarray(unit * PIXELS, (unit + 1) * PIXELS)));
  const most = Math.max(...sizes) || 1;
  const right = image.left + image.side + 1;
  const lines = new Lines();
  const order = [...to.keys()].sort((one, other) => to[one].top - to[other].top);
  for (const [place, unit] of order.entries()) {
    const start = { left: right, top: image.top + (image.side * (place + 0.5)) / to.length };
    lines.add(start, to[unit], { isLit: sizes[unit] > 0, strength: sizes[unit] / most });
  }
  lines.draw(context, ink);
}

/** Activations are drawn in this many shades, so that a hundred units are few fills. */
const SHADES = 12;

function circle(path: Path2D, { left, top }: Spot, radius: number): void {
  path.moveTo(left + radius, top);
  path.arc(left, top, radius, 0, 2 * Math.PI);
}

/** Units as circles: awake, filled as much as they hold; asleep, small, hollow and broken. */
function drawUnits(
  context: CanvasRenderingContext2D,
  { mask, before }: Pick<Column, "mask" | "before">,
  { spots, radius }: { spots: readonly Spot[]; radius: number },
  { palette, colour }: { palette: Palette; colour: string },
): void {
  const most = largest(before) || 1;
  const awake = Array.from({ length: SHADES + 1 }, () => new Path2D());
  const asleep = new Path2D();
  for (const [unit, spot] of spots.entries()) {
    if (mask[unit] === 0) circle(asleep, spot, radius * 0.72);
    else circle(awake[Math.round((SHADES * Math.abs(before[unit])) / most)], spot, radius);
  }
  context.lineWidth = Math.max(1, radius / 6);
  context.setLineDash([radius / 3, radius / 3]);
  context.strokeStyle = palette.muted;
  context.stroke(asleep);
  context.setLineDash([]);
  context.strokeStyle = colour;
  for (const [shade, path] of awake.entries()) {
    context.fillStyle = blend(palette.card, colour, shade / SHADES);
    context.fill(path);
    context.stroke(path);
  }
}

/** What a network that tells classes ends in: their probabilities. */
function probabilities(logits: Float32Array): Float32Array {
  const most = Math.max(...logits);
  const parts = logits.map((logit) => Math.exp(logit - most));
  const sum = parts.reduce((total, part) => total + part, 0);
  return parts.map((part) => part / sum);
}

/** The digits beside the outputs that stand for them; the right one in ink. */
function nameOutputs(
  context: CanvasRenderingContext2D,
  { spots, radius }: { spots: readonly Spot[]; radius: number },
  { palette, label }: { palette: Palette; label: number },
): void {
  context.textBaseline = "middle";
  for (const [digit, { left, top }] of spots.entries()) {
    context.font = `${digit === label ? 700 : 400} ${Math.max(10, Math.min(15, 1.5 * radius))}px system-ui, sans-serif`;
    context.fillStyle = digit === label ? palette.ink : palette.muted;
    context.fillText(String(digit), left + radius + 4, top);
  }
  context.textBaseline = "alphabetic";
}

/** Draws a network in the step of its walk, and marks a unit. */
export function drawNetwork(
  surface: Surface,
  walk: Walk,
  { palette, colour, marked }: { palette: Palette; colour: string; marked?: { readonly column: number; readonly unit: number } },
): NetworkLayout {
  const { context, width, height } = surface;
  const isImage = seesImages(walk);
  const layout = layOut(columnSizes(walk), { width, height, isImage });
  const { columns, radius, image } = layout;
  const ink = { faint: palette.line, lit: colour };
  for (const [index, bundle] of walk.bundles.entries()) {
    if (index === 0 && image) drawFan(context, bundle, { image, to: columns[1] }, ink);
    else drawBundle(context, bundle, [columns[index], columns[index + 1]], ink);
  }
  const { outputs } = walk;
  const awake = new Uint8Array(outputs.length).fill(1);
  const output = { mask: awake, before: outputs.length > 1 ? probabilities(outputs) : outputs };
  for (const [index, column] of [...walk.columns, output].entries()) {
    drawUnits(context, column, { spots: columns[index], radius }, { palette, colour });
  }
  if (image) drawInputs(surface, walk.columns[0], image, { palette, colour });
  if (isImage) nameOutputs(context, { spots: columns[columns.length - 1], radius }, { palette, label: walk.label });
  const spot = marked && columns[marked.column]?.[marked.unit];
  if (spot) {
    context.lineWidth = 2.5;
    context.strokeStyle = palette.ink;
    context.beginPath();
    context.arc(spot.left, spot.top, radius + 3.5, 0, 2 * Math.PI);
    context.stroke();
  }
  return layout;
}
