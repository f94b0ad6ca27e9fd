import { shuffledRows } from "../random/shuffle.ts";
import { streamKey } from "../random/streams.ts";
import { type Preparation, widthOf } from "../tables/preparation.ts";

/** How much worse a network predicts without a column. */
export interface ColumnImportance {
  readonly name: string;
  /** Mean rise of the loss. */
  readonly rise: number;
  /** Standard error of the mean, over rows. */
  readonly error: number;
}

export interface ImportanceRequest {
  readonly preparation: Preparation;
  /** Prepared inputs of the rows, one row after the other. */
  readonly x: Float32Array;
  readonly rows: number;
  /** Losses of rows with such inputs; `count` times the rows, in their order. */
  readonly losses: (x: Float32Array, count: number) => Promise<Float64Array>;
  readonly repeats: number;
  readonly seed: number;
}

/**
 * Permutation importance (Breiman 2001; Fisher, Rudin and Dominici 2019): by how much the loss rises where a column's values are
 * shuffled among the rows, all its inputs together, so that they tell nothing of their row any more and yet are distributed as before.
 *
 *     rise_i = mean over shuffles of loss_i(shuffled) - loss_i,      rise = mean over rows i,      error = deviation / sqrt(rows)
 *
 * Each row is compared with itself, so that what differs from row to row is in both losses and goes. Columns that say the same share
 * their importance: shuffling one leaves the other.
 *
 * @returns columns in the order of the inputs, and the loss of the rows as they are.
 * @example
 * const { columns } = await permutationImportance({ preparation, x, rows, losses, repeats: 5, seed: 1 });
 */
export async function permutationImportance(
  request: ImportanceRequest,
): Promise<{ readonly loss: number; readonly columns: ColumnImportance[] }> {
  const { preparation, x, rows, losses, repeats, seed } = request;
  const size = x.length / rows;
  const plain = await losses(x, 1);
  const columns: ColumnImportance[] = [];
  let at = 0;
  for (const input of preparation.inputs) {
    const width = widthOf(input);
    const key = streamKey(seed, `importance/${input.name}`);
    const shuffled = new Float32Array(repeats * x.length);
    for (let repeat = 0; repeat < repeats; repeat++) {
      const own = shuffled.subarray(repeat * x.length, (repeat + 1) * x.length);
      own.set(x);
      for (const [row, other] of shuffledRows(rows, key, repeat).entries()) {
        own.set(x.subarray(other * size + at, other * size + at + width), row * size + at);
      }
    }
    columns.push({ name: input.name, ...riseOf(plain, await losses(shuffled, repeats), repeats) });
    at += width;
  }
  return { loss: plain.reduce((sum, loss) => sum + loss, 0) / rows, columns };
}

function riseOf(plain: Float64Array, shuffled: Float64Array, repeats: number): { rise: number; error: number } {
  const rows = plain.length;
  const rises = plain.map((loss, row) => {
    let sum = 0;
    for (let repeat = 0; repeat < repeats; repeat++) sum += shuffled[repeat * rows + row];
    return sum / repeats - loss;
  });
  const rise = rises.reduce((sum, value) => sum + value, 0) / rows;
  const squares = rises.reduce((sum, value) => sum + (value - rise) * (value - rise), 0);
  return { rise, error: rows > 1 ? Math.sqrt(squares / (rows - 1) / rows) : 0 };
}
