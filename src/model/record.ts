import type { BatchSource } from "../data/source.ts";
import { type Hyper, MOST_HYPER } from "../optimizers/optimizer.ts";
import { sizeOf } from "../tensor/shape.ts";

// A step's record: everything that changes from step to step, written before the step runs.
//
//   0   i32     rows in the batch
//   4   i32     pass
//   8   i32     batch within the pass
//   12  f32[12] hyper-parameters
//   60  16 bytes per dropout layer: threshold, awake, scale, pass of its masks
//   then, each on a multiple of 16: u32 indices of the rows, u32 passes of Monte Carlo samples, copies of rows (see copies.ts),
//   inputs as they lie in the data, targets, and f32 weights of the rows, if they have any
//
// Its result: 0 f64 sum of the row losses, 8 i32 right answers, 16 f64 multiply-adds of each product, f64 penalties of layers, then
// f32 predictions.

export const ROWS = 0;
export const PASS = 4;
export const BATCH = 8;
export const HYPER = 12;
export const DROPOUTS = HYPER + 4 * MOST_HYPER;
export const DROPOUT_BYTES = 16;
/** Where a dropout layer has the pass of its masks. */
export const MASK_PASS = 12;

export const LOSS_SUM = 0;
export const RIGHT = 8;
export const WORK = 16;

/** Where the parts of a record lie. */
export interface RecordLayout {
  readonly indices: number;
  /** One pass per Monte Carlo sample. */
  readonly passes: number;
  /** What is said of copies of rows. */
  readonly copies: number;
  readonly inputs: number;
  readonly targets: number;
  /** 0: rows have no weights. */
  readonly weights: number;
  readonly bytes: number;
  /** Within the result. */
  readonly predictions: number;
  readonly resultBytes: number;
  /** Products that say how many multiply-adds they did. */
  readonly products: number;
  /** Where the penalties begin, within the result; they end where the predictions begin. */
  readonly penalties: number;
  readonly inputType: BatchSource["inputType"];
  readonly inputSize: number;
  readonly targetSize: number;
}

const round16 = (bytes: number) => Math.ceil(bytes / 16) * 16;

/**
 * The layout for batches of up to `batchSize` rows of a source, with `outputs` predictions per row (0: none), or of so many
 * `samples`, at most so many `products`, and so many `penalties`; `copyWords` say of copies.
 */
export function recordLayout(
  source: Pick<BatchSource, "inputShape" | "inputType">,
  {
    batchSize,
    dropouts,
    targetSize,
    weighted,
    outputs,
    products,
    penalties = 0,
    samples = 0,
    copyWords = 0,
  }: {
    batchSize: number;
    dropouts: number;
    targetSize: number;
    weighted: boolean;
    outputs: number;
    products: number;
    penalties?: number;
    samples?: number;
    copyWords?: number;
  },
): RecordLayout {
  const inputSize = sizeOf(source.inputShape);
  const indices = round16(DROPOUTS + DROPOUT_BYTES * dropouts);
  const passes = round16(indices + 4 * batchSize);
  const copies = round16(passes + 4 * samples);
  const inputs = round16(copies + 4 * copyWords);
  const targets = round16(inputs + batchSize * inputSize * (source.inputType === "u8" ? 1 : 4));
  const weights = round16(targets + 4 * batchSize * targetSize);
  const predictions = round16(WORK + 8 * (products + penalties));
  return {
    indices,
    passes,
    copies,
    inputs,
    targets,
    weights: weighted ? weights : 0,
    predictions,
    products,
    penalties: WORK + 8 * products,
    bytes: weighted ? round16(weights + 4 * batchSize) : weights,
    resultBytes: round16(predictions + 4 * batchSize * Math.max(1, samples) * outputs),
    inputType: source.inputType,
    inputSize,
    targetSize,
  };
}

/** How far a record of so many rows is filled: a prediction of one row has no use for the room of a whole batch. */
export function filledBytes({ bytes, inputs, inputSize, inputType, targetSize }: RecordLayout, rows: number): number {
  return targetSize > 0 ? bytes : inputs + rows * inputSize * (inputType === "u8" ? 1 : 4);
}

