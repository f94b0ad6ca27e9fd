import { dropout, dropoutMask, dropoutNoise, gaussianDropout, type Layer, type Model } from "drowse";
import type { Settings } from "../state/settings.ts";

// The kinds of dropout: each multiplies units by factors of its own, which follow from keys.

/** The dropout layer of the settings, by its name and rate. */
export function dropoutLayer({ kind, scaling }: Settings, name: string, rate: number): Layer {
  return kind === "gaussian" ? gaussianDropout({ rate, name }) : dropout({ rate, scaling, name });
}

/** What a dropout layer draws for the units of a row in a pass. */
export interface Draw {
  /** 1: awake, 0: asleep. With noise nobody sleeps. */
  readonly mask: Uint8Array;
  /** What the units are multiplied by: mask and scale in one, or noise. */
  readonly factors: Float32Array;
}

/** What the dropout layer of a model draws. */
export function drawOf(
  model: Model,
  { kind, scaling }: Settings,
  { name, rate, row, pass }: { name: string; rate: number; row: number; pass: number },
): Draw {
  if (kind === "gaussian") {
    const { data: factors } = dropoutNoise(model, name, { rows: [row], pass });
    return { mask: new Uint8Array(factors.length).fill(1), factors };
  }
  const { data: mask } = dropoutMask(model, name, { rows: [row], pass });
  const scale = scaling === "standard" || rate === 1 ? 1 : 1 / (1 - rate);
  return { mask, factors: Float32Array.from(mask, (word) => word * scale) };
}
