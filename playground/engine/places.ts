import { type DataSet, pictureOf } from "../data/data-set.ts";
import { PIXELS } from "../data/digits.ts";

/** The part of the plane that is shown: from -REACH to REACH on both axes. */
export const REACH = 1.25;
/** Points of the field along each side. */
export const FIELD_SIDE = 56;

/** Places along the line. */
export const LINE_PLACES = 201;

/** Images along each side of the sheet of those that are new to the networks. */
export const SHEET_SIDE = 10;

/** What a network is asked about: places of the plane or the line that is shown, or images, if there is a picture. */
export function placesFor({ task, test }: DataSet): Float32Array | Uint8Array {
  switch (pictureOf(task)) {
    case "plane":
      return planePlaces(FIELD_SIDE);
    case "line":
      return Float32Array.from({ length: LINE_PLACES }, (_, place) => linePlace(place, LINE_PLACES));
    case "images":
      return test.x.slice(0, SHEET_SIDE ** 2 * PIXELS);
    case undefined:
      return new Float32Array();
  }
}

/** From -REACH to REACH, both ends among them. */
export function linePlace(place: number, places = LINE_PLACES): number {
  return REACH * ((2 * place) / (places - 1) - 1);
}

/** The middles of the field's cells, row by row from the top. */
export function planePlaces(side: number): Float32Array {
  const inputs = new Float32Array(2 * side * side);
  const place = (cell: number) => REACH * ((2 * cell + 1) / side - 1);
  for (let row = 0; row < side; row++) {
    for (let column = 0; column < side; column++) {
      const at = 2 * (row * side + column);
      inputs[at] = place(column);
      inputs[at + 1] = -place(row);
    }
  }
  return inputs;
}
