import type { Points } from "../data/data-set.ts";
import { PIXELS, SIDE } from "../data/digits.ts";
import { SHEET_SIDE } from "../engine/places.ts";
import type { Column } from "../engine/walk.ts";
import type { Surface } from "./canvas.tsx";
import { type Palette, rgb } from "./palette.ts";

/** A square on a surface. */
export interface Square {
  readonly left: number;
  readonly top: number;
  readonly side: number;
}

/** Grey scales from card to ink, as pixels of four bytes, by the two colours. */
const inks = new Map<string, Uint32Array>();

function inkOf(from: string, to: string): Uint32Array {
  const name = `${from} ${to}`;
  const known = inks.get(name);
  if (known) return known;
  const bytes = new Uint8ClampedArray(4 * 256);
  const [paper, ink] = [rgb(from), rgb(to)];
  for (let shade = 0; shade < 256; shade++) {
    for (let part = 0; part < 3; part++) bytes[4 * shade + part] = paper[part] + ((ink[part] - paper[part]) * shade) / 255;
    bytes[4 * shade + 3] = 255;
  }
  const made = new Uint32Array(bytes.buffer);
  inks.set(name, made);
  return made;
}

function makeCanvas(width: number, height: number): { canvas: HTMLCanvasElement; image: ImageData; pixels: Uint32Array } {
  const canvas = document.createElement("canvas");
  canvas.width = width;
  canvas.height = height;
  const image = new ImageData(width, height);
  return { canvas, image, pixels: new Uint32Array(image.data.buffer) };
}

const single = makeCanvas(SIDE, SIDE);

/** Draws one image: bytes, or numbers from 0 to 1. */
export function drawDigit(
  { context }: Surface,
  image: ArrayLike<number>,
  { left, top, side }: Square,
  { palette, most = 255, ink = palette.ink }: { palette: Palette; most?: number; ink?: string },
): void {
  const shades = inkOf(palette.card, ink);
  for (let at = 0; at < PIXELS; at++)
    single.pixels[at] = shades[Math.min(255, Math.max(0, Math.round((255 * image[at]) / most)))];
  single.canvas.getContext("2d")?.putImageData(single.image, 0, 0);
  context.imageSmoothingEnabled = false;
  context.drawImage(single.canvas, left, top, side, side);
  context.imageSmoothingEnabled = true;
}

/** Draws the weights that lead from an image to a unit: of one colour where a pixel speaks for it, of the other where against. */
export function drawWeights(
  { context }: Surface,
  weights: Float32Array,
  { left, top, side }: Square,
  { palette: { card, zero, one } }: { palette: Palette },
): void {
  const most = weights.reduce((size, weight) => Math.max(size, Math.abs(weight)), 0) || 1;
  const [against, towards] = [inkOf(card, zero), inkOf(card, one)];
  for (const [at, weight] of weights.entries()) {
    single.pixels[at] = (weight < 0 ? against : towards)[Math.round((255 * Math.abs(weight)) / most)];
  }
  single.canvas.getContext("2d")?.putImageData(single.image, 0, 0);
  context.imageSmoothingEnabled = false;
  context.drawImage(single.canvas, left, top, side, side);
  context.imageSmoothingEnabled = true;
}

/** Draws the inputs of a network as the image that they are, with a mark on every pixel that sleeps. */
export function drawInputs(
  surface: Surface,
  { mask, before, factors }: Column,
  square: Square,
  { palette, colour }: { palette: Palette; colour: string },
): void {
  const { context } = surface;
  const { left, top, side } = square;
  // Noise shows in the shades; scale would make all of them darker.
  const isNoisy = mask.every((word) => word === 1);
  const held = before.map((value, at) => (mask[at] === 0 ? 0 : isNoisy ? value * factors[at] : value));
  drawDigit(surface, held, square, { palette, most: 1 });
  const cell = side / SIDE;
  const dot = Math.max(1, cell * 0.42);
  context.fillStyle = colour;
  for (const [at, word] of mask.entries()) {
    if (word === 1) continue;
    const [across, down] = [((at % SIDE) + 0.5) * cell, (Math.floor(at / SIDE) + 0.5) * cell];
    context.fillRect(left + across - dot / 2, top + down - dot / 2, dot, dot);
  }
  context.strokeStyle = palette.line;
  context.lineWidth = 1;
  context.strokeRect(left - 0.5, top - 0.5, side + 1, side + 1);
}

/** The class with the largest probability among those from a place on. */
export function likeliest(probabilities: Float32Array, row: number, classes: number): number {
  let most = 0;
  for (let one = 1; one < classes; one++) {
    if (probabilities[row * classes + one] > probabilities[row * classes + most]) most = one;
  }
  return most;
}

const sheet = makeCanvas(SHEET_SIDE * SIDE, SHEET_SIDE * SIDE);
/** What the sheet was painted of: it is the same for both networks, and from step to step. */
let painted: { readonly x: unknown; readonly ink: Uint32Array } | undefined;

function paintSheet({ x }: Points, ink: Uint32Array): void {
  if (painted?.x === x && painted.ink === ink) return;
  painted = { x, ink };
  for (let image = 0; image < SHEET_SIDE ** 2; image++) {
    const corner = Math.floor(image / SHEET_SIDE) * SIDE * SHEET_SIDE * SIDE + (image % SHEET_SIDE) * SIDE;
    for (let at = 0; at < PIXELS; at++) {
      sheet.pixels[corner + Math.floor(at / SIDE) * SHEET_SIDE * SIDE + (at % SIDE)] = ink[x[image * PIXELS + at]];
    }
  }
  sheet.canvas.getContext("2d")?.putImageData(sheet.image, 0, 0);
}

/** Draws images that are new to a network, framed where it is wrong, with what it says. */
export function drawSheet(
  { context, width }: Surface,
  test: Points,
  answers: Float32Array | undefined,
  { palette, classes }: { palette: Palette; classes: number },
): void {
  paintSheet(test, inkOf(palette.card, palette.ink));
  context.drawImage(sheet.canvas, 0, 0, width, width);
  const cell = width / SHEET_SIDE;
  context.font = `700 ${Math.max(9, Math.min(14, cell * 0.42))}px system-ui, sans-serif`;
  context.textBaseline = "top";
  context.textAlign = "right";
  for (let image = 0; answers && image < SHEET_SIDE ** 2; image++) {
    const says = likeliest(answers, image, classes);
    if (says === test.y[image]) continue;
    const [left, top] = [(image % SHEET_SIDE) * cell, Math.floor(image / SHEET_SIDE) * cell];
    context.globalAlpha = 0.28;
    context.fillStyle = palette.zero;
    context.fillRect(left, top, cell, cell);
    context.globalAlpha = 1;
    context.strokeStyle = palette.zero;
    context.lineWidth = Math.max(1, cell / 16);
    context.strokeRect(left + 1, top + 1, cell - 2, cell - 2);
    context.fillStyle = palette.ink;
    context.fillText(String(says), left + cell - 3, top + 2);
  }
  context.textBaseline = "alphabetic";
  context.textAlign = "left";
}

/** The image at a place on the sheet of this width. */
export function imageAt({ left, top, width }: { left: number; top: number; width: number }): number {
  const cell = width / SHEET_SIDE;
  const within = (place: number) => Math.min(SHEET_SIDE - 1, Math.max(0, Math.floor(place / cell)));
  return within(top) * SHEET_SIDE + within(left);
}
