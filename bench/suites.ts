import type { Command } from "./contestant.ts";
import type { Field } from "./field.ts";
import {
  type DataFiles,
  type Job,
  multiplyAdds,
  type NetworkJob,
  type PredictJob,
  productFlops,
  stepFlops,
  type TrainJob,
} from "./job.ts";
import { PEAK_FLOPS } from "./peak.ts";

/** A contestant of a case. */
export interface Entry {
  readonly command: Command;
  readonly job: Job;
  /** What it does, beside its name and version. */
  readonly what: string;
  /** How many of its units are told as one; default 1. */
  readonly units?: number;
}

/** Contestants that are timed by turns; the others are compared with the first. */
export interface Case {
  readonly title: string;
  /** What a time is the time of. */
  readonly unit: "step" | "batch" | "product" | "training";
  /** Floating point operations of a unit in which nothing is left out. */
  readonly flops: number;
  readonly entries: readonly Entry[];
  /** Where the case stands in a figure: the rate, or the width. */
  readonly at?: number;
}

/** What suites are made of. */
export interface Lab {
  readonly field: Field;
  readonly threads: number;
  /** Epochs of training before a network counts as trained. */
  readonly epochs: number;
  /** Rows without structure. */
  rows(job: Pick<NetworkJob, "layers" | "loss">): DataFiles;
  /** The training images of MNIST. */
  images(): Promise<DataFiles>;
  /** Files of the weights that a network begins with, and of those it has after the epochs on MNIST. */
  initial(job: Pick<NetworkJob, "layers">): string;
  trained(job: Pick<NetworkJob, "layers" | "rates">): Promise<string>;
}

const MAIN = [784, 1024, 1024, 10];
const MAIN_RATES = [0.2, 0.5, 0.5];
const BATCH = 128;
const PRODUCT = 2048;

/** A step so small that the network stays what it is while it is timed. */
const HYPER = { learningRate: 0.001, momentum: 0.9 };

const name = (layers: readonly number[]) => layers.join("-");
const threadsOf = (threads: number) => (threads === 1 ? "1 thread" : `${threads} threads`);

function trainJob(lab: Lab, changes: Partial<TrainJob> = {}): TrainJob {
  const { layers = MAIN, rates = MAIN_RATES, loss = "crossEntropy", batch = BATCH, threads = lab.threads } = changes;
  const data = changes.data ?? lab.rows({ layers, loss });
  return { task: "train", layers, rates, loss, batch, threads, data, ...HYPER, ...changes };
}

const awake = (job: TrainJob): TrainJob => ({ ...job, rates: job.rates.map(() => 0) });

/** This engine and each PyTorch, with dropout and without. */
function withAndWithout({ field }: Lab, job: TrainJob): Entry[] {
  const commands = [field.drowse, ...field.torch.map(({ command }) => command)];
  return commands.flatMap((command) => [
    { command, job, what: "dropout" },
    { command, job: awake(job), what: "without dropout" },
  ]);
}

/** One mask for all rows of a batch, which is another regulariser, and leaves whole columns out. */
function withOneMask({ field }: Lab, job: TrainJob): Entry[] {
  return [{ command: field.drowse, job: { ...job, shared: true }, what: "dropout, one mask a batch" }];
}

/** How long the floating point operations of a step would take at the speed of a large dense product. */
function atDensePeak({ field }: Lab, job: TrainJob): Entry[] {
  const product: Job = { task: "product", size: PRODUCT, threads: job.threads };
  const units = stepFlops(job) / productFlops(PRODUCT);
  return field.torch.map(({ command }) => ({ command, job: product, what: "the step's FLOPs at its dense peak", units }));
}

function browsersPeers({ field }: Lab, job: TrainJob, backends: readonly ("wasm" | "cpu")[]): Entry[] {
  const { jax, tfjs } = field;
  return [
    ...(jax ? [{ command: jax, job: awake(job), what: "without dropout" }] : []),
    ...(tfjs ? backends.map((backend) => ({ command: tfjs[backend], job, what: `dropout, ${backend} backend` })) : []),
  ];
}

function stepCase(title: string, job: TrainJob, entries: readonly Entry[]): Case {
  return { title, unit: "step", flops: stepFlops(job), entries };
}

