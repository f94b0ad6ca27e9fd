import { existsSync } from "node:fs";
import { join } from "node:path";
import { type Model, sequential, sgd } from "drowse";
import { openImageSets } from "../src/cli/image-sets.ts";
import { writeOnce } from "./files.ts";
import type { DataFiles, NetworkJob } from "./job.ts";
import { networkLayers } from "./network.ts";

async function trainingImages(): Promise<{ x: Float32Array; y: Int32Array }> {
  const { train } = await openImageSets("bench", "mnist");
  if (train === undefined) throw new Error("bench: mnist has no training images");
  return { x: Float32Array.from(train.images.data, (byte) => byte / 255), y: Int32Array.from(train.labels.data) };
}

/** The training images of MNIST, as numbers from 0 to 1. */
export async function mnistRows(folder: string): Promise<DataFiles> {
  const [x, y] = [join(folder, "mnist.f32"), join(folder, "mnist.classes")];
  if (!existsSync(x) || !existsSync(y)) {
    const images = await trainingImages();
    writeOnce(x, () => images.x);
    writeOnce(y, () => images.y);
  }
  return { rows: 60_000, x, y };
}

/** A model's weights, as peers take them: see NetworkJob. */
export function weightsOf(model: Model): Float32Array {
  const parts = [...model.weights.values()];
  const all = new Float32Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

/** A file of the weights that a network begins with. */
export function initialWeights(folder: string, { layers }: Pick<NetworkJob, "layers">): string {
  const path = join(folder, `initial-${layers.join("-")}`);
  writeOnce(path, () => weightsOf(sequential({ input: [layers[0]], seed: 1 }, networkLayers({ layers, rates: [] }))));
  return path;
}

/**
 * A file of the weights that a network has after some epochs on MNIST, trained by this engine, once.
 * @param tell told when that has to be waited for
 */
export async function trainedWeights(
  folder: string,
  { layers, rates }: Pick<NetworkJob, "layers" | "rates">,
  epochs: number,
  tell: (what: string) => void,
): Promise<string> {
  const path = join(folder, `mnist-${layers.join("-")}-rates-${rates.join("-")}-epochs-${epochs}`);
  if (existsSync(path)) return path;
  tell(`training ${layers.join("-")} at rates ${rates.join(" ")} on MNIST, epochs: ${epochs}`);
  const model = sequential({ input: [layers[0]], seed: 1 }, networkLayers({ layers, rates }));
  const optimizer = sgd({ learningRate: 0.1, momentum: 0.9, maxNorm: 3 });
  await model.fit(await trainingImages(), { loss: "crossEntropy", optimizer, epochs, batchSize: 128 });
  writeOnce(path, () => weightsOf(model));
  return path;
}
