import type { Paint } from "./paint.ts";

/** A piece of a progress line. */
export interface Segment {
  readonly text: string;
  /** Where not all pieces fit, those of the lowest rank are left out first. */
  readonly rank: number;
  readonly paint?: Paint;
}

const GAP = "  ";
/** Columns left free at the end: terminals write ^C there, and one more would break the line in two. */
const SPARE = 3;

/** The pieces in one line that leaves a little of `columns` free, as many as fit; the last one left is cut off. */
export function fitSegments(segments: readonly Segment[], columns: number): string {
  const room = Math.max(1, columns - SPARE);
  const length = (parts: readonly Segment[]) => parts.reduce((sum, { text }) => sum + text.length + GAP.length, -GAP.length);
  let parts = segments.filter(({ text }) => text !== "");
  while (parts.length > 1 && length(parts) > room) {
    const lowest = Math.min(...parts.map(({ rank }) => rank));
    const last = parts.findLastIndex(({ rank }) => rank === lowest);
    parts = parts.filter((_, index) => index !== last);
  }
  return parts.map(({ text, paint = (same) => same }) => paint(text.slice(0, room))).join(GAP);
}

/** How far something is: `━━━━━━────`. */
export function formatBar(share: number, width: number): string {
  const done = Math.round(Math.min(1, Math.max(0, share)) * width);
  return "━".repeat(done) + "─".repeat(width - done);
}
