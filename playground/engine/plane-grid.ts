/** The part of the plane that is shown: from -REACH to REACH on both axes. */
export const REACH = 1.25;
/** Points of the field along each side. */
export const FIELD_SIDE = 56;

/** The middles of the field's cells, row by row from the top, as inputs of a network. */
export function fieldInputs(side = FIELD_SIDE): Float32Array {
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
