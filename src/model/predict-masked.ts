import type { Rows } from "../data/arrays.ts";
import { prepareData } from "../data/prepare.ts";
import { type BatchSource, isBatchSource } from "../data/source.ts";
import { isDropout } from "../layers/dropout/dropout-layer.ts";
import { checkNumber, checkOptions, checkSignal } from "../layers/options.ts";
import type { OutputLink } from "../losses/loss.ts";
import { TRAINING } from "../random/streams.ts";
import { DrowseError, show } from "../tensor/errors.ts";
import { sizeOf } from "../tensor/shape.ts";
import { predictionKernels } from "../wasm/generated/prediction-kernels.ts";
import { samplingKernels } from "../wasm/generated/sampling-kernels.ts";
import type { Program } from "../wasm/program.ts";
import type { Graph } from "./graph.ts";
import { predictSource } from "./inference.ts";
import { checkPlaces, isCount } from "./mask-of-layer.ts";
import { checkRecording, type MaskRecording } from "./mask-recording.ts";
import { Network } from "./network.ts";
import { emitInference } from "./passes.ts";
import { type PlanBuilder, SAMPLES } from "./plan-builder.ts";
import { checkOutput, type Predictions, type PredictOptions } from "./predicting-network.ts";
import { Predictors } from "./predictor.ts";
import { dropoutNodes, dropoutRecord } from "./rates.ts";
import type { StepSettings } from "./record.ts";

/** Options of {@link predictMasked}. */
export interface MaskedOptions extends PredictOptions {
  /** Whose masks: what {@link recordMasks} or `masks.record` of a trainer made, with every layer that drops. */
  masks: MaskRecording;
  /**
   * Where the rows of `x` stand in the data that is trained on, which masks are keyed by: an index for each, whole numbers from 0 to
   * 2^32 - 1; default 0, 1, 2, ...
   */
  rows?: ArrayLike<number>;
  /** Place of the rows' batch in its pass, for masks that a batch shares; default 0. */
  batch?: number;
}

const OPERATION = "predictMasked";
const OPTIONS = ["masks", "rows", "batch", "threads", "signal", "output", "scale"];
/** Rows per step. */
const BATCH = 128;

/** Machines by network: those of masked prediction have kernels and plans of their own. */
const predictors = new WeakMap<Network, Predictors>();

/**
 * Predicts with units asleep: the masks are those of a recording, the very ones that training has when a trainer replays it. It is for
 * acting in reinforcement learning by consistent dropout (Hausknecht and Wagener 2022): the policy that is updated is then the policy
 * that acted, where masks drawn anew would make it another, and the ratio of their probabilities noise.
 *
 * Row i of `x` has the masks of row `rows[i]` of the data that will be trained on, whatever the batch size and the threads, and its
 * output is to the bit that of a training step with these masks and weights. Only batch normalisation, whose statistics are a
 * batch's in training, has its running ones here. Noise is replayed like masks (`gaussianDropout`), weights that sleep like units
 * (`dropConnect`). Of masks that a batch shares `batch` says which.
 *
 * @param network - any with dropout; not with `variationalDropout` or `concreteDropout`, whose noise no recording holds.
 * @param x - rows of inputs, as for `predict`.
 * @returns what `predict` returns.
 * @throws {DrowseError} on a recording of another seed or architecture, or without a layer that drops, on indices that are not one for
 * each row, and on wrong options and inputs.
 * @example
 * const masks = recordMasks(policy); // of the policy's next pass
 * const { data } = await predictMasked(policy, [state], { masks, rows: [time] });
 * // later, with the states of all times as data:
 * trainer.masks.replay(masks);
 */
