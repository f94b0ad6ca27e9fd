import { type Model, sequential, sgd, type Trace } from "drowse";
import { shuffledRows } from "../src/random/shuffle.ts";
import { streamKey } from "../src/random/streams.ts";
import { transpose } from "../src/reference/compression.ts";
import { type Network, type TrainingPass, trainingPass } from "../src/reference/network.ts";
import { relativeNormError } from "../test/closeness.ts";
import { Draws } from "../test/draws.ts";
import { twinOf } from "../test/twins.ts";
import type { NetworkJob } from "./job.ts";
import { networkLayers } from "./network.ts";

/** A network to check, and on how many rows of random data. */
export interface Checked extends Pick<NetworkJob, "layers" | "rates" | "loss"> {
  readonly rows: number;
}

/** Relative norm error that single precision may have against double. */
const TOLERANCE = 1e-5;
/** Passes whose masks are tried until no rectifier's input is so near to zero that its sign is a matter of rounding. */
const PASSES = 8;
const OPTIMIZER = sgd({ learningRate: 0.05, momentum: 0.9 });

type Numbers = ArrayLike<number>;
type ByName = ReadonlyMap<string, Float32Array>;

function randomData({ layers, loss, rows }: Checked): { x: Float32Array; y: Int32Array | Float32Array } {
  const draws = new Draws(7);
  const outputs = layers[layers.length - 1];
  const x = draws.floats(rows * layers[0]);
  const classes = () => Int32Array.from({ length: rows }, () => draws.integer(0, outputs - 1));
  return { x, y: loss === "crossEntropy" ? classes() : draws.floats(rows * outputs) };
}

function expectNear(actual: Numbers, expected: Numbers, what: string): number {
  const error = relativeNormError(actual, expected);
  if (!(error <= TOLERANCE)) throw new Error(`check: ${what} differs from the reference by ${error}, relative norm`);
  return error;
}

function expectSameBits(actual: ByName, expected: ByName, what: string): void {
  for (const [name, values] of expected) {
    const others = actual.get(name);
    const at = values.findIndex((value, i) => !Object.is(value, others?.[i]));
    if (at >= 0) throw new Error(`check: ${what}: number ${at} of ${name} is ${others?.[at]} and ${values[at]}`);
  }
}

/** Whether every rectifier lets the same units through in single precision as in double. */
function sameSides({ layers }: Network, twin: TrainingPass, outputs: readonly Numbers[]): boolean {
  return layers.every(
    (layer, i) => layer.type !== "relu" || twin.values[i + 1].every((value, at) => value > 0 === outputs[i][at] > 0),
  );
}

/**
 * One training step against the reference in double precision: loss and gradient of every parameter.
 * @param passOfReference whose masks the reference has; the engine's, but for a test that sees this check fail
 * @returns the largest relative norm error
 */
export async function checkStep(checked: Checked, passOfReference = (pass: number) => pass): Promise<number> {
  const { layers, loss, rows } = checked;
  const data = randomData(checked);
  const model = sequential({ input: [layers[0]], seed: 5 }, networkLayers(checked));
  const indices = Uint32Array.from({ length: rows }, (_, row) => row);
  for (let pass = 0; pass < PASSES; pass++) {
    const trace = await model.trace(data, { loss, pass });
    const network = twinOf(model, { loss, pass: passOfReference(pass) });
    const twin = trainingPass(network, { x: data.x, indices, targets: data.y });
    const outputs = [...trace.layers.values()].map(({ output }) => output.data);
    if (passOfReference(pass) === pass && !sameSides(network, twin, outputs)) continue;
    return Math.max(expectNear([trace.loss], [twin.loss], "the loss"), ...gradientErrors(model, trace, network, twin));
  }
  throw new Error(`check: in ${PASSES} passes a rectifier's input was too near to zero; take fewer rows`);
}

