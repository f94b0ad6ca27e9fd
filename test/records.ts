import type { SgdOptions } from "../src/reference/sgd.ts";

// What kernels read of a step's record, laid out as `kernels/dropout.ts` and `kernels/update.ts` say.

/** A dropout layer's record: threshold (u32), awake (all ones, or 0 where the threshold 2^32 has no word), scale (f32). */
export function dropoutParameters(rate: number, factor: number): DataView {
  const threshold = Math.round(rate * 2 ** 32);
  const view = new DataView(new ArrayBuffer(12));
  view.setUint32(0, threshold % 2 ** 32, true);
  view.setUint32(4, threshold < 2 ** 32 ? 0xffffffff : 0, true);
  view.setFloat32(8, factor, true);
  return view;
}

/** Hyper-parameters of an update; limit 0 is no max-norm. */
export type Hyper = SgdOptions & { limit: number };

/** Plain momentum; L2 and a limit that few units meet; L2 and a limit that nearly all meet. */
export const HYPERS: readonly Hyper[] = [
  { learningRate: 0.1, momentum: 0.95, l2: 0, limit: 0 },
  { learningRate: 0.5, momentum: 0, l2: 0.01, limit: 1.5 },
  { learningRate: 1, momentum: 0.5, l2: 0.1, limit: 0.1 },
];

/** An update's record: learning rate, momentum, l2 and limit, four floats. */
export function hyperParameters({ learningRate, momentum, l2, limit }: Hyper): Float32Array {
  return Float32Array.of(learningRate, momentum, l2, limit);
}
