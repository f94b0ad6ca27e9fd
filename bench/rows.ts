import { join } from "node:path";
import { writeOnce } from "./files.ts";
import type { DataFiles, NetworkJob } from "./job.ts";

/** Numbers in [0, 1) that are the same in every run: a linear congruential generator (Numerical Recipes). */
function uniform(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

/** Rows without structure: inputs spread evenly with mean 0 and variance 1, none of them zero, and targets at random. */
export function randomRows(folder: string, rows: number, { layers, loss }: Pick<NetworkJob, "layers" | "loss">): DataFiles {
  const inputs = layers[0];
  const outputs = layers[layers.length - 1];
  const x = join(folder, `random-${rows}x${inputs}.f32`);
  const classes = loss === "crossEntropy";
  const y = join(folder, `random-${rows}-${classes ? "class-of" : "numbers"}-${outputs}`);
  const draw = uniform(1);
  const centred = () => (draw() - 0.5) * Math.sqrt(12);
  writeOnce(x, () => Float32Array.from({ length: rows * inputs }, centred));
  const target = uniform(2);
  writeOnce(y, () =>
    classes
      ? Int32Array.from({ length: rows }, () => Math.floor(target() * outputs))
      : Float32Array.from({ length: rows * outputs }, () => (target() - 0.5) * Math.sqrt(12)),
  );
  return { rows, x, y };
}
