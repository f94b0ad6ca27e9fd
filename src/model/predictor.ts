import type { BatchSource } from "../data/source.ts";
import type { Loss, OutputLink } from "../losses/loss.ts";
import { createLocalMachine } from "../wasm/local-machine.ts";
import type { Machine } from "../wasm/machine.ts";
import type { KernelSet } from "../wasm/module.ts";
import { createPoolMachine } from "../wasm/pool-machine.ts";
import type { Graph } from "./graph.ts";
import { makePlan, type Plan } from "./plan.ts";
import { resolveThreads, rowWork } from "./threads.ts";
import { type Numbers, writeNumbers } from "./weights.ts";

/** Rows per step of a prediction. */
const BATCH = 128;
/** Multiply-adds below which the calling thread predicts: about a tenth of a second. Longer work goes to threads. */
const LOCAL_WORK = 2e9;

/** A machine with a model's weights, ready to predict or to evaluate. */
export interface Predictor {
  readonly machine: Machine;
  readonly plan: Plan;
  /** Gives a pool's threads back; a local machine waits for the next call. */
  release(): void;
}

/**
 * Machines for predictions. Small ones are kept, so that predicting row by row prepares once, until the model has
 * other weights. A machine that is in use is not among the kept ones: its memory serves one call at a time.
 */
export class Predictors {
  readonly #kernels: KernelSet;
  #kept = new Map<string, Predictor>();
  #weights: Numbers | undefined;

  constructor(kernels: KernelSet) {
    this.#kernels = kernels;
  }

  async get(
    operation: string,
    model: { graph: Graph; seed: number; weights: Numbers },
    source: BatchSource,
    { loss, link }: { loss?: Loss; link?: OutputLink | undefined },
    threads: number | undefined,
  ): Promise<Predictor> {
    const { graph, seed, weights } = model;
    const chosen = resolveThreads(operation, threads, graph, BATCH);
    const isLocal = (threads ?? 1) === 1 && rowWork(graph) * source.count <= LOCAL_WORK;
    const key = JSON.stringify([source.inputType, source.inputScale, loss?.kind, loss?.settings, link]);
    if (this.#weights !== weights) {
      this.#kept = new Map();
      this.#weights = weights;
    }
    const kept = this.#kept;
    const ready = isLocal ? kept.get(key) : undefined;
    if (ready) {
      kept.delete(key);
      return ready;
    }
    const plan = makePlan({
      graph,
      seed,
      batchSize: BATCH,
      source,
      optimizer: undefined,
      loss,
      predict: link,
      threads: isLocal ? 1 : chosen,
      fused: true,
      path: 0,
    });
    const machine = isLocal
      ? await createLocalMachine(plan.specification, this.#kernels)
      : await createPoolMachine(plan.specification, chosen, this.#kernels);
    writeNumbers(machine, plan, graph, "value", weights);
    const release = () => (isLocal ? void kept.set(key, predictor) : machine.close());
    const predictor: Predictor = { machine, plan, release };
    return predictor;
  }
}
