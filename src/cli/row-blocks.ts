import type { PreparedRows } from "../tables/read-prepared.ts";

/**
 * The same rows, `size` at a time and at the end the rest: what is drawn at random by a row's place among those of a call must not
 * depend on the pieces in which a file is read.
 */
export async function* rowBlocks(batches: AsyncIterable<PreparedRows>, size: number): AsyncGenerator<PreparedRows> {
  let waiting: PreparedRows | undefined;
  for await (const batch of batches) {
    waiting = waiting === undefined ? batch : joined(waiting, batch);
    const count = waiting.rows.length;
    let from = 0;
    for (; count - from >= size; from += size) yield part(waiting, from, from + size);
    waiting = part(waiting, from, count);
  }
  if (waiting && waiting.rows.length > 0) yield waiting;
}

/** Some of the rows, without their targets. */
function part({ names, rows, first, x }: PreparedRows, from: number, to: number): PreparedRows {
  const [, size] = x.shape;
  const data = x.data.slice(from * size, to * size);
  return { names, rows: rows.slice(from, to), first: first + from, x: { data, shape: [to - from, size] }, targets: undefined };
}

/** Later rows have the columns of those before, and perhaps more behind them. */
function joined(before: PreparedRows, { names, rows, x }: PreparedRows): PreparedRows {
  const data = new Float32Array(before.x.data.length + x.data.length);
  data.set(before.x.data);
  data.set(x.data, before.x.data.length);
  const all = [...before.rows, ...rows];
  return { names, rows: all, first: before.first, x: { data, shape: [all.length, x.shape[1]] }, targets: undefined };
}
