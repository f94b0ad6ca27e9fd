import { asFloats, byteScale, type Data, prepareData } from "../data/prepare.ts";
import { checkFlag, checkNumber } from "../layers/options.ts";
import { type LossOption, resolveLoss } from "../losses/resolve.ts";
import { checkOptimizer, type Optimizer } from "../optimizers/optimizer.ts";
import { DrowseError } from "../tensor/errors.ts";
import { sizeOf } from "../tensor/shape.ts";
import { allKernels } from "../wasm/generated/kernels.ts";
import { createPoolMachine } from "../wasm/pool-machine.ts";
import { graphParameters } from "./graph.ts";
import type { Network } from "./network.ts";
import { makePlan } from "./plan.ts";
import { RowOrder } from "./row-order.ts";
import { resolveThreads } from "./threads.ts";
import { Trainer } from "./trainer.ts";
import { type Opened, type SessionRequest, TrainingSession } from "./training-session.ts";
import { writeNumbers } from "./weights.ts";

/** How a model is trained. */
export interface TrainingOptions {
  /** `"crossEntropy"` for classes, `"meanSquaredError"` for numbers. */
  loss: LossOption;
  optimizer: Optimizer;
  /** Rows per step; default 32. The last batch of an epoch may be smaller. */
  batchSize?: number;
  /** Whether each pass takes the rows in an order of its own, drawn from the model's seed; default true. False: as they lie. */
  shuffle?: boolean;
  /** Threads; default as many as help. The result is the same for any number. */
  threads?: number;
}

/** The options of training, by name. */
export const TRAINING_OPTIONS = ["loss", "optimizer", "batchSize", "shuffle", "threads"];

const DEFAULT_BATCH = 32;

/** What `fit` says of a training beside its options. */
interface Circumstances {
  /** Data that the trainer will be asked to evaluate. */
  readonly validation?: readonly Data[];
  /** Rows of the data to train on; default all. They keep their indices, which their masks are keyed by. */
  readonly rows?: Uint32Array | undefined;
  /** Evaluation will be asked for metrics. */
  readonly predicts?: boolean;
}

/** Makes a trainer. */
export async function createTrainer(
  operation: string,
  model: Network,
  data: Data,
  options: TrainingOptions,
  { validation = [], rows: chosen, predicts = false }: Circumstances = {},
): Promise<Trainer> {
  const loss = resolveLoss(operation, options.loss);
  const { batchSize = DEFAULT_BATCH, shuffle = true } = options;
  const optimizer = checkOptimizer(operation, options.optimizer);
  checkNumber(
    operation,
    "batchSize",
    batchSize,
    (value) => Number.isInteger(value) && value >= 1,
    "give a whole number of at least 1",
  );
  checkFlag(operation, "shuffle", shuffle);
  const { graph, seed } = model;
  if (graphParameters(graph).length === 0) {
    throw new DrowseError(operation, "the model has no weights", "add a layer that learns, such as dense(10)");
  }
  const { inputScale } = model;
  const request = { inputShape: graph.input, inputScale, outputs: sizeOf(graph.output), targets: loss.targets };
  const given = prepareData(operation, data, request);
  const others = validation.map((other) => prepareData(`${operation}: validation`, other, request));
  const mixed = others.some((other) => other.inputType !== given.inputType || other.inputScale !== given.inputScale);
  const source = mixed ? asFloats(given) : given;
  const rows = chosen ?? Uint32Array.from({ length: source.count }, (_, row) => row);
  const rowsPerStep = Math.min(batchSize, rows.length);
  const threads = resolveThreads(operation, options.threads, graph, rowsPerStep);
  const open = async (asked: SessionRequest): Promise<Opened> => {
    const plan = makePlan({
      graph: asked.graph,
      seed,
      batchSize: rowsPerStep,
      source,
      optimizer,
      loss,
      predict: asked.predicts ? loss.link : undefined,
      threads,
      fused: true,
      path: 0,
    });
    return { ...asked, plan, machine: await createPoolMachine(plan.specification, threads, allKernels) };
  };
  const first = await open({ graph, predicts });
  writeNumbers(first.machine, first.plan, graph, "value", model.weights);
  return new Trainer({
    model,
    loss,
    optimizer,
    source,
    order: new RowOrder(rows, shuffle ? seed : undefined),
    session: new TrainingSession(open, first, optimizer.slots),
    asFloats: mixed,
    byteScale: byteScale(given),
  });
}