/** What the training loop says of a step. */
export interface StepSettings {
  readonly rows: Uint32Array;
  readonly pass: number;
  /** The batch's place in its pass. */
  readonly batch: number;
  readonly hyper: Hyper | undefined;
  /** Of Monte Carlo samples that run together. */
  readonly passes?: Uint32Array;
  /** Where rows come several times: `copyWords` of copies.ts. */
  readonly copies?: Uint32Array | undefined;
  /** Per dropout layer. */
  readonly dropouts: readonly { threshold: number; awake: number; scale: number }[];
  /** Per dropout layer, where masks of other passes are replayed; default the pass. */
  readonly maskPasses?: readonly number[];
}

/** Writes what the training loop says of a step, all but the data, into its record at `at` of a staging buffer. */
export function writeSettings(buffer: ArrayBuffer, at: number, layout: RecordLayout, settings: StepSettings): void {
  const { rows, pass, batch, hyper, dropouts, passes, maskPasses, copies } = settings;
  const view = new DataView(buffer, at, layout.bytes);
  view.setInt32(ROWS, rows.length, true);
  view.setInt32(PASS, pass, true);
  view.setInt32(BATCH, batch, true);
  // By forEach: this is done for every step, and an iterator of entries leaves garbage.
  hyper?.forEach((value, index) => {
    view.setFloat32(HYPER + 4 * index, value, true);
  });
  dropouts.forEach(({ threshold, awake, scale }, index) => {
    const place = DROPOUTS + DROPOUT_BYTES * index;
    view.setUint32(place, threshold, true);
    view.setInt32(place + 4, awake, true);
    view.setFloat32(place + 8, scale, true);
    view.setInt32(place + MASK_PASS, maskPasses?.[index] ?? pass, true);
  });
  new Uint32Array(buffer, at + layout.indices, rows.length).set(rows);
  if (copies) new Uint32Array(buffer, at + layout.copies, copies.length).set(copies);
  if (passes) new Uint32Array(buffer, at + layout.passes, passes.length).set(passes);
}

/**
 * Writes the record at `at` of a staging buffer and has the source fill in inputs and targets. Returns a promise only where the
 * source does: one for every step would be garbage.
 */
export function writeRecord(
  buffer: ArrayBuffer,
  at: number,
  layout: RecordLayout,
  source: BatchSource,
  settings: StepSettings,
): void | Promise<void> {
  const { rows } = settings;
  writeSettings(buffer, at, layout, settings);
  const inputCount = rows.length * layout.inputSize;
  const x =
    layout.inputType === "u8"
      ? new Uint8Array(buffer, at + layout.inputs, inputCount)
      : new Float32Array(buffer, at + layout.inputs, inputCount);
  const targetCount = rows.length * layout.targetSize;
  const y =
    targetCount === 0
      ? undefined
      : source.targetType === "classes"
        ? new Int32Array(buffer, at + layout.targets, targetCount)
        : new Float32Array(buffer, at + layout.targets, targetCount);
  const weights = layout.weights && source.weighted ? new Float32Array(buffer, at + layout.weights, rows.length) : undefined;
  return source.gather(rows, { x, y, weights });
}

/** What a step's result holds, `multiplyAdds` over all its products, `penalty` over all its layers. */
export function readResult(
  buffer: ArrayBuffer,
  at: number,
  { products, penalties, predictions, resultBytes }: RecordLayout,
): { lossSum: number; right: number; multiplyAdds: number; penalty: number } {
  const view = new DataView(buffer, at, resultBytes);
  let multiplyAdds = 0;
  for (let product = 0; product < products; product++) multiplyAdds += view.getFloat64(WORK + 8 * product, true);
  let penalty = 0;
  for (let place = penalties; place < predictions; place += 8) penalty += view.getFloat64(place, true);
  return { lossSum: view.getFloat64(LOSS_SUM, true), right: view.getInt32(RIGHT, true), multiplyAdds, penalty };
}
