// TensorFlow.js as a contestant; the argument before the job says which backend.
import { readFileSync } from "node:fs";
import * as tf from "@tensorflow/tfjs-core";
import "@tensorflow/tfjs-backend-cpu";
import * as wasm from "@tensorflow/tfjs-backend-wasm";
import * as layersOf from "@tensorflow/tfjs-layers";
import { serve } from "./serve.mjs";

const backend = process.argv.at(-2);

function numbers(path, Type) {
  const bytes = readFileSync(path);
  return new Type(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength));
}

function networkOf({ layers, rates, loss, learningRate, momentum, weights }) {
  const network = layersOf.sequential();
  const inputShape = [layers[0]];
  for (let index = 0; index + 1 < layers.length; index++) {
    const first = network.layers.length === 0 ? { inputShape } : {};
    if (rates[index] > 0) network.add(layersOf.layers.dropout({ rate: rates[index], ...first }));
    const last = index + 2 === layers.length;
    const activation = last ? (loss === "crossEntropy" ? "softmax" : "linear") : "relu";
    const shape = network.layers.length === 0 ? { inputShape } : {};
    network.add(layersOf.layers.dense({ units: layers[index + 1], activation, ...shape }));
  }
  if (weights !== undefined) network.setWeights(weightsOf(numbers(weights, Float32Array), layers));
  network.compile({
    optimizer: tf.train.momentum(learningRate ?? 0.1, momentum ?? 0),
    loss: loss === "crossEntropy" ? "categoricalCrossentropy" : "meanSquaredError",
  });
  return network;
}

/** Ours are [outputs, inputs], theirs [inputs, outputs]. */
function weightsOf(values, layers) {
  let at = 0;
  return layers.slice(1).flatMap((outputs, index) => {
    const inputs = layers[index];
    const weight = tf.tensor2d(values.subarray(at, at + outputs * inputs), [outputs, inputs]).transpose();
    at += outputs * inputs;
    const bias = tf.tensor1d(values.subarray(at, at + outputs));
    at += outputs;
    return [weight, bias];
  });
}

function training(job) {
  const { batch, layers, loss, data } = job;
  const outputs = layers.at(-1);
  const x = tf.tensor2d(numbers(data.x, Float32Array), [data.rows, layers[0]]);
  const y =
    loss === "crossEntropy"
      ? tf.oneHot(tf.tensor1d(numbers(data.y, Int32Array), "int32"), outputs)
      : tf.tensor2d(numbers(data.y, Float32Array), [data.rows, outputs]);
  const network = networkOf(job);
  const order = new Uint32Array(data.rows);
  let at = data.rows;
  return async (steps) => {
    for (let count = 0; count < steps; count++) {
      if (at >= data.rows) {
        for (let row = 0; row < data.rows; row++) order[row] = row;
        tf.util.shuffle(order);
        at = 0;
      }
      const rows = tf.tensor1d(Int32Array.from(order.subarray(at, at + batch)), "int32");
      at += batch;
      const inputs = tf.gather(x, rows);
      const targets = tf.gather(y, rows);
      await network.trainOnBatch(inputs, targets);
      tf.dispose([rows, inputs, targets]);
    }
  };
}

await serve(async (job) => {
  if (backend === "wasm") {
    wasm.setThreadsCount(job.threads);
    const folder = new URL("../node_modules/@tensorflow/tfjs-backend-wasm/dist/", import.meta.url);
    wasm.setWasmPaths(`${folder.pathname}`);
  }
  await tf.setBackend(backend);
  await tf.ready();
  const threads = backend === "wasm" ? wasm.getThreadsCount() : 1;
  const detail = `${backend} backend, ${threads === 1 ? "1 thread" : `${threads} threads`}`;
  return { version: `TensorFlow.js ${tf.version_core}`, detail, run: training(job) };
});
