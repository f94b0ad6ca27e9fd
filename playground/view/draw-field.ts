import type { Points } from "../data/plane.ts";
import { FIELD_SIDE, REACH } from "../engine/plane-grid.ts";
import type { Surface } from "./canvas.tsx";
import { type Palette, rgb } from "./palette.ts";

const STEPS = 256;

/** Colours from one side over the card's own to the other, as STEPS times red, green and blue. */
function ramp(from: string, middle: string, to: string): Uint8ClampedArray {
  const colours = new Uint8ClampedArray(3 * STEPS);
  const [a, b, c] = [from, middle, to].map(rgb);
  for (let step = 0; step < STEPS; step++) {
    const place = (2 * step) / (STEPS - 1) - 1;
    // Never the full colour, so that points of the same class stand out.
    const share = 0.5 * Math.abs(place);
    const end = place < 0 ? a : c;
    for (let part = 0; part < 3; part++) colours[3 * step + part] = b[part] + (end[part] - b[part]) * share;
  }
  return colours;
}

const small = document.createElement("canvas");
small.width = FIELD_SIDE;
small.height = FIELD_SIDE;

/** Draws numbers from 0 to 1 over the plane, in colours from one to the other. */
export function drawField(
  { context, width, height }: Surface,
  field: Float32Array,
  { from, middle, to }: { from: string; middle: string; to: string },
): void {
  const inSmall = small.getContext("2d");
  if (!inSmall) return;
  const colours = ramp(from, middle, to);
  const image = inSmall.createImageData(FIELD_SIDE, FIELD_SIDE);
  for (let cell = 0; cell < field.length; cell++) {
    const step = 3 * Math.round((STEPS - 1) * Math.min(1, Math.max(0, field[cell])));
    image.data.set([colours[step], colours[step + 1], colours[step + 2], 255], 4 * cell);
  }
  inSmall.putImageData(image, 0, 0);
  context.imageSmoothingEnabled = true;
  context.imageSmoothingQuality = "high";
  context.drawImage(small, 0, 0, width, height);
}

/** Where a point of the plane is on a surface. */
export function placeOf({ width, height }: Surface, x: number, y: number): readonly [number, number] {
  return [((x / REACH + 1) / 2) * width, ((1 - y / REACH) / 2) * height];
}

/** Draws points in the colours of their classes, and a ring around one. */
export function drawPoints(surface: Surface, { x, y }: Points, palette: Palette, ringed: number): void {
  const { context, width } = surface;
  const radius = Math.max(2.2, Math.min(4.2, width / 90));
  context.lineWidth = 1.2;
  context.strokeStyle = palette.card;
  for (let row = 0; row < y.length; row++) {
    const [left, top] = placeOf(surface, x[2 * row], x[2 * row + 1]);
    context.beginPath();
    // Squares and discs: the class is seen without its colour too.
    if (y[row] === 0) context.rect(left - radius * 0.9, top - radius * 0.9, 1.8 * radius, 1.8 * radius);
    else context.arc(left, top, radius, 0, 2 * Math.PI);
    context.fillStyle = y[row] === 0 ? palette.zero : palette.one;
    context.fill();
    context.stroke();
  }
  if (ringed >= y.length) return;
  const [left, top] = placeOf(surface, x[2 * ringed], x[2 * ringed + 1]);
  context.lineWidth = 2.5;
  context.strokeStyle = palette.ink;
  context.beginPath();
  context.arc(left, top, radius + 4.5, 0, 2 * Math.PI);
  context.stroke();
}

/** The point nearest to a place on a surface of this width. */
export function nearestPoint({ x, y }: Points, left: number, top: number, width: number): number {
  const [across, down] = [REACH * ((2 * left) / width - 1), -REACH * ((2 * top) / width - 1)];
  let nearest = 0;
  let least = Number.POSITIVE_INFINITY;
  for (let row = 0; row < y.length; row++) {
    const distance = (x[2 * row] - across) ** 2 + (x[2 * row + 1] - down) ** 2;
    if (distance < least) [nearest, least] = [row, distance];
  }
  return nearest;
}
