import type { Points } from "../data/data-set.ts";
import { FIELD_SIDE, REACH } from "../engine/places.ts";
import type { Surface } from "./canvas.tsx";
import { type Palette, rgb } from "./palette.ts";

const STEPS = 256;

/** The colours of a field: at 0, in the middle, and at 1. */
export interface FieldColours {
  readonly from: string;
  readonly middle: string;
  readonly to: string;
}

/** Colours from one end over the middle to the other, STEPS of them, as pixels of four bytes. */
function makeRamp({ from, middle, to }: FieldColours): Uint32Array {
  const bytes = new Uint8ClampedArray(4 * STEPS);
  const [start, centre, end] = [from, middle, to].map(rgb);
  for (let step = 0; step < STEPS; step++) {
    const place = (2 * step) / (STEPS - 1) - 1;
    // Never the full colour, so that points of the same class stand out.
    const share = 0.5 * Math.abs(place);
    const side = place < 0 ? start : end;
    for (let part = 0; part < 3; part++) bytes[4 * step + part] = centre[part] + (side[part] - centre[part]) * share;
    bytes[4 * step + 3] = 255;
  }
  return new Uint32Array(bytes.buffer);
}

const ramps = new Map<string, Uint32Array>();

function rampOf(colours: FieldColours): Uint32Array {
  const name = `${colours.from} ${colours.middle} ${colours.to}`;
  const made = ramps.get(name) ?? makeRamp(colours);
  ramps.set(name, made);
  return made;
}

const small = document.createElement("canvas");
small.width = FIELD_SIDE;
small.height = FIELD_SIDE;
const inSmall = small.getContext("2d");
const image = new ImageData(FIELD_SIDE, FIELD_SIDE);
const pixels = new Uint32Array(image.data.buffer);

/** Draws numbers from 0 to 1 over the plane. */
export function drawField({ context, width, height }: Surface, field: Float32Array, colours: FieldColours): void {
  const ramp = rampOf(colours);
  for (let cell = 0; cell < pixels.length; cell++) {
    pixels[cell] = ramp[Math.round((STEPS - 1) * Math.min(1, Math.max(0, field[cell])))];
  }
  inSmall?.putImageData(image, 0, 0);
  context.imageSmoothingQuality = "high";
  context.drawImage(small, 0, 0, width, height);
}

/** Where a point of the plane is on a surface. */
export function placeOf({ width, height }: { width: number; height: number }, x: number, y: number): readonly [number, number] {
  return [((x / REACH + 1) / 2) * width, ((1 - y / REACH) / 2) * height];
}

/** Draws points in the colours of their classes, and a ring around one. */
export function drawPoints(surface: Surface, { x, y }: Points, palette: Palette, ringed: number): void {
  const { context, width } = surface;
  const radius = Math.max(1.5, Math.min(4.2, width / 90));
  const classes = [new Path2D(), new Path2D()];
  for (let row = 0; row < y.length; row++) {
    const [left, top] = placeOf(surface, x[2 * row], x[2 * row + 1]);
    // Squares and discs: the class is seen without its colour too.
    if (y[row] === 0) classes[0].rect(left - radius * 0.9, top - radius * 0.9, 1.8 * radius, 1.8 * radius);
    else {
      classes[1].moveTo(left + radius, top);
      classes[1].arc(left, top, radius, 0, 2 * Math.PI);
    }
  }
  context.lineWidth = 2.4 * Math.min(1, radius / 3);
  context.strokeStyle = palette.card;
  for (const [label, path] of classes.entries()) {
    context.stroke(path);
    context.fillStyle = label === 0 ? palette.zero : palette.one;
    context.fill(path);
  }
  if (ringed >= y.length) return;
  const [left, top] = placeOf(surface, x[2 * ringed], x[2 * ringed + 1]);
  context.lineWidth = 2.5;
  context.strokeStyle = palette.ink;
  context.beginPath();
  context.arc(left, top, radius + 4.5, 0, 2 * Math.PI);
  context.stroke();
}
