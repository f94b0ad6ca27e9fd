import { pictureOf, type Task } from "../data/data-set.ts";

/** The part of the plane that is shown: from -REACH to REACH on both axes. */
export const REACH = 1.25;
/** Points of the field along each side. */
export const FIELD_SIDE = 56;

/** Places along the line. */
export const LINE_PLACES = 201;

/** The places that a network is asked about: of the plane or the line that is shown, if one is. */
export function placesFor(task: Task): Float32Array {
  switch (pictureOf(task)) {
    case "plane":
      return planePlaces(FIELD_SIDE);
    case "line":
      return Float32Array.from({ length: LINE_PLACES }, (_, place) => linePlace(place, LINE_PLACES));
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
