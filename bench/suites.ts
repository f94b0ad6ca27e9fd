import type { Command } from "./contestant.ts";
import type { Field } from "./field.ts";
import { type DataFiles, type Job, type NetworkJob, productFlops, stepFlops, type TrainJob } from "./job.ts";

/** A contestant of a case. */
export interface Entry {
  readonly command: Command;
  readonly job: Job;
  /** What it does, beside its name and version. */
  readonly what: string;
  /** How many of its units are told as one; default 1. */
  readonly units?: number;
  /** Where it stands in a figure. */
  readonly at?: number;
}

/** Contestants that are timed by turns; the others are compared with the first. */
export interface Case {
  readonly title: string;
  /** What a time is the time of. */
  readonly unit: "step" | "prediction" | "product";
  /** Floating point operations of a unit in which nothing is left out. */
  readonly flops: number;
  readonly entries: readonly Entry[];
}

/** What suites are made of. */
export interface Lab {
  readonly field: Field;
  readonly threads: number;
  /** Epochs of training before a network counts as trained. */
  readonly epochs: number;
  rows(job: Pick<NetworkJob, "layers" | "loss">): DataFiles;
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

/** The suites by name, the most important first. */
export const suites: Record<string, (lab: Lab) => Case[] | Promise<Case[]>> = { step };