function gradientErrors(model: Model, trace: Trace, network: Network, twin: TrainingPass): number[] {
  return model.graph.nodes.flatMap(({ name }, index) => {
    const [layer, gradients] = [network.layers[index], twin.gradients[index]];
    if (layer.type !== "dense" || gradients === undefined) return [];
    const weight = transpose(trace.gradients.get(`${name}.weight`) ?? [], layer.N, layer.K);
    const bias = trace.gradients.get(`${name}.bias`) ?? [];
    return [
      expectNear(weight, gradients.weight, `the gradient of ${name}.weight`),
      expectNear(bias, gradients.bias ?? [], `the gradient of ${name}.bias`),
    ];
  });
}

/** The sparse and the dense products have the same bits, and so has the fused step of a trainer. */
export async function checkPaths(checked: Checked): Promise<void> {
  const { layers, loss, rows } = checked;
  const data = randomData(checked);
  const make = () => sequential({ input: [layers[0]], seed: 5 }, networkLayers(checked));
  const model = make();
  const order = shuffledRows(rows, streamKey(model.seed, "shuffle"), 0);
  const step = (path: 1 | 2) => model.trace(data, { loss, rows: order, optimizer: OPTIMIZER, path });
  const [sparse, dense] = [await step(1), await step(2)];
  expectSameBits(sparse.updated, dense.updated, "the sparse and the dense products");
  expectSameBits(
    await trained(make(), checked, 1, { batchSize: rows, threads: 1 }),
    dense.updated,
    "the fused and the traced step",
  );
}

/** Weights after some steps have the same bits on one thread and on several. */
export async function checkThreads(checked: Checked, steps: number, counts: readonly number[]): Promise<void> {
  const make = () => sequential({ input: [checked.layers[0]], seed: 5 }, networkLayers(checked));
  const batchSize = Math.max(1, Math.floor(checked.rows / 3));
  const alone = await trained(make(), checked, steps, { batchSize, threads: 1 });
  for (const threads of counts) {
    expectSameBits(await trained(make(), checked, steps, { batchSize, threads }), alone, `1 and ${threads} threads`);
  }
}

async function trained(
  model: Model,
  checked: Checked,
  steps: number,
  how: { batchSize: number; threads: number },
): Promise<ByName> {
  const trainer = await model.trainer(randomData(checked), { loss: checked.loss, optimizer: OPTIMIZER, ...how });
  try {
    await trainer.run(steps);
    await trainer.commit();
  } finally {
    trainer.close();
  }
  return model.weights;
}

/** What is timed, scaled down where it is large, and the main network as it is. */
const CHECKED: readonly Checked[] = [
  { layers: [784, 1024, 1024, 10], rates: [0.2, 0.5, 0.5], loss: "crossEntropy", rows: 12 },
  { layers: [196, 256, 256, 10], rates: [0, 0, 0], loss: "crossEntropy", rows: 48 },
  { layers: [98, 256, 256, 256, 10], rates: [0.2, 0.5, 0.5, 0.5], loss: "crossEntropy", rows: 48 },
  { layers: [98, 1024, 1024, 10], rates: [0.2, 0.8, 0.8], loss: "crossEntropy", rows: 16 },
  { layers: [512, 256, 256, 2], rates: [0, 0.5, 0.5], loss: "crossEntropy", rows: 32 },
  { layers: [13, 50, 1], rates: [0, 0.5], loss: "meanSquaredError", rows: 32 },
  { layers: [4, 16, 3], rates: [0, 0.5], loss: "crossEntropy", rows: 16 },
];

/**
 * Checks the engine before it is timed.
 * @returns in words what holds
 * @throws {Error} that names the first number that does not
 */
export async function checkEngine(threads: number): Promise<string> {
  const errors: number[] = [];
  for (const checked of CHECKED) {
    errors.push(await checkStep(checked));
    await checkPaths(checked);
    await checkThreads(checked, 7, [...new Set([2, threads])]);
  }
  const worst = Math.max(...errors).toExponential(1);
  const names = CHECKED.map(({ layers }) => layers.join("-")).join(", ");
  return `losses and gradients of ${names} are the reference's, relative norm error at most ${worst}; same bits by lists and by matrices, traced and fused, on 1 and ${threads > 1 ? threads : 2} threads`;
}
