/** Points to be tested on. */
export const TEST_POINTS = 400;

/** Coordinates are whole steps of 1 / GRID. */
export const GRID = 4096;

/** The nearest number of the grid: this takes away the last bits of sine and cosine, which differ between runtimes. */
export function onGrid(value: number): number {
  return Math.round(GRID * value) / GRID;
}
