import type { Rows } from "../data/arrays.ts";
import { prepareData } from "../data/prepare.ts";
import { type BatchSource, isBatchSource } from "../data/source.ts";
import { checkFlag, checkNumber, checkOptions, checkSignal } from "../layers/options.ts";
import { checkSeed } from "../random/streams.ts";
import { DrowseError, show } from "../tensor/errors.ts";
import { sizeOf } from "../tensor/shape.ts";
import { checkTau } from "../uncertainty/predictive-variance.ts";
import { checkLevels } from "../uncertainty/quantiles.ts";
import { predictionKernels } from "../wasm/generated/prediction-kernels.ts";
import { samplingKernels } from "../wasm/generated/sampling-kernels.ts";
import type { Graph } from "./graph.ts";
import { isCount } from "./mask-of-layer.ts";
import { Network } from "./network.ts";
import { checkOutput, type PredictOptions } from "./predicting-network.ts";
import { Predictors } from "./predictor.ts";
import { sampleSource, samplingSize } from "./sampling.ts";
import { emitSampling } from "./sampling-passes.ts";
import { UncertainCollector, type UncertainPredictions } from "./uncertain-predictions.ts";

/** Options of `predictUncertain`. */
export interface UncertainOptions extends PredictOptions {
  /** Monte Carlo samples, T: how many masks each row is predicted with, at least 1; default 100. */
  samples?: number;
  /** Takes the place of the model's seed in the masks' keys: another seed, other samples. Default the model's. */
  seed?: number;
  /** Levels of quantiles, from 0 to 1, such as [0.05, 0.95]; default none. */
  quantiles?: readonly number[];
  /**
   * Precision of the noise in the targets of a regression, above 0: gives `variance`. `chooseTau` finds one. A network that was trained
   * with `gaussianNegativeLogLikelihood` tells the noise itself.
   */
  tau?: number;
  /** Keep the samples themselves: T * rows * outputs numbers. Default false. */
  keepSamples?: boolean;
}

const OPERATION = "predictUncertain";
const OPTIONS = ["samples", "seed", "quantiles", "tau", "keepSamples", "threads", "signal", "output", "scale"];

/** Machines by network: those of Monte Carlo prediction have kernels and plans of their own. */
const predictors = new WeakMap<Network, Predictors>();

/**
 * Monte Carlo dropout (Gal and Ghahramani 2016): predicts each row T times with masks drawn as in training, and tells mean and spread.
 * Nothing but what is drawn at random is as in training: batch normalisation keeps its statistics.
 *
 * Sample t of row i is a pure function of the model, the seed, t and i: the mask of layer `dropout1` is that of the key
 * `mask/dropout1` under the seed, pass t, row i of `x`, in a stream that training does not use. So samples do not depend on batches
 * or threads, and the first 50 of 100 are those of 50. A mask that a batch shares (`sharedAcross: ["batch"]`) is one for all rows of a
 * sample.
 *
 * The layers before the first one that draws run once, not T times.
 *
 * @param network - trained with dropout.
 * @param x - rows of inputs, as for `predict`.
 * @param first - where `x` is a part of more rows, predicted part by part: the index of its first row there, by which masks are drawn. A
 * whole number of at least 0; default 0.
 * @throws {DrowseError} on a network in which nothing is drawn at random, on wrong options and inputs, and on outputs that are not finite.
 * @example
 * const { mean, std, entropy, mutualInformation } = await predictUncertain(network, x, { samples: 100 });
 */
export async function predictUncertain(
  network: Network,
  x: Rows | BatchSource,
  options: UncertainOptions = {},
  first = 0,
): Promise<UncertainPredictions> {
  if (!(network instanceof Network))
    throw new DrowseError(OPERATION, `the network is ${show(network)}`, "give a network of this library");
  const { samples: T, seed, levels, tau, keepSamples, link } = readOptions(network, options);
  checkNumber(OPERATION, "first", first, isCount, "give a whole number of at least 0");
  checkRandom(network.graph);
  const { scale, threads, signal } = options;
  const given = isBatchSource(x) ? x : { x, ...(scale === undefined ? {} : { scale }) };
  const { inputShape, inputScale, outputShape, graph, weights } = network;
  const outputs = sizeOf(outputShape);
  const source = prepareData(OPERATION, given, { inputShape, inputScale, outputs, targets: undefined });
  const size = samplingSize(source.count, T, outputs);
  const parts = { T, R: size.rows, link, levels, tau, keepSamples };
  const result = new UncertainCollector(OPERATION, [source.count, ...outputShape], parts);
  const machines = predictors.get(network) ?? new Predictors([predictionKernels, samplingKernels]);
  predictors.set(network, machines);
  const goal = { link, sampling: { ...size, emit: emitSampling }, passes: T };
  const predictor = await machines.get(OPERATION, { graph, seed, weights }, source, goal, threads);
  try {
    const session = { ...predictor, size, source, first, samples: T, signal, outputs };
    await sampleSource(session, (row, data) => result.add(row, data));
  } finally {
    predictor.release();
  }
  return result.predictions();
}

function readOptions(network: Network, options: UncertainOptions) {
  checkOptions(OPERATION, options, OPTIONS);
  checkSignal(OPERATION, options.signal);
  const { samples = 100, seed = network.seed, quantiles: levels = [], tau, keepSamples = false, output = "link" } = options;
  checkNumber(
    OPERATION,
    "samples",
    samples,
    (value) => value >= 1 && isCount(value),
    "give a whole number of at least 1, such as 100",
  );
  checkSeed(OPERATION, seed);
  checkLevels(OPERATION, levels);
  checkFlag(OPERATION, "keepSamples", keepSamples);
  const link = checkOutput(OPERATION, output, network.link);
  if (tau !== undefined) {
    checkTau(OPERATION, tau);
    if (output === "logits" || link !== "identity") {
      const received =
        link === "gaussian" ? "the network tells the noise itself" : "what is predicted are no numbers of a regression";
      throw new DrowseError(OPERATION, `tau is ${tau}, and ${received}`, "leave tau out");
    }
  }
  return { samples, seed, levels, tau, keepSamples, link };
}

/** @throws {DrowseError} where all samples would be equal. */
function checkRandom({ nodes }: Graph): void {
  if (nodes.some(({ layer }) => layer.isRandom)) return;
  throw new DrowseError(
    OPERATION,
    "the model has no layer that drops anything, so that all samples would be equal",
    "train one with dropout, such as dropout({ rate: 0.5 }), or call predict",
  );
}
