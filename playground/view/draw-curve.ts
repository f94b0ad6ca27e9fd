import type { Points } from "../data/data-set.ts";
import { linePlace } from "../engine/places.ts";
import type { Surface } from "./canvas.tsx";
import { placeOf } from "./draw-field.ts";
import type { Palette } from "./palette.ts";

/** Numbers along the line, as a path from left to right. */
function along(surface: Surface, path: Path2D, numbers: Float32Array, backwards = false): void {
  for (let step = 0; step < numbers.length; step++) {
    const place = backwards ? numbers.length - 1 - step : step;
    const [left, top] = placeOf(surface, linePlace(place, numbers.length), numbers[place]);
    if (step === 0 && !backwards) path.moveTo(left, top);
    else path.lineTo(left, top);
  }
}

/** Draws what a network says along the line; with a deviation, the band of two on both sides. */
export function drawCurve(
  surface: Surface,
  { numbers, deviation }: { numbers: Float32Array; deviation?: Float32Array },
  { colour, palette }: { colour: string; palette: Palette },
): void {
  const { context, width, height } = surface;
  context.fillStyle = palette.card;
  context.fillRect(0, 0, width, height);
  context.strokeStyle = palette.line;
  context.lineWidth = 1;
  const [middle, zero] = placeOf(surface, 0, 0);
  context.strokeRect(0.5, 0.5, width - 1, height - 1);
  context.beginPath();
  context.moveTo(0, zero);
  context.lineTo(width, zero);
  context.moveTo(middle, 0);
  context.lineTo(middle, height);
  context.stroke();
  context.fillStyle = colour;
  context.strokeStyle = colour;
  if (deviation) {
    const band = new Path2D();
    along(
      surface,
      band,
      numbers.map((number, place) => number + 2 * deviation[place]),
    );
    along(
      surface,
      band,
      numbers.map((number, place) => number - 2 * deviation[place]),
      true,
    );
    context.globalAlpha = 0.25;
    context.fill(band);
    context.globalAlpha = 1;
  }
  const curve = new Path2D();
  along(surface, curve, numbers);
  context.lineWidth = Math.max(1.5, Math.min(3, width / 120));
  context.stroke(curve);
}

/** Draws the points that the numbers were learned from, and a ring around one. */
export function drawDots(surface: Surface, { x, y }: Points, palette: Palette, ringed: number): void {
  const { context, width } = surface;
  const radius = Math.max(1.3, Math.min(3.6, width / 100));
  const dots = new Path2D();
  for (let row = 0; row < y.length; row++) {
    const [left, top] = placeOf(surface, x[row], y[row]);
    dots.moveTo(left + radius, top);
    dots.arc(left, top, radius, 0, 2 * Math.PI);
  }
  context.strokeStyle = palette.card;
  context.lineWidth = 1.5;
  context.stroke(dots);
  context.fillStyle = palette.zero;
  context.fill(dots);
  if (ringed >= y.length) return;
  const [left, top] = placeOf(surface, x[ringed], y[ringed]);
  context.strokeStyle = palette.ink;
  context.lineWidth = 2.5;
  context.beginPath();
  context.arc(left, top, radius + 4.5, 0, 2 * Math.PI);
  context.stroke();
}
