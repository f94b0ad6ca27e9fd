import { type DataSet, pictureOf } from "../data/data-set.ts";
import type { Surface } from "./canvas.tsx";
import { drawCurve, drawDots } from "./draw-curve.ts";
import { drawSheet } from "./draw-digits.ts";
import { drawField, drawPoints, placeOf } from "./draw-field.ts";
import type { Palette } from "./palette.ts";

/** What is drawn beside the data. */
export interface Answers {
  /** What a network says: probabilities over the plane, numbers along the line, or probabilities of the classes of each image. */
  readonly answers: Float32Array | undefined;
  /** Where thinned networks disagree: alone over the plane, around the answers along the line. */
  readonly doubt?: Float32Array | undefined;
  readonly colour: string;
  /** Row of the point with a ring; none: beyond the last. */
  readonly ringed: number;
}

/** Draws what a network has learned, and what it has learned from. */
export function drawAnswers(
  surface: Surface,
  data: DataSet,
  { answers, doubt, colour, ringed }: Answers,
  palette: Palette,
): void {
  const picture = pictureOf(data.task);
  if (picture === undefined) return;
  if (picture === "images") {
    drawSheet(surface, data.test, answers, { palette, classes: data.task.outputs });
    return;
  }
  if (picture === "line") {
    if (answers) drawCurve(surface, { numbers: answers, ...(doubt ? { deviation: doubt } : {}) }, { colour, palette });
    drawDots(surface, data.train, palette, ringed);
    return;
  }
  const { zero, one, card } = palette;
  // Deviations are at most a half, as the probabilities are from 0 to 1.
  if (doubt)
    drawField(
      surface,
      doubt.map((value) => 0.5 + value),
      { from: card, middle: card, to: colour },
    );
  else if (answers) drawField(surface, answers, { from: zero, middle: card, to: one });
  drawPoints(surface, data.train, palette, ringed);
}

/** The row of the point nearest to a place on a square surface of this width. */
export function nearestRow({ task, train: { x, y } }: DataSet, place: { left: number; top: number; width: number }): number {
  const { left, top, width } = place;
  let nearest = 0;
  let least = Number.POSITIVE_INFINITY;
  for (let row = 0; row < y.length; row++) {
    const [across, down] = pictureOf(task) === "line" ? [x[row], y[row]] : [x[2 * row], x[2 * row + 1]];
    const [pointLeft, pointTop] = placeOf({ width, height: width }, across, down);
    const distance = Math.hypot(pointLeft - left, pointTop - top);
    if (distance < least) [nearest, least] = [row, distance];
  }
  return nearest;
}
