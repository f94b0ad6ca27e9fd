/** The part of the plane that is shown: from -REACH to REACH on both axes. */
export const REACH = 1.25;
/** Points of the field along each side. */
export const FIELD_SIDE = 56;

/** Places along the line. */
export const LINE_PLACES = 201;

/** The places that a network is asked about: of the plane or the line that is shown. */
export function placesFor(inputs: 1 | 2, side = inputs === 2 ? FIELD_SIDE : LINE_PLACES): Float32Array {
  return inputs === 2 ? planePlaces(side) : Float32Array.from({ length: side }, (_, place) => linePlace(place, side));
}

/** From -REACH to REACH, both ends among them. */
export function linePlace(place: number, places = LINE_PLACES): number {
  return REACH * ((2 * place) / (places - 1) - 1);
}

/** The middles of the field's cells, row by row from the top. */
function planePlaces(side: number): Float32Array {
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
