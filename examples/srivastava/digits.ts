// The handwritten digits of MNIST, and the networks that the figures of Srivastava et al. 2014 are about, scaled down.
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { cosine, dense, dropout, type Layer, type Model, readIdx, relu, sequential, sgd } from "drowse";

/** Images [rows, 784], as bytes, and their digits. */
export interface Digits {
  readonly x: { readonly data: Uint8Array; readonly shape: readonly [number, number] };
  readonly y: Uint8Array;
}

const PIXELS = 784;

/** The training and the test set of a folder of IDX files. */
export async function readDigits(folder: string): Promise<{ train: Digits; test: Digits }> {
  const read = async (name: string): Promise<Digits> => {
    const [x, y] = await Promise.all(
      ["images-idx3-ubyte", "labels-idx1-ubyte"].map(async (part) =>
        readIdx(await readFile(join(folder, `${name}-${part}`)), name),
      ),
    );
    if (!(x.data instanceof Uint8Array && y.data instanceof Uint8Array))
      throw new Error(`${name} holds other numbers than bytes`);
    return { x: { data: x.data, shape: [y.data.length, PIXELS] }, y: y.data };
  };
  return { train: await read("train"), test: await read("t10k") };
}

/** Some rows of a set, the first ones if nothing else is said. */
export function rowsOf({ x, y }: Digits, rows: number, from = 0): Digits {
  const to = from + rows;
  return { x: { data: x.data.subarray(from * PIXELS, to * PIXELS), shape: [rows, PIXELS] }, y: y.subarray(from, to) };
}

/** A network of rectifiers and how it is trained. */
export interface Recipe {
  readonly hidden: readonly number[];
  /** Probability to drop a hidden unit, and an input. */
  readonly rate: number;
  readonly inputRate: number;
  /** What sleeps: default `dropout`. */
  readonly sleep?: (options: { rate: number }) => Layer;
  readonly steps: number;
  readonly batchSize?: number;
  readonly learningRate?: number;
  /** The longest that the incoming weights of a unit may be: default 3. */
  readonly maxNorm?: number;
  readonly seed?: number;
}

/** A network trained on digits: gradient descent with momentum 0.95 and max-norm, the learning rate falling as a cosine. */
export async function trained(digits: Digits, recipe: Recipe): Promise<Model> {
  const { hidden, rate, inputRate, sleep = dropout, steps, batchSize = 100, learningRate = 0.02, maxNorm = 3, seed = 1 } = recipe;
  const model = sequential({ input: [PIXELS], seed }, [
    ...(inputRate > 0 ? [sleep({ rate: inputRate })] : []),
    ...hidden.flatMap((units) => [dense(units), relu(), ...(rate > 0 ? [sleep({ rate })] : [])]),
    dense(10),
  ]);
  const optimizer = sgd({ learningRate: cosine({ initial: learningRate, steps }), momentum: 0.95, maxNorm });
  const trainer = await model.trainer(digits, {
    loss: "crossEntropy",
    optimizer,
    batchSize: Math.min(batchSize, digits.y.length),
  });
  try {
    await trainer.run(steps);
    await trainer.commit();
  } finally {
    trainer.close();
  }
  return model;
}

/** Per cent of the digits that a model gets wrong, nothing asleep. */
export async function errorOf(model: Model, digits: Digits): Promise<number> {
  const { accuracy = 0 } = await model.evaluate(digits, { loss: "crossEntropy" });
  return 100 * (1 - accuracy);
}
