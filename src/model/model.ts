import type { Rows } from "../data/arrays.ts";
import { type Data, prepareData } from "../data/prepare.ts";
import type { BatchSource } from "../data/source.ts";
import type { Scaling } from "../layers/dropout/dropout.ts";
import { checkNumber, checkOptions, checkSignal } from "../layers/options.ts";
import type { ProductPath } from "../layers/pass-context.ts";
import { type LossOption, measuringLoss, resolveLoss } from "../losses/resolve.ts";
import { type MetricName, resolveMetrics } from "../metrics/metric.ts";
import { checkOptimizer, type Optimizer } from "../optimizers/optimizer.ts";
import { sgd } from "../optimizers/sgd.ts";
import { DrowseError, show } from "../tensor/errors.ts";
import { sizeOf } from "../tensor/shape.ts";
import { allKernels } from "../wasm/all-kernels.ts";
import { createTrainer, TRAINING_OPTIONS, type TrainerOptions } from "./create-trainer.ts";
import { lossRequest } from "./data-request.ts";
import { fitModel } from "./fit.ts";
import type { FitOptions } from "./fit-options.ts";
import type { History } from "./history.ts";
import { type Evaluation, evaluateSource } from "./inference.ts";
import { isCount } from "./mask-of-layer.ts";
import { predictUncertain, type UncertainOptions } from "./predict-uncertain.ts";
import { PredictingNetwork, type RunOptions } from "./predicting-network.ts";
import { Predictors } from "./predictor.ts";
import { convertScaling } from "./scaling.ts";
import { type Trace, traceStep } from "./trace.ts";
import { checkBatches } from "./trainable.ts";
import type { Trainer } from "./trainer.ts";
import type { UncertainPredictions } from "./uncertain-predictions.ts";
import { type ModelWarning, warningsOf } from "./warnings.ts";

/** A network and all that can be done with it. Made by `sequential` or by loading a file. */
export class Model extends PredictingNetwork {
  readonly #evaluators = new Predictors(allKernels);

  /** What is allowed and yet seldom meant, at the present rates: dropout before batch normalisation, on the outputs, of every unit. */
  get warnings(): readonly ModelWarning[] {
    return warningsOf(this.graph);
  }

  /** A table of the layers, their shapes and parameters, and the {@link warnings}. */
  override summary(): string {
    return [super.summary(), ...this.warnings.map(({ message }) => `warning: ${message}`)].join("\n");
  }

  /**
   * Trains on data for some epochs. The model has the weights of the last finished epoch, with `earlyStopping` of the
   * best one, also when training stops with an error or is aborted.
   *
   * @param data - `{ x, y }` or a source of batches.
   * @throws {DrowseError} on wrong options or data. {@link DivergenceError} when a number is not finite.
   * @example
   * const history = await model.fit({ x, y }, { loss: "crossEntropy", optimizer: sgd({ learningRate: 0.1 }), epochs: 20 });
   */
  fit(data: Data, options: FitOptions): Promise<History> {
    return fitModel(this, data, options);
  }

  /**
   * A trainer of this model, for training step by step. It holds threads until it is closed.
   *
   * @param data - `{ x, y }` or a source of batches.
   * @throws {DrowseError} on wrong options or data.
   * @example
   * const trainer = await model.trainer({ x, y }, { loss: "crossEntropy", optimizer: sgd({ learningRate: 0.1 }) });
   * for (let chunk = 0; chunk < 10; chunk++) console.log((await trainer.run(100)).at(-1)?.loss);
   * await trainer.commit();
   * trainer.close();
   */
  async trainer(data: Data, options: TrainerOptions): Promise<Trainer> {
    checkOptions("trainer", options, [...TRAINING_OPTIONS, "steps"]);
    return createTrainer("trainer", this, data, options);
  }

