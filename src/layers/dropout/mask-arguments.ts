import { SCRATCH_BYTES } from "../../wasm/layout.ts";
import type { Argument } from "../../wasm/program.ts";
import type { PassContext } from "../pass-context.ts";

/** What kernels of masks and noise are given: where numbers come from and go to, and where the words come from. */
export function maskArguments({ B, input, mask, workspace }: PassContext, x: number, y: number) {
  if (!mask) throw new Error("a layer that draws was planned without keys");
  const { key, stream, indices, batch, parameters, pass } = mask;
  const rows = { x, y, stride: input.stride, rows: B, columns: input.columns };
  const keys = { pass, stream, key0: key[0] | 0, key1: key[1] | 0 };
  return {
    ...rows,
    ...keys,
    indices,
    batch,
    parameters,
    scratch: workspace.scratch,
    scratchBytes: SCRATCH_BYTES,
  } satisfies Record<string, Argument>;
}
