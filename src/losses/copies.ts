import { isDropout } from "../layers/dropout/dropout-layer.ts";
import type { Layer } from "../layers/layer.ts";
import { DrowseError } from "../tensor/errors.ts";
import type { Copies, Loss } from "./loss.ts";

/** Copy c of row r has the masks of row r + c COPY_ROWS: there may be so many rows. */
const COPY_ROWS = 0x400_0000;

/** Copies of rows, each with masks of its own: `count` of them, from the first or the last layer on that draws masks or noise. */
export function copiesOfRows(kind: Loss["kind"], count: number, from: "first" | "last"): Copies {
  return {
    count,
    beginsAt: (operation, layers, rows) => beginsAt({ operation, kind, from }, layers, rows),
    rowOf,
    words(rows) {
      const words = new Uint32Array(4 + rows.length * count);
      words[0] = rows.length * count;
      for (const [b, row] of rows.entries()) for (let c = 0; c < count; c++) words[4 + b * count + c] = rowOf(row, c);
      return words;
    },
  };
}

const rowOf = (row: number, copy: number) => row + copy * COPY_ROWS;

interface Asked {
  readonly operation: string;
  readonly kind: string;
  readonly from: "first" | "last";
}

/**
 * @throws {DrowseError} where nothing is drawn, or rows share what is, so that copies would be equal; and on more rows than there are
 * indices for.
 */
function beginsAt(
  { operation, kind, from }: Asked,
  layers: readonly { readonly name: string; readonly layer: Layer }[],
  rows: number,
): string {
  const isRandom = layers.map(({ layer }) => layer.isRandom === true);
  const first = from === "first" ? isRandom.indexOf(true) : isRandom.lastIndexOf(true);
  if (first < 0) {
    const received = `nothing is drawn at random in the model, and ${kind} meets each row with several masks`;
    throw new DrowseError(operation, received, "add a dropout layer with a rate above 0, or take the plain loss");
  }
  const shared = layers.slice(first).find(({ layer }) => isDropout(layer) && layer.isShared);
  if (shared) {
    const received = `the rows of a batch share the masks of ${shared.name}, and ${kind} needs several for each row`;
    throw new DrowseError(operation, received, `give ${shared.name} sharedAcross: []`);
  }
  if (rows > COPY_ROWS) throw new DrowseError(operation, `the data has ${rows} rows`, `with ${kind} give at most ${COPY_ROWS}`);
  return layers[first].name;
}
