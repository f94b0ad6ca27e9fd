/** Where a unit is drawn: its middle. */
export interface Spot {
  readonly left: number;
  readonly top: number;
}

/** Where the units of a network are drawn: columns from left to right, a wide layer in several ranks. */
export interface NetworkLayout {
  /** The inputs, the hidden layers, the outputs. Inputs that are drawn as an image have no spots. */
  readonly columns: readonly (readonly Spot[])[];
  readonly radius: number;
  /** Where the inputs are drawn, if they are an image. */
  readonly image?: { readonly left: number; readonly top: number; readonly side: number };
}

const TALLEST = 16;
const MARGIN = 8;
/** Of the width, what an image of the inputs takes. */
const IMAGE_SHARE = 0.36;
/** Room for what is written beside outputs that are classes. */
const NAMES = 14;

/** Lays out a network of these numbers of units on a surface; the inputs as an image where they are one. */
export function layOut(
  units: readonly number[],
  { width, height, isImage = false }: { width: number; height: number; isImage?: boolean },
): NetworkLayout {
  if (!isImage) return layOutColumns(units, { left: MARGIN, right: width - MARGIN, height });
  const side = Math.min(IMAGE_SHARE * width, height - 2 * MARGIN);
  const image = { left: MARGIN, top: (height - side) / 2, side };
  const right = width - MARGIN - NAMES;
  // As far from the image as the columns are from each other, about.
  const left = MARGIN + side + (width - side) * (0.3 / units.length + 0.04);
  const { columns, radius } = layOutColumns(units.slice(1), { left, right, height });
  return { columns: [[], ...columns], radius, image };
}

function layOutColumns(
  units: readonly number[],
  { left: first, right, height }: { left: number; right: number; height: number },
): NetworkLayout {
  const width = right - first;
  const ranks = units.map((count) => Math.ceil(count / TALLEST));
  const tallest = Math.max(...units.map((count, index) => Math.ceil(count / ranks[index])));
  // As large as the fullest column allows, and no larger than is pretty.
  const across = ranks.reduce((sum, count) => sum + count, 0);
  const pitch = Math.min(30, (height - 8) / tallest, width / (across + 1.6 * (units.length - 1)));
  const gaps = units.length - 1;
  const gap = (width - across * pitch) / Math.max(1, gaps);
  let left = first + pitch / 2;
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
