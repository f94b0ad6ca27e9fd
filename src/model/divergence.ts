import { DivergenceError } from "../tensor/errors.ts";
import type { Matrix } from "../wasm/layout.ts";
import type { Machine } from "../wasm/machine.ts";
import type { Plan } from "./plan.ts";

const REMEDY = "lower the learning rate, scale the inputs, or set maxNorm";

async function allFinite(machine: Machine, { pointer, stride, columns }: Matrix, rows: number): Promise<boolean> {
  const values = new Float32Array(await machine.read(pointer, rows * stride * 4));
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      const value = values[row * stride + column];
      if (value - value !== 0) return false;
    }
  }
  return true;
}

/** Lets a machine run again that has stopped at numbers that are not finite. */
export function clearStatus(machine: Machine, { status }: Plan): void {
  machine.write(status.pointer, new Int32Array(status.layers.length + 1));
}

/**
 * Names the layer whose numbers stopped the run: the first whose output is not finite, which is where the loss
 * went wrong; else the first whose updated weights are not.
 */
export async function divergence(
  machine: Machine,
  plan: Plan,
  where: { rows: number; step: number; batch: number },
): Promise<DivergenceError> {
  const { step, batch, rows } = where;
  const { pointer, layers } = plan.status;
  const status = new Int32Array(await machine.read(pointer, 4 * (layers.length + 1)));
  if (status[layers.length] !== 0) {
    for (const [layer, { output }] of plan.nodes) {
      if (!(await allFinite(machine, output, rows))) return new DivergenceError("fit", { layer, step, batch }, REMEDY);
    }
    return new DivergenceError("fit", { layer: "loss", step, batch }, REMEDY);
  }
  const layer = layers.find((_, index) => status[index] !== 0) ?? "loss";
  return new DivergenceError("fit", { layer, step, batch }, REMEDY);
}
