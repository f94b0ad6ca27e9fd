// What kernels read of a step's record, laid out as `kernels/dropout.ts` says.

/** A dropout layer's record: threshold (u32), awake (all ones, or 0 where the threshold 2^32 has no word), scale (f32). */
export function dropoutParameters(rate: number, factor: number): DataView {
  const threshold = Math.round(rate * 2 ** 32);
  const view = new DataView(new ArrayBuffer(12));
  view.setUint32(0, threshold % 2 ** 32, true);
  view.setUint32(4, threshold < 2 ** 32 ? 0xffffffff : 0, true);
  view.setFloat32(8, factor, true);
  return view;
}
