import type { BatchSource } from "../data/source.ts";
import type { Loss, OutputLink } from "../losses/loss.ts";
import { createLocalMachine } from "../wasm/local-machine.ts";
import type { Machine } from "../wasm/machine.ts";
import type { KernelSet } from "../wasm/module.ts";
import { createPoolMachine } from "../wasm/pool-machine.ts";
import type { Graph } from "./graph.ts";
import { makePlan, type Plan } from "./plan.ts";
import type { SamplingRequest } from "./plan-builder.ts";
import { resolveThreads, rowWork } from "./threads.ts";
import { type Numbers, writeNumbers } from "./weights.ts";

/** Rows per step of a prediction. */
const BATCH = 128;
/** Multiply-adds below which the calling thread predicts: about a tenth of a second. Longer work goes to threads. */
const LOCAL_WORK = 2e9;
/** What a slot of records takes in small predictions: memory of WebAssembly is slow to come, and its garbage is collected late. */
const SMALL_SLOT_BYTES = 1 << 18;
/** Predictors that are kept at most, of a model and a kind of call; and pools of threads, of all models together. */
const MOST_KEPT = 8;
/** How long threads that were asked for by number wait for another small prediction, before others may have them. */
const KEPT_MILLISECONDS = 1000;

/** What is asked of a predictor: the loss, what becomes of the logits, and how much of a Monte Carlo prediction at a time. */
export interface PredictorGoal {
  readonly loss?: Loss;
  readonly link?: OutputLink | undefined;
  readonly sampling?: SamplingRequest;
  /** How often each row passes, by which work is judged; default 1. */
  readonly passes?: number;
}

/** A machine with a model's weights, ready to predict or to evaluate. */
export interface Predictor {
  readonly machine: Machine;
  readonly plan: Plan;
  /** Gives a pool's threads back; a local machine waits for the next call. */
  release(): void;
}

/**
 * Machines for predictions. Those of small ones are kept, so that predicting row by row prepares once, until the model has
 * other weights; a pool's threads only for a moment. A machine that is in use is not among the kept ones: its memory serves
 * one call at a time.
 */
export class Predictors {
  readonly #kernels: readonly KernelSet[];
  #kept = new Kept();
  #weights: Numbers | undefined;

  constructor(kernels: readonly KernelSet[]) {
    this.#kernels = kernels;
  }

  async get(
    operation: string,
    model: { graph: Graph; seed: number; weights: Numbers },
    source: BatchSource,
    { loss, link, sampling, passes = 1 }: PredictorGoal,
    threads: number | undefined,
  ): Promise<Predictor> {
    const { graph, seed, weights } = model;
    const batchSize = sampling ? sampling.rows * sampling.samples : BATCH;
    const chosen = resolveThreads(operation, threads, graph, batchSize);
    const isSmall = rowWork(graph) * source.count * passes <= LOCAL_WORK;
    const isLocal = chosen === 0 || (isSmall && (threads ?? 1) === 1);
    const goal = [loss?.kind, loss?.settings, link, sampling && { ...sampling, seed }];
    const key = JSON.stringify([source.inputType, source.inputScale, ...goal, isLocal ? 0 : chosen]);
    if (this.#weights !== weights) {
      this.#kept.close();
      this.#kept = new Kept();
      this.#weights = weights;
    }
    const kept = this.#kept;
    const ready = isSmall ? kept.take(key) : undefined;
    if (ready) return ready;
    const plan = makePlan({
      kernels: this.#kernels,
      graph,
      seed,
      batchSize,
      source,
      optimizer: undefined,
      loss,
      predict: link,
      sampling,
      threads: isLocal ? 1 : chosen,
      slotBytes: isSmall ? SMALL_SLOT_BYTES : undefined,
      fused: true,
      path: 0,
    });
    const machine = isLocal ? await createLocalMachine(plan.specification) : await createPoolMachine(plan.specification, chosen);
    writeNumbers(machine, plan, graph, "value", weights);
    const release = () => (isSmall ? kept.give(key, predictor, isLocal) : machine.close());
    const predictor: Predictor = { machine, plan, release };
    return predictor;
  }
}

interface Waiting {
  readonly predictor: Predictor;
  readonly timer: ReturnType<typeof setTimeout> | undefined;
  close(): void;
}

/** Pools of all models that wait, the oldest first: who predicts with one model after another must not hold threads for each. */
const pools = new Set<Waiting>();

/** Predictors that wait for the next call, all of one set of weights. */
class Kept {
  readonly #waiting = new Map<string, Waiting>();
  #closed = false;

  take(key: string): Predictor | undefined {
    const found = this.#waiting.get(key);
    if (!found) return;
    this.#waiting.delete(key);
    pools.delete(found);
    clearTimeout(found.timer);
    return found.predictor.machine.isLost ? undefined : found.predictor;
  }

  give(key: string, predictor: Predictor, forGood: boolean): void {
    if (this.#closed || this.#waiting.has(key)) {
      predictor.machine.close();
      return;
    }
    const close = () => this.take(key)?.machine.close();
    const timer = forGood ? undefined : setTimeout(close, KEPT_MILLISECONDS);
    // A program may end before; timers of a page are plain numbers.
    if (typeof timer === "object") timer.unref();
    const waiting = { predictor, timer, close };
    this.#waiting.set(key, waiting);
    if (!forGood) pools.add(waiting);
    for (const all of [this.#waiting.values(), pools]) {
      const [oldest, ...others] = all;
      if (others.length >= MOST_KEPT) oldest.close();
    }
  }

  close(): void {
    this.#closed = true;
    for (const key of [...this.#waiting.keys()]) this.take(key)?.machine.close();
  }
}
