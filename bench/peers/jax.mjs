// jax-js as a contestant: the whole step in one jit, as its documentation has it. It has no dropout layer.
import { resolveObjectURL } from "node:buffer";
import { readFileSync } from "node:fs";
import * as threads from "node:worker_threads";
import { serve } from "./serve.mjs";

/** The Worker of browsers, which jax-js takes its threads from: without it, it would have one. */
class BrowserWorker {
  #waiting = [];
  #worker;
  onmessage = null;
  onerror = null;

  constructor(url) {
    const prelude = `
      const { parentPort } = require("node:worker_threads");
      globalThis.self = globalThis;
      globalThis.postMessage = (message) => parentPort.postMessage(message);
      parentPort.on("message", (data) => self.onmessage({ data }));
    `;
    resolveObjectURL(url)
      .text()
      .then((source) => {
        this.#worker = new threads.Worker(`${prelude}\n${source}`, { eval: true });
        this.#worker.on("message", (data) => this.onmessage?.({ data }));
        this.#worker.on("error", (error) => this.onerror?.(error));
        for (const message of this.#waiting) this.#worker.postMessage(message);
      });
  }

  postMessage(message) {
    if (this.#worker) this.#worker.postMessage(message);
    else this.#waiting.push(message);
  }
}

function numbers(path, Type) {
  const bytes = readFileSync(path);
  return new Type(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength));
}

async function training(jax, job) {
  const { numpy: np, nn } = jax;
  const { layers, loss, batch, learningRate, momentum, data } = job;
  const [K, N] = [layers[0], layers.at(-1)];

  const lossOf = (parameters, x, y) => {
    let h = x;
    for (let index = 0; index < parameters.length; index += 2) {
      h = np.add(np.matmul(h, parameters[index]), parameters[index + 1]);
      if (index + 2 < parameters.length) h = nn.relu(h);
    }
    if (loss === "crossEntropy") return np.negative(np.sum(np.multiply(nn.logSoftmax(h), y))).mul(1 / batch);
    return np.mean(np.square(np.subtract(h, y)));
  };
  const step = jax.jit((parameters, velocities, x, y) => {
    const kept = parameters.map((parameter) => parameter.ref);
    const [value, gradients] = jax.valueAndGrad(lossOf)(parameters, x, y);
    const moved = velocities.map((velocity, index) => velocity.mul(momentum).add(gradients[index]));
    const updated = kept.map((parameter, index) => parameter.sub(moved[index].ref.mul(learningRate)));
    return [updated, moved, value];
  });

  let state = 1;
  const unit = () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32 - 0.5;
  };
  let parameters = layers.slice(1).flatMap((outputs, index) => {
    const inputs = layers[index];
    const range = Math.sqrt(24 / inputs);
    const weight = Float32Array.from({ length: inputs * outputs }, () => unit() * range);
    return [np.array(weight).reshape([inputs, outputs]), np.zeros([outputs])];
  });
  let velocities = parameters.map((parameter) => np.zeros(parameter.shape));

  const x = numbers(data.x, Float32Array);
  const y = numbers(data.y, loss === "crossEntropy" ? Int32Array : Float32Array);
  const perEpoch = Math.floor(data.rows / batch);
  const order = Uint32Array.from({ length: data.rows }, (_, row) => row);
  let at = 0;
  // Batches are gathered in plain JavaScript, which is faster than its own take.
  const nextBatch = () => {
    if (at === 0) {
      for (let last = order.length - 1; last > 0; last--) {
        const other = Math.floor((unit() + 0.5) * (last + 1));
        [order[last], order[other]] = [order[other], order[last]];
      }
    }
    const inputs = new Float32Array(batch * K);
    const targets = new Float32Array(batch * N);
    for (let i = 0; i < batch; i++) {
      const row = order[at * batch + i];
      inputs.set(x.subarray(row * K, (row + 1) * K), i * K);
      if (loss === "crossEntropy") targets[i * N + y[row]] = 1;
      else targets.set(y.subarray(row * N, (row + 1) * N), i * N);
    }
    at = (at + 1) % perEpoch;
    return [np.array(inputs).reshape([batch, K]), np.array(targets).reshape([batch, N])];
  };
  return async (steps) => {
    let value;
    for (let count = 0; count < steps; count++) {
      value?.dispose();
      [parameters, velocities, value] = step(parameters, velocities, ...nextBatch());
      await jax.blockUntilReady(parameters);
    }
    const [mean] = await value.data();
    if (!Number.isFinite(mean)) throw new Error(`the loss is ${mean}`);
  };
}

await serve(async (job) => {
  if (job.threads > 1) globalThis.Worker = BrowserWorker;
  const navigator = { userAgent: "Node.js", hardwareConcurrency: job.threads };
  Object.defineProperty(globalThis, "navigator", { value: navigator, configurable: true });
  const jax = await import("@jax-js/jax");
  await jax.init();
  jax.defaultDevice("wasm");
  const { version } = JSON.parse(readFileSync(new URL("../node_modules/@jax-js/jax/package.json", import.meta.url), "utf8"));
  return { version: `jax-js ${version}`, detail: `WebAssembly, ${job.threads} threads`, run: await training(jax, job) };
});
