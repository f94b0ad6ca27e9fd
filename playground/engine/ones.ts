import type { BatchSource } from "drowse";

/** Rows of ones whose targets are ones too: by them a layer alone tells what it draws. */
export function onesOnly(inputs: number, outputs: number, count: number): BatchSource {
  return {
    count,
    inputShape: [inputs],
    inputType: "f32",
    inputScale: 1,
    targetType: "values",
    targetSize: outputs,
    gather(_, { x, y }) {
      x.fill(1);
      y?.fill(1);
    },
  };
}