function titleOf({ layers, rates, batch, threads }: TrainJob, rest = ""): string {
  return `${name(layers)}, rates ${rates.join(" ")}, batch ${batch}, ${threadsOf(threads)}${rest}`;
}

function step(lab: Lab): Case[] {
  const job = trainJob(lab);
  const entries = [...withAndWithout(lab, job), ...atDensePeak(lab, job), ...browsersPeers(lab, job, ["wasm", "cpu"])];
  return [stepCase(titleOf(job, ", random data"), job, entries)];
}

function rates(lab: Lab): Case[] {
  return [0, 0.2, 0.5, 0.8].map((rate) => {
    const job = trainJob(lab, { rates: [0.2, rate, rate] });
    const commands = [lab.field.drowse, ...lab.field.torch.map(({ command }) => command)];
    const entries = commands.map((command) => ({ command, job, what: "dropout" }));
    return { ...stepCase(titleOf(job), job, entries), at: rate };
  });
}

function widths(lab: Lab): Case[] {
  return [256, 512, 1024, 2048].map((width) => {
    const job = trainJob(lab, { layers: [784, width, width, 10] });
    return { ...stepCase(titleOf(job), job, withAndWithout(lab, job)), at: width };
  });
}

function batches(lab: Lab): Case[] {
  return [1, 32, 128, 512].map((batch) => {
    const job = trainJob(lab, { batch });
    return stepCase(titleOf(job), job, withAndWithout(lab, job));
  });
}

/** Networks as small as those of iris and of houses, where all is overhead. One thread: more have nothing to do. */
function tiny(lab: Lab): Case[] {
  const iris = trainJob(lab, { layers: [4, 16, 3], rates: [0, 0.5], batch: 16, threads: 1 });
  const houses = trainJob(lab, { layers: [13, 50, 1], rates: [0, 0.5], batch: 32, threads: 1, loss: "meanSquaredError" });
  return [iris, houses].map((job) =>
    stepCase(titleOf(job), job, [...withAndWithout(lab, job), ...browsersPeers(lab, job, ["cpu"])]),
  );
}

/** Three hidden layers, and the widest layer of Srivastava et al. 2014. */
function large(lab: Lab): Case[] {
  const deep = trainJob(lab, { layers: [784, 2048, 2048, 2048, 10], rates: [0.2, 0.5, 0.5, 0.5] });
  const widest = trainJob(lab, { layers: [784, 8192, 8192, 10] });
  return [deep, widest].map((job) =>
    stepCase(titleOf(job), job, [...withAndWithout(lab, job), ...withOneMask(lab, job), ...atDensePeak(lab, job)]),
  );
}

/** Dense inputs, such as the embeddings of texts. */
function embeddings(lab: Lab): Case[] {
  return [32, 128].map((batch) => {
    const job = trainJob(lab, { layers: [512, 256, 256, 2], rates: [0, 0.5, 0.5], batch });
    return stepCase(titleOf(job), job, [...withAndWithout(lab, job), ...withOneMask(lab, job), ...browsersPeers(lab, job, [])]);
  });
}

/** Images, most of whose pixels are zero, before training and after: networks get sparser while they learn. */
async function mnist(lab: Lab): Promise<Case[]> {
  const job = trainJob(lab, { data: await lab.images() });
  const start = { ...job, weights: lab.initial(job) };
  const end = { ...job, weights: await lab.trained(job) };
  const endAwake = { ...awake(job), weights: await lab.trained(awake(job)) };
  return [
    stepCase(titleOf(job, ", MNIST at the start"), job, withAndWithout(lab, start)),
    stepCase(
      titleOf(job, `, MNIST after ${lab.epochs} epochs`),
      job,
      withAndWithout(lab, end).map((entry) => (entry.what === "dropout" ? entry : { ...entry, job: endAwake })),
    ),
  ];
}

/**
 * A model with dropout layers of inverted scaling and the same without them: prediction is the same work. Of rows without zeros, and
 * of an image.
 */
