// Training that stops in the middle of an epoch, and goes on from a file as if it never had: the weights are the same to the bit.
//
//   node examples/resume.ts
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { deserialize, serialize } from "node:v8";
import { dense, dropout, type Model, relu, sequential, sgd, type Trainer, type TrainerState } from "drowse";

const ROWS = 100;
const x = Float32Array.from({ length: 4 * ROWS }, (_, i) => ((i * 37) % 101) / 101);
const y = Float32Array.from({ length: ROWS }, (_, row) => x[4 * row] * x[4 * row + 1] + x[4 * row + 2]);

/** A model and a trainer of it, as every process that takes part has to make them. */
async function begin(): Promise<{ model: Model; trainer: Trainer }> {
  const model = sequential({ input: [4], seed: 7 }, [dense(32), relu(), dropout({ rate: 0.3 }), dense(1)]);
  const optimizer = sgd({ learningRate: (step) => 0.05 / (1 + step / 50), momentum: 0.9 });
  return { model, trainer: await model.trainer({ x, y }, { loss: "meanSquaredError", optimizer, batchSize: 16 }) };
}

/** Ends a training: puts its weights into the model. */
async function finish(model: Model, trainer: Trainer): Promise<Model> {
  await trainer.commit();
  trainer.close();
  return model;
}

/** Trains for `steps` steps without a stop. */
export async function straight(steps: number): Promise<Model> {
  const { model, trainer } = await begin();
  await trainer.run(steps);
  return finish(model, trainer);
}

/** The same with a stop after `first` steps, from which only a file survives. */
export async function withStop(steps: number, first: number): Promise<Model> {
  const folder = await mkdtemp(join(tmpdir(), "drowse-resume-"));
  const file = join(folder, "state");
  try {
    const before = await begin();
    await before.trainer.run(first);
    // A state is plain values and typed arrays: a structured clone keeps every bit of it (in a browser: IndexedDB).
    await writeFile(file, serialize(await before.trainer.state()));
    before.trainer.close();

    const after = await begin();
    after.trainer.restore(deserialize(await readFile(file)) as TrainerState);
    await after.trainer.run(steps - first);
    return finish(after.model, after.trainer);
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** Whether two models have the same weights, bit by bit. */
export function sameBits(one: Model, other: Model): boolean {
  const bytes = (model: Model) => [...model.weights.values()].map((values) => Buffer.from(values.slice().buffer));
  return Buffer.concat(bytes(one)).equals(Buffer.concat(bytes(other)));
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const same = sameBits(await straight(60), await withStop(60, 25));
  console.log(`60 steps, and 25 steps, a stop and 35 more: ${same ? "the same weights, bit by bit" : "different weights"}`);
}
