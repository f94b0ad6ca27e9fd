import { normalQuantile, unitInterval } from "../random/normal.ts";
import type { Key } from "../random/philox.ts";
import { WordStream } from "../random/streams.ts";

/** How the weights of a dense layer begin; I inputs, O outputs of the layer. All are multiplied by the gain. */
export type InitializerName = "he" | "glorot" | "lecun";

function fill(count: number, key: Key, draw: (probability: number) => number): Float32Array {
  const words = new WordStream(key);
  const values = new Float32Array(count);
  for (let i = 0; i < count; i++) values[i] = draw(unitInterval(words.next()));
  return values;
}

export const initializers = {
  /** Normal with variance 2 / I, for rectifiers (He, Zhang, Ren and Sun 2015). */
  he(I: number, O: number, key: Key, gain = 1): Float32Array {
    const deviation = gain * Math.sqrt(2 / I);
    return fill(I * O, key, (probability) => deviation * normalQuantile(probability));
  },

  /** Uniform with variance 2 / (I + O) (Glorot and Bengio 2010). */
  glorot(I: number, O: number, key: Key, gain = 1): Float32Array {
    const limit = gain * Math.sqrt(6 / (I + O));
    return fill(I * O, key, (probability) => limit * (2 * probability - 1));
  },

  /** Normal with variance 1 / I (LeCun, Bottou, Orr and Müller 1998). */
  lecun(I: number, O: number, key: Key, gain = 1): Float32Array {
    const deviation = gain * Math.sqrt(1 / I);
    return fill(I * O, key, (probability) => deviation * normalQuantile(probability));
  },
} satisfies Record<InitializerName, (I: number, O: number, key: Key, gain?: number) => Float32Array>;