async function predict(lab: Lab): Promise<Case[]> {
  const { field } = lab;
  const { layers, rates: asleep, loss, data: random } = trainJob(lab);
  const cases = [
    { batch: 1, data: random, rest: "" },
    { batch: BATCH, data: random, rest: "" },
    { batch: 1, data: await lab.images(), rest: ", MNIST" },
  ];
  return cases.map(({ batch, data, rest }) => {
    const shape = { layers, rates: asleep, loss, data, batch, threads: batch === 1 ? 1 : lab.threads };
    const job: PredictJob = { task: "predict", ...shape, weights: lab.initial(shape) };
    const without = { ...job, rates: [0, 0, 0] };
    const entries: Entry[] = [
      { command: field.drowse, job, what: "dropout layers" },
      { command: field.drowse, job: without, what: "no dropout layers" },
      ...(field.onnxruntime ? [{ command: field.onnxruntime.command, job: without, what: "no dropout layers" }] : []),
      ...field.torch.map(({ command }) => ({ command, job, what: "dropout layers" })),
    ];
    const title = `prediction, ${name(layers)}, batch ${batch}, ${threadsOf(job.threads)}${rest}`;
    return { title, unit: "batch", flops: 2 * batch * multiplyAdds(layers), entries };
  });
}

/** What the machine can do: vectors of WebAssembly in registers, and large products without a zero. */
function roofline(lab: Lab): Case[] {
  const { field } = lab;
  return [...new Set([1, lab.threads])].map((threads) => {
    const product: Job = { task: "product", size: PRODUCT, threads };
    const flops = productFlops(PRODUCT);
    const entries: Entry[] = [
      { command: field.drowse, job: product, what: "dense product" },
      { command: field.drowse, job: { task: "peak", threads }, what: "peak of WebAssembly", units: flops / PEAK_FLOPS },
      ...field.torch.map(({ command }) => ({ command, job: product, what: "dense product" })),
    ];
    return { title: `product of ${PRODUCT} x ${PRODUCT} matrices, ${threadsOf(threads)}`, unit: "product", flops, entries };
  });
}

/** One thread, two, and twice as many as the first number: more than the machine has cores where that is its number. */
function threads(lab: Lab): Case[] {
  const counts = [...new Set([1, 2, lab.threads, 2 * lab.threads])];
  const commands = [lab.field.drowse, ...lab.field.torch.map(({ command }) => command)];
  const job = trainJob(lab, { threads: 1 });
  const entries = commands.flatMap((command) =>
    counts.map((count) => ({ command, job: { ...job, threads: count }, what: `dropout, ${threadsOf(count)}` })),
  );
  return [stepCase(`${name(job.layers)}, rates ${job.rates.join(" ")}, batch ${job.batch}`, job, entries)];
}

/** Trainings that are given out at once: enough that two workers have something to do. */
const AT_ONCE = 16;

/**
 * Trainings of a table of 1,000 rows by 8, as a sweep gives them out: what the queue costs each, and what a second worker brings. The
 * last are of the network that tables get where nothing is said.
 */
function queue({ field }: Lab): Case[] {
  const kinds = [
    { hidden: [32], epochs: 1 },
    { hidden: [32], epochs: 40 },
    { hidden: [128, 128], epochs: 40 },
  ];
  return kinds.map(({ hidden, epochs }) => {
    const layers = [8, ...hidden, 2];
    const entry = (workers: number, threads: number, what: string): Entry => ({
      command: field.queue,
      job: { task: "trainings", workers, threads, hidden, epochs, trainings: AT_ONCE },
      units: 1 / AT_ONCE,
      what,
    });
    return {
      title: `trainings of ${epochs} ${epochs === 1 ? "epoch" : "epochs"}, ${name(layers)}, 1,000 rows`,
      unit: "training",
      flops: epochs * 25 * stepFlops({ layers, batch: 32 }),
      entries: [
        entry(0, 1, "one thread"),
        entry(1, 1, "a queue, one worker"),
        entry(2, 1, "a queue, two workers"),
        entry(0, 2, "two threads"),
      ],
    };
  });
}

/** The suites by name, the most important first. */
export const suites: Readonly<Record<string, (lab: Lab) => Case[] | Promise<Case[]>>> = {
  step,
  rates,
  widths,
  batches,
  tiny,
  large,
  embeddings,
  mnist,
  predict,
  roofline,
  threads,
  queue,
};
