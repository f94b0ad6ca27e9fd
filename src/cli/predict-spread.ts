import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import type { Model } from "../model/model.ts";
import { inOrder } from "../queue/in-order.ts";
import { rowsOfPart } from "../queue/part-rows.ts";
import type { QueuePredictor } from "../queue/queue-predictor.ts";
import type { PartPredictions, PartRows } from "../study/part-tensors.ts";
import { sizeOf } from "../tensor/shape.ts";
import { hashOfFile } from "./data-hash.ts";
import { queueAddress } from "./queue-options.ts";
import type { Terminal } from "./terminal.ts";
import { version } from "./version.ts";

// Predictions on the workers of a queue. Rows are cut into parts, which are predicted wherever that is and put together in their order.

/** Most bytes of rows that wait for their predictions, and most parts. */
const WAITING_BYTES = 2 ** 26;
const WAITING_PARTS = 256;

/** Some rows, and the index that their masks are drawn by. */
interface IndexedRows {
  readonly x: PartRows;
  readonly first: number;
}

/** What is to be predicted of all rows. */
export interface SpreadRequest {
  readonly output: "link" | "logits";
  readonly samples?: number | undefined;
  readonly signal: AbortSignal;
}

/** Opens the way to the workers for the model of a file, to predict of `data`; what happens is told on standard error. */
export async function openPredictor(
  { queue, modelUrl }: { readonly queue: string | true; readonly modelUrl?: string | undefined },
  { operation, path, data }: { readonly operation: string; readonly path: string; readonly data: string },
  terminal: Terminal,
): Promise<QueuePredictor> {
  const { queuePredictor } = await import("../queue/queue-predictor.ts");
  const [hash, { size }] = [await hashOfFile(path), await stat(path)];
  const predictor = await queuePredictor({
    ...{ operation, version, address: queueAddress(queue) },
    model: { hash: hash.replace("sha256:", ""), bytes: size, ...(modelUrl === undefined ? {} : { at: modelUrl }) },
    stream: () => createReadStream(path, { highWaterMark: 2 ** 20 }) as AsyncIterable<Uint8Array>,
    name: `drowse ${operation} ${data.replace(/^.*[\\/]/, "")}`,
  });
  predictor.listen(({ message }) => terminal.writeError(`queue: ${message}\n`));
  return predictor;
}

/** Predicts rows on workers, and gives them back in their order, each piece with what is predicted of it. */
export async function* spread<Piece extends IndexedRows>(
  predictor: QueuePredictor,
  pieces: AsyncIterable<Piece>,
  { output, samples, signal }: SpreadRequest,
): AsyncGenerator<[Piece, PartPredictions]> {
  const aborted = new Promise<never>((_, reject) => {
    signal.addEventListener("abort", () => reject(signal.reason), { once: true });
  });
  aborted.catch(() => {});
  const predict = ({ x, first }: Piece) => Promise.race([predictor.run(x, { output, samples, first }), aborted]);
  const mayTake = (pending: readonly Piece[]) =>
    pending.length < Math.min(WAITING_PARTS, 2 * predictor.capacity + 2) &&
    pending.reduce((sum, { x }) => sum + x.data.byteLength, 0) < WAITING_BYTES;
  yield* inOrder(pieces, predict, mayTake);
}

/** Rows in pieces that make a part each: `take` makes one of so many of them. */
export function* partsOf<Piece>(
  model: Model,
  { data, shape }: PartRows,
  samples: number | undefined,
  take: (x: PartRows, from: number, to: number) => Piece,
): Generator<Piece> {
  const [count, ...row] = shape;
  const [size, most] = [sizeOf(row), rowsOfPart(model, data.BYTES_PER_ELEMENT, samples)];
  for (let from = 0; from < count; from += most) {
    const to = Math.min(count, from + most);
    yield take({ data: data.slice(from * size, to * size), shape: [to - from, ...row] }, from, to);
  }
}
