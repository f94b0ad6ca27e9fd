import type { Bundle, Column, Walk } from "../engine/walk.ts";
import type { Surface } from "./canvas.tsx";
import { layOut, type NetworkLayout, type Spot } from "./network-layout.ts";
import { blend, type Palette } from "./palette.ts";

/** Lit weights come in this many strengths, so that a thousand lines are few strokes. */
const STRENGTHS = 6;

/** Units of the columns, the output among them. */
export function columnSizes({ columns }: Walk): number[] {
  return [...columns.map(({ mask }) => mask.length), 1];
}

function largest(values: ArrayLike<number>): number {
  let most = 0;
  for (let i = 0; i < values.length; i++) most = Math.max(most, Math.abs(values[i]));
  return most;
}

/** The weights of a bundle as lines: faint where the step leaves them as they are, lit where it updates them. */
function drawBundle(
  context: CanvasRenderingContext2D,
  { weights, gradients }: Bundle,
  [from, to]: readonly [readonly Spot[], readonly Spot[]],
  { faint, lit }: { faint: string; lit: string },
): void {
  const most = largest(weights) || 1;
  const still = new Path2D();
  const updated = Array.from({ length: STRENGTHS }, () => new Path2D());
  let lines = 0;
  for (const [output, end] of to.entries()) {
    for (const [input, start] of from.entries()) {
      const at = output * from.length + input;
      if (gradients[at] !== 0) lines++;
      const strength = Math.min(STRENGTHS - 1, Math.floor((Math.abs(weights[at]) / most) * STRENGTHS));
      const path = gradients[at] === 0 ? still : updated[strength];
      path.moveTo(start.left, start.top);
      path.lineTo(end.left, end.top);
    }
  }
  // Many lines are drawn paler, so that their number does not hide them.
  const crowd = Math.min(1, 12 / Math.sqrt(lines));
  context.strokeStyle = faint;
  context.lineWidth = 0.6;
  context.globalAlpha = Math.min(0.8, 8 / Math.sqrt(weights.length));
  context.stroke(still);
  context.strokeStyle = lit;
  for (const [strength, path] of updated.entries()) {
    context.globalAlpha = crowd * (0.12 + (0.88 * (strength + 0.5)) / STRENGTHS);
    context.lineWidth = 0.5 + (1.5 * strength) / STRENGTHS;
    context.stroke(path);
  }
  context.globalAlpha = 1;
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

/** Draws a network in the step of its walk, and marks a unit. */
export function drawNetwork(
  { context, width, height }: Surface,
  walk: Walk,
  { palette, colour, marked }: { palette: Palette; colour: string; marked?: { readonly column: number; readonly unit: number } },
): NetworkLayout {
  const layout = layOut(columnSizes(walk), width, height);
  const { columns, radius } = layout;
  for (const [index, bundle] of walk.bundles.entries()) {
    drawBundle(context, bundle, [columns[index], columns[index + 1]], { faint: palette.line, lit: colour });
  }
  const output = { mask: Uint8Array.of(1), before: Float32Array.of(walk.logit) };
  for (const [index, column] of [...walk.columns, output].entries()) {
    drawUnits(context, column, { spots: columns[index], radius }, { palette, colour });
  }
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