export async function predictMasked(network: Network, x: Rows | BatchSource, options: MaskedOptions): Promise<Predictions> {
  if (!(network instanceof Network))
    throw new DrowseError(OPERATION, `the network is ${show(network)}`, "give a network of this library");
  checkOptions(OPERATION, options, OPTIONS);
  const { masks, batch = 0, scale, threads, signal, output = "link" } = options;
  checkSignal(OPERATION, signal);
  checkNumber(OPERATION, "batch", batch, isCount, "give a whole number of at least 0");
  const link = checkOutput(OPERATION, output, network.link);
  const { inputShape, inputScale, outputShape, graph, seed, weights } = network;
  checkRecording(OPERATION, masks, seed, graph);
  checkComplete(graph, masks);
  const outputs = sizeOf(outputShape);
  const given = isBatchSource(x) ? x : { x, ...(scale === undefined ? {} : { scale }) };
  const source = prepareData(OPERATION, given, { inputShape, inputScale, outputs, targets: undefined });
  const indices = indicesOf(options.rows, source.count);
  const machines = predictors.get(network) ?? new Predictors([predictionKernels, samplingKernels]);
  predictors.set(network, machines);
  const goal = { link, sampling: { rows: BATCH, samples: 1, emit: emitMasked } };
  const predictor = await machines.get(OPERATION, { graph, seed, weights }, source, goal, threads);
  try {
    const steps = maskedSteps(source, indices, {
      ...{ batch, pass: 0, hyper: undefined, dropouts: dropoutRecord(graph) },
      maskPasses: dropoutNodes(graph).map(({ name }) => masks.layers[name]?.pass ?? 0),
    });
    const program = predictor.plan.programs.trunk;
    const data = await predictSource({ ...predictor, ...steps, program, signal, operation: OPERATION }, outputs);
    return { data, shape: [source.count, ...outputShape] };
  } finally {
    predictor.release();
  }
}

/** One program, in which masks and noise are those of training, and all else is as in prediction. */
function emitMasked(plan: PlanBuilder, link: OutputLink): Program[] {
  const maskOf: PlanBuilder["maskOf"] = (node, kind) => {
    const place = plan.maskOf(node, kind);
    return place && { ...place, stream: TRAINING };
  };
  return [emitInference({ ...plan, maskOf }, "masked", { link, loss: undefined, kind: SAMPLES })];
}

/** Steps over all rows in order: they are told the rows' indices in the data set, and the source is asked for the rows as they lie. */
function maskedSteps(source: BatchSource, indices: Uint32Array, common: Omit<StepSettings, "rows">) {
  const places = new WeakMap<Uint32Array, Uint32Array>();
  let first = 0;
  return {
    source: {
      ...source,
      gather: (rows, into) => source.gather(places.get(rows) as Uint32Array, into),
    } satisfies BatchSource,
    next(): StepSettings | undefined {
      if (first >= indices.length) return undefined;
      const rows = indices.slice(first, first + BATCH);
      places.set(
        rows,
        Uint32Array.from(rows, (_, i) => first + i),
      );
      first += rows.length;
      return { ...common, rows };
    },
  };
}

/** @throws {DrowseError} unless there is an index for each row. */
function indicesOf(rows: ArrayLike<number> | undefined, count: number): Uint32Array {
  if (rows === undefined) return Uint32Array.from({ length: count }, (_, row) => row);
  const indices = checkPlaces(OPERATION, rows, 0);
  if (indices.length !== count)
    throw new DrowseError(OPERATION, `rows has ${indices.length} indices and x ${count} rows`, "give an index for each row");
  return Uint32Array.from(indices);
}

/** @throws {DrowseError} where a layer draws what the recording does not say. */
function checkComplete({ nodes }: Graph, { layers }: MaskRecording): void {
  for (const { name, layer } of nodes) {
    if (!layer.isRandom) continue;
    if (!isDropout(layer))
      throw new DrowseError(
        OPERATION,
        `${name} draws noise that no recording holds`,
        "take a network without it, or predictUncertain",
      );
    if (!Object.hasOwn(layers, name))
      throw new DrowseError(OPERATION, `the recording has no masks of ${name}`, "record all layers that drop: leave layers out");
  }
}
