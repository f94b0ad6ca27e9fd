/** Where a unit is drawn: its middle. */
export interface Spot {
  readonly left: number;
  readonly top: number;
}

/** Where the units of a network are drawn: columns from left to right, a wide layer in several ranks. */
export interface NetworkLayout {
  /** The inputs, the hidden layers, the output. */
  readonly columns: readonly (readonly Spot[])[];
  readonly radius: number;
}

const TALLEST = 16;

/** Lays out a network of these numbers of units on a surface. */
export function layOut(units: readonly number[], width: number, height: number): NetworkLayout {
  const ranks = units.map((count) => Math.ceil(count / TALLEST));
  const tallest = Math.max(...units.map((count, index) => Math.ceil(count / ranks[index])));
  // As large as the fullest column allows, and no larger than is pretty.
  const across = ranks.reduce((sum, count) => sum + count, 0);
  const pitch = Math.min(30, (height - 8) / tallest, (width - 16) / (across + 1.6 * (units.length - 1)));
  const gaps = units.length - 1;
  const gap = (width - 16 - across * pitch) / Math.max(1, gaps);
  let left = 8 + pitch / 2;
  const columns = units.map((count, index) => {
    const inRank = Math.ceil(count / ranks[index]);
    const spots = Array.from({ length: count }, (_, unit): Spot => {
      const rank = Math.floor(unit / inRank);
      const last = rank === ranks[index] - 1 ? count - rank * inRank : inRank;
      const place = unit % inRank;
      return { left: left + rank * pitch, top: height / 2 + (place - (last - 1) / 2) * pitch };
    });
    left += ranks[index] * pitch + gap;
    return spots;
  });
  return { columns, radius: Math.max(2, pitch * 0.36) };
}

/** The unit at a place, if there is one. */
export function unitAt(
  { columns, radius }: NetworkLayout,
  left: number,
  top: number,
): { column: number; unit: number } | undefined {
  const reach = Math.max(radius * 1.6, 8);
  for (const [column, spots] of columns.entries()) {
    for (const [unit, spot] of spots.entries()) {
      if (Math.hypot(spot.left - left, spot.top - top) <= reach) return { column, unit };
    }
  }
  return undefined;
}
