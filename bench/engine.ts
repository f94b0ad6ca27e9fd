import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dense, type Model, sequential, sgd } from "drowse";
import { cut, floatsFrom, rowsFrom } from "./files.ts";
import type { Job, NetworkJob, PredictJob, ProductJob, TrainJob } from "./job.ts";
import { networkLayers } from "./network.ts";
import { peakContestant } from "./peak.ts";
import { type Contestant, serve } from "./peers/serve.mjs";

// This engine as a contestant: by its public interface, as a user has it.

function networkModel(job: NetworkJob): Model {
  const model = sequential({ input: [job.layers[0]], seed: 1 }, networkLayers(job));
  if (job.weights !== undefined) {
    const sizes = new Map([...model.weights].map(([name, values]) => [name, values.length]));
    model.setWeights(cut(floatsFrom(job.weights), sizes));
  }
  return model;
}

async function training(job: TrainJob): Promise<Contestant["run"]> {
  const { x, y } = rowsFrom(job);
  const optimizer = sgd({ learningRate: job.learningRate, momentum: job.momentum });
  const options = { loss: job.loss, optimizer, batchSize: job.batch, threads: job.threads };
  const trainer = await networkModel(job).trainer({ x, y }, options);
  return (steps) => trainer.run(steps);
}

/** The logits of batch after batch from memory, round and round. */
function predicting(job: PredictJob): Contestant["run"] {
  const { layers, batch, threads } = job;
  const { x } = rowsFrom(job);
  const model = networkModel(job);
  // Where it is not told a number of threads, a small prediction runs on the thread that asks, without a pool made for it.
  const options = threads === 1 ? {} : { threads };
  const size = batch * layers[0];
  let at = 0;
  return async (batches) => {
    for (let count = 0; count < batches; count++) {
      await model.predict(x.subarray(at, at + size), options);
      at = at + 2 * size <= x.length ? at + size : 0;
    }
  };
}

/** The product of one dense layer, whose inputs are no zeros. */
function multiplying({ size, threads }: ProductJob): Contestant["run"] {
  const model = sequential({ input: [size], seed: 1 }, [dense(size, { bias: false })]);
  const x = Float32Array.from({ length: size * size }, (_, index) => 1 + (index % 7) / 7);
  return async (products) => {
    for (let count = 0; count < products; count++) await model.predict(x, { threads });
  };
}

async function prepare(job: Job): Promise<Contestant> {
  const { version } = JSON.parse(readFileSync(createRequire(import.meta.url).resolve("drowse/package.json"), "utf8"));
  const told = { version: `drowse ${version}`, detail: `Node ${process.versions.node}` };
  switch (job.task) {
    case "train":
      return { ...told, run: await training(job) };
    case "predict":
      return { ...told, run: predicting(job) };
    case "product":
      return { ...told, run: multiplying(job) };
    case "peak":
      return { ...told, run: await peakContestant(job) };
    case "trainings":
      throw new Error("trainings are done by bench/queue.ts");
  }
}

await serve(prepare);
