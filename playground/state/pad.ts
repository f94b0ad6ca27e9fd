import { computed, effect, signal } from "@preact/signals";
import { pictureOf } from "../data/data-set.ts";
import { PIXELS } from "../data/digits.ts";
import { type Dot, SCRIBBLE, type Stroke, scribbledOn, toDigit } from "../data/drawn-digit.ts";
import { data, showPad } from "./page.ts";

// The pad that digits are drawn on.

/** An image under what is drawn: row of the test images. */
export const under = signal<number | undefined>(undefined);
export const strokes = signal<readonly Stroke[]>([]);
/** Where the pen is that keys move; undefined until one does. */
export const pen = signal<Dot | undefined>(undefined);
/** Whether that pen is down. */
export const isDown = signal(false);

/** The image under what is drawn. */
export const underImage = computed((): Uint8Array | undefined => {
  const set = data.value;
  if (under.value === undefined || !set || pictureOf(set.task) !== "images") return undefined;
  const { x } = set.test;
  const at = PIXELS * under.value;
  return x instanceof Uint8Array && at < x.length ? x.subarray(at, at + PIXELS) : undefined;
});

/** What the networks are shown: undefined while the pad is empty. */
export const pixels = computed((): Uint8Array | undefined => {
  if (underImage.value) return scribbledOn(underImage.value, strokes.value);
  return strokes.value.length === 0 ? undefined : toDigit(strokes.value);
});

export function clearPad(): void {
  under.value = undefined;
  strokes.value = [];
  isDown.value = false;
}

/** Puts a test image on the pad. */
export function putOnPad(row: number): void {
  clearPad();
  under.value = row;
}

export function scribble(): void {
  clearPad();
  strokes.value = SCRIBBLE;
}

/** Begins a stroke. */
export function penDown(dot: Dot): void {
  strokes.value = [...strokes.value, [dot]];
}

/** Goes on with the last stroke. */
export function penTo(dot: Dot): void {
  const before = strokes.value;
  strokes.value = [...before.slice(0, -1), [...(before.at(-1) ?? []), dot]];
}

/** Tells the worker of what is on the pad, whenever that is another. */
export function watchPad(): void {
  effect(() => showPad(pixels.value));
}
