import { type Model, predictiveEntropy, predictUncertain } from "drowse";
import { PASSES } from "./ensemble-size.ts";
import { drawsAtRandom } from "./kinds.ts";

// What both networks say of one image, and how sure the right one is of it.

/** Probabilities of the classes, one each. */
export interface PadAnswers {
  /** With all neurons awake. */
  readonly awake: Float32Array;
  readonly drowsy: Float32Array;
  /** Mean and standard deviation over PASSES passes of the right network with other masks. */
  readonly mean: Float32Array;
  readonly deviation: Float32Array;
  /** Entropy of that mean in nats: from 0, sure, to log(classes). */
  readonly entropy: number;
  /** The same of the left network's prediction. */
  readonly entropyAwake: number;
}

const entropyOf = (probabilities: Float32Array) =>
  predictiveEntropy({ data: probabilities, shape: [1, 1, probabilities.length] })[0];

/** Asks both networks of an image, a byte per pixel. */
export async function askOfImage(awake: Model, drowsy: Model, pixels: Uint8Array): Promise<PadAnswers> {
  const predict = async (model: Model) => (await model.predict(pixels, { threads: 1 })).data;
  const [left, right] = [await predict(awake), await predict(drowsy)];
  const entropyAwake = entropyOf(left);
  const said = { awake: left, drowsy: right, entropyAwake };
  // Where nothing is drawn all passes are the prediction.
  if (!drawsAtRandom(drowsy))
    return { ...said, mean: right, deviation: new Float32Array(right.length), entropy: entropyOf(right) };
  const { mean, std, entropy } = await predictUncertain(drowsy, pixels, { samples: PASSES, threads: 1 });
  return { ...said, mean: Float32Array.from(mean.data), deviation: Float32Array.from(std.data), entropy: entropy[0] };
}
