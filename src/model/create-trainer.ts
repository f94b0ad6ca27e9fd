import { type ClassWeights, weighClasses } from "../data/class-weights.ts";
import { asFloats, byteScale, type Data, prepareData } from "../data/prepare.ts";
import { checkCount, checkFlag, checkNumber } from "../layers/options.ts";
import { type LossOption, resolveLoss } from "../losses/resolve.ts";
import { checkOptimizer, type Optimizer } from "../optimizers/optimizer.ts";
import { DrowseError, show } from "../tensor/errors.ts";
import { sizeOf } from "../tensor/shape.ts";
import { allKernels } from "../wasm/all-kernels.ts";
import { createTurningMachine } from "../wasm/local-machine.ts";
import { createPoolMachine } from "../wasm/pool-machine.ts";
import { planCopies } from "./copies.ts";
import { lossRequest } from "./data-request.ts";
import type { Graph } from "./graph.ts";
import type { Network } from "./network.ts";
import { RowOrder } from "./row-order.ts";
import { type DropoutSchedule, ScheduledRates } from "./scheduled-rates.ts";
import { resolveThreads } from "./threads.ts";
import { checkBatches, checkTrainable, classesOf } from "./trainable.ts";
import { Trainer } from "./trainer.ts";
import { makeTrainingPlan } from "./training-pass.ts";
import { type Opened, type SessionRequest, TrainingSession } from "./training-session.ts";
import { writeNumbers } from "./weights.ts";

/** How a model is trained. */
export interface TrainingOptions {
  /**
   * `"crossEntropy"` for classes, `"binaryCrossEntropy"` for what is true or not, `"meanSquaredError"`,
   * `"meanAbsoluteError"` or `"huber"` for numbers; or one made by its function.
   */
  loss: LossOption;
  /** What is made of gradients: `sgd({ learningRate: 0.1, momentum: 0.9 })`, `adam()`, ... */
  optimizer: Optimizer;
  /** Rows per step; default 32. The last batch of an epoch may be smaller. */
  batchSize?: number;
  /** Whether each pass takes the rows in an order of its own, drawn from the model's seed; default true. False: as they lie. */
  shuffle?: boolean;
  /**
   * Threads; default as many as help. 0: the calling thread, which does nothing else meanwhile, for who calls from a thread of
   * their own. The result is the same for any number.
   */
  threads?: number;
  /**
   * Weights of the rows by their class, in training: one number per class, or `"balanced"`, rows / (classes * rows of
   * the class). They are multiplied with the data's `sampleWeights`, and taken as they are: see there.
   */
  classWeights?: ClassWeights;
  /**
   * How rates of dropout layers move from step to step: one schedule for all layers with a rate, or schedules by the layers'
   * names. The model has the rates of the last step when training is over: its file has them, and `scaling: "standard"` predicts
   * by them. All steps are looked at before the first: a rate outside [0, 1] is refused with its step.
   */
  dropoutSchedule?: DropoutSchedule;
}

/** Options of a trainer. */
export interface TrainerOptions extends TrainingOptions {
  /** Steps that `dropoutSchedule` is made for, a whole number of at least 1: not less and not more than that is meant to be run. */
  steps?: number;
}

/** The options of training, by name. */
export const TRAINING_OPTIONS = ["loss", "optimizer", "batchSize", "shuffle", "threads", "classWeights", "dropoutSchedule"];

const DEFAULT_BATCH = 32;

/** What `fit` says of a training beside its options. */
interface Circumstances {
  /** Data that the trainer will be asked to evaluate. */
  readonly validation?: readonly Data[];
  /** Rows of the data to train on; default all. They keep their indices, which their masks are keyed by. */
  readonly rows?: Uint32Array | undefined;
  /** Evaluation will be asked for metrics. */
  readonly predicts?: boolean;
  /** Passes that will be trained; undefined: the options say how many steps. */
  readonly epochs?: number;
}

/** Makes a trainer. */
export async function createTrainer(
  operation: string,
  model: Network,
  data: Data,
  options: TrainerOptions,
  { validation = [], rows: chosen, predicts = false, epochs }: Circumstances = {},
): Promise<Trainer> {
  const loss = resolveLoss(operation, options.loss);
  const { batchSize = DEFAULT_BATCH, shuffle = true } = options;
  const optimizer = checkOptimizer(operation, options.optimizer);
  checkCount(operation, "batchSize", batchSize);
  checkFlag(operation, "shuffle", shuffle);
  const { graph, seed } = model;
  checkTrainable(operation, loss, graph);
  const request = lossRequest(operation, model, loss);
  const given = prepareData(operation, data, request);
  const others = validation.map((other) => prepareData(`${operation}: validation`, other, request));
  const mixed = others.some((other) => other.inputType !== given.inputType || other.inputScale !== given.inputScale);
  const unweighted = mixed ? asFloats(given) : given;
  const rows = chosen ?? Uint32Array.from({ length: given.count }, (_, row) => row);
  const { classWeights } = options;
  const source =
    classWeights === undefined
      ? unweighted
      : await weighClasses(operation, unweighted, classWeights, { classes: classesOf(loss, sizeOf(graph.output)), rows });
  const rowsPerStep = Math.min(batchSize, rows.length);
  checkBatches(operation, graph, rows.length, rowsPerStep);
  const steps = epochs === undefined ? options.steps : epochs * Math.ceil(rows.length / rowsPerStep);
  const schedules = scheduledRates(operation, graph, options.dropoutSchedule, steps);
  const { copies } = loss;
  const drawing = schedules?.planned(graph, 0, schedules.steps) ?? graph;
  const threads = resolveThreads(operation, options.threads, graph, rowsPerStep * (copies?.count ?? 1));
  const open = async (asked: SessionRequest): Promise<Opened> => {
    const plan = makeTrainingPlan({
      kernels: allKernels,
      graph: asked.graph,
      seed,
      batchSize: rowsPerStep,
      source,
      optimizer,
      loss,
      predict: asked.predicts ? loss.link : undefined,
      threads: Math.max(1, threads),
      fused: true,
      path: 0,
      trainingRows: rows.length,
      copies: copies && planCopies(asked.graph, rowsPerStep, copies.count, asked.copiesFrom ?? ""),
    });
    const { specification } = plan;
    const machine = threads === 0 ? await createTurningMachine(specification) : await createPoolMachine(specification, threads);
    return { ...asked, plan, machine };
  };
  const first = await open({ graph, predicts, copiesFrom: copies?.beginsAt(operation, drawing.nodes, source.count) });
  writeNumbers(first.machine, first.plan, graph, "value", model.weights);
  return new Trainer({
    model,
    loss,
    optimizer,
    source,
    order: new RowOrder(rows, shuffle ? seed : undefined),
    session: new TrainingSession(open, first, optimizer.slots),
    schedules,
    asFloats: mixed,
    byteScale: byteScale(given),
  });
}

function scheduledRates(
  operation: string,
  graph: Graph,
  given: DropoutSchedule | undefined,
  steps: number | undefined,
): ScheduledRates | undefined {
  if (given === undefined) {
    if (steps === undefined || operation === "fit") return undefined;
    throw new DrowseError(operation, `steps is ${show(steps)}, and no dropoutSchedule is given`, "leave steps out");
  }
  const isCount = (value: number) => Number.isInteger(value) && value >= 1;
  const remedy = "give how many steps the schedule is made for, a whole number of at least 1";
  return new ScheduledRates(operation, graph, given, checkNumber(operation, "steps", steps, isCount, remedy));
}