  /**
   * Loss, accuracy and metrics on data; nothing sleeps, and every row counts alike, whatever its weight in training.
   * @param options.loss - default: the loss that belongs to the output link.
   * @param options.metrics - names: see {@link MetricName}.
   * @throws {DrowseError} on wrong options or data, and on metrics that do not fit the loss or the number of classes.
   * @example
   * const { loss, accuracy, macroF1 } = await model.evaluate({ x, y }, { metrics: ["macroF1"] });
   */
  async evaluate<Name extends MetricName = never>(
    data: Data,
    options: RunOptions & { loss?: LossOption; metrics?: readonly Name[] } = {},
  ): Promise<Evaluation<Name>> {
    checkOptions("evaluate", options, ["threads", "signal", "loss", "metrics"]);
    checkSignal("evaluate", options.signal);
    const loss = measuringLoss("evaluate", options.loss, this.link);
    const outputs = sizeOf(this.outputShape);
    const metrics = resolveMetrics("evaluate", options.metrics ?? [], { targets: loss.targets, outputs });
    const source = prepareData("evaluate", data, lossRequest("evaluate", this, loss));
    const goal = { loss, link: metrics.length > 0 ? loss.link : undefined };
    const predictor = await this.#evaluators.get("evaluate", this, source, goal, options.threads);
    try {
      return await evaluateSource<Name>({ ...predictor, source, metrics, outputs, signal: options.signal });
    } finally {
      predictor.release();
    }
  }

  /**
   * Monte Carlo dropout: each row is predicted many times with masks drawn as in training. See the function
   * {@link predictUncertain}, of which this is the method.
   *
   * @param x - rows of inputs, as for `predict`.
   * @throws {DrowseError} on a model in which nothing is drawn at random, and on wrong options and inputs.
   * @example
   * const { mean, std, entropy, mutualInformation } = await model.predictUncertain(x, { samples: 100 });
   */
  predictUncertain(x: Rows | BatchSource, options: UncertainOptions = {}): Promise<UncertainPredictions> {
    return predictUncertain(this, x, options);
  }

  /**
   * Runs one training step on rows of data in the slow, unfused plan and returns every value it computes; the model
   * stays as it is.
   *
   * @param options.rows - indices of the rows in the data; default all.
   * @param options.pass - the pass whose masks are used; default the model's.
   * @param options.batch - the batch's place in its pass, for masks that its rows share; default 0.
   * @param options.path - 0: choose by density, 1: the sparse products, 2: the dense ones, 3 and 4: the same with the other factor
   * of each weight gradient taken apart. The values are equal.
   * @throws {DrowseError} on wrong options or data. {@link DivergenceError} when a number is not finite.
   * @example
   * const { loss, layers, gradients } = await model.trace({ x, y }, { loss: "crossEntropy", rows: [0, 1], pass: 0 });
   * layers.get("dropout1")?.output.data; // what the two rows are behind the mask
   */
  async trace(
    data: Data,
    options: {
      loss: LossOption;
      optimizer?: Optimizer;
      rows?: ArrayLike<number>;
      pass?: number;
      batch?: number;
      path?: ProductPath;
    },
  ): Promise<Trace> {
    checkOptions("trace", options, ["loss", "optimizer", "rows", "pass", "batch", "path"]);
    const loss = resolveLoss("trace", options.loss);
    const source = prepareData("trace", data, lossRequest("trace", this, loss));
    const rows = Array.from(options.rows ?? { length: source.count }, (row, index) => (options.rows ? Number(row) : index));
    if (rows.length === 0 || !rows.every((row) => isCount(row) && row < source.count)) {
      throw new DrowseError("trace", `the rows are ${show(rows)}`, `give indices from 0 to ${source.count - 1}`);
    }
    checkBatches("trace", this.graph, rows.length, rows.length);
    const { pass = this.pass, batch = 0, path = 0, optimizer = sgd({ learningRate: () => 0 }) } = options;
    for (const [what, value] of Object.entries({ pass, batch }))
      checkNumber("trace", what, value, isCount, "give a whole number of at least 0");
    if (![0, 1, 2, 3, 4].includes(path)) throw new DrowseError("trace", `path is ${show(path)}`, "give 0, 1, 2, 3 or 4");
    return traceStep({
      graph: this.graph,
      seed: this.seed,
      numbers: this.weights,
      source,
      loss,
      rows: Uint32Array.from(rows),
      pass,
      batch,
      optimizer: checkOptimizer("trace", optimizer),
      path,
    });
  }

  /**
   * The same model with the other scaling of its dropout layers and blocks: equal predictions, to rounding. The weights behind them
   * take the factor.
   *
   * @throws {DrowseError} where no weights take it: no dense layer follows, an activation that lets no factor pass stands between, or
   * the rate is 1.
   * @example
   * const paper = model.withScaling("standard"); // keep x in prediction, as Srivastava et al. 2014 have it
   */
  withScaling(scaling: Scaling): Model {
    return new Model(convertScaling(this, scaling));
  }
}
