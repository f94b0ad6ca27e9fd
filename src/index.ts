/**
 * drowse trains neural networks with dropout: neurons fall asleep at random while a network trains, and all are
 * awake when it predicts.
 * @module drowse
 */
export type { DataArrays, Rows } from "./data/arrays.ts";
export type { ClassWeights } from "./data/class-weights.ts";
export { type IdxArray, type IdxData, readIdx } from "./data/idx.ts";
export type { Data } from "./data/prepare.ts";
export { type BatchBuffers, type BatchSource, takeRows } from "./data/source.ts";
export { loadFitState, saveFitState } from "./formats/fit-state-file.ts";
export { type KeptHistory, loadHistory } from "./formats/kept-history.ts";
export { type FileNotes, loadModel, saveModel } from "./formats/model-file.ts";
export { type LoadedStateDict, loadStateDict, type StateDictOptions } from "./formats/state-dict.ts";
export { type BatchNormOptions, batchNorm } from "./layers/batch-norm.ts";
export { type Dense, type DenseOptions, dense, type GivenNumbers } from "./layers/dense.ts";
export { type AlphaDropoutOptions, alphaDropout } from "./layers/dropout/alpha-dropout.ts";
export { type ConcreteDropoutOptions, concreteDropout } from "./layers/dropout/concrete-dropout.ts";
export { type DropConnect, type DropConnectOptions, dropConnect } from "./layers/dropout/drop-connect.ts";
export { type Dropout, type DropoutOptions, dropout, type Scaling } from "./layers/dropout/dropout.ts";
export type { DropoutLayer, RateRecord } from "./layers/dropout/dropout-layer.ts";
export { type FrontLoadedOptions, frontLoadedRates } from "./layers/dropout/front-loaded-rates.ts";
export { type GaussianDropoutOptions, gaussianDropout } from "./layers/dropout/gaussian-dropout.ts";
export { type RateSchedule, rateSchedule, type ScheduledTraining } from "./layers/dropout/rate-schedules.ts";
export { type StandoutActivation, type StandoutOptions, standout } from "./layers/dropout/standout.ts";
export { type VariationalDropoutOptions, variationalDropout } from "./layers/dropout/variational-dropout.ts";
export { type EluOptions, elu } from "./layers/elu.ts";
export { flatten } from "./layers/flatten.ts";
export { type GeluOptions, gelu } from "./layers/gelu.ts";
export type { InitializerName } from "./layers/initializers.ts";
export type { Block, Layer, LayerKind, Layers } from "./layers/layer.ts";
export { type LayerNormOptions, layerNorm } from "./layers/layer-norm.ts";
export { type LeakyReluOptions, leakyRelu } from "./layers/leaky-relu.ts";
export { type MaxoutOptions, maxout } from "./layers/maxout.ts";
export type { ProductPath } from "./layers/pass-context.ts";
export { relu } from "./layers/relu.ts";
export { type BranchScaling, type Residual, type ResidualOptions, residual } from "./layers/residual.ts";
export { selu } from "./layers/selu.ts";
export { sigmoid } from "./layers/sigmoid.ts";
export { softplus } from "./layers/softplus.ts";
export { swish } from "./layers/swish.ts";
export { tanh } from "./layers/tanh.ts";
export { type BinaryCrossEntropyOptions, binaryCrossEntropy } from "./losses/binary-cross-entropy.ts";
export { type CrossEntropyOptions, crossEntropy } from "./losses/cross-entropy.ts";
export { gaussianNegativeLogLikelihood } from "./losses/gaussian-negative-log-likelihood.ts";
export { type HuberOptions, huber } from "./losses/huber.ts";
export type { Copies, Loss, OutputLink, Targets } from "./losses/loss.ts";
export { meanAbsoluteError } from "./losses/mean-absolute-error.ts";
export { meanSquaredError } from "./losses/mean-squared-error.ts";
export { type MultiSampleOptions, multiSample } from "./losses/multi-sample.ts";
export { type RDropOptions, rDrop } from "./losses/r-drop.ts";
export type { LossOption } from "./losses/resolve.ts";
export { accuracy, argmax, topKAccuracy } from "./metrics/accuracy.ts";
export { auroc } from "./metrics/auroc.ts";
export { confusionMatrix } from "./metrics/confusion-matrix.ts";
export type { ClassMetricName, MetricName, ValueMetricName } from "./metrics/metric.ts";
export { type AverageOptions, type ClassMeasures, classMeasures, f1, precision, recall } from "./metrics/precision-recall.ts";
export { mae, r2, rmse } from "./metrics/regression.ts";
export type { Table } from "./metrics/table.ts";
export type { CheckpointOptions } from "./model/checkpoints.ts";
export type { TrainerOptions, TrainingOptions } from "./model/create-trainer.ts";
export type { DropoutShorthand } from "./model/dropout-shorthand.ts";
export type { EarlyStoppingOptions } from "./model/early-stopping.ts";
export type { EpochControl } from "./model/epoch-control.ts";
export type {
  BeginEvent,
  EndEvent,
  EpochEvent,
  EpochNumbers,
  FitEvent,
  LearningRateEvent,
  ProgressEvent,
  RateEvent,
  StopReason,
} from "./model/fit-events.ts";
export type { FitOptions } from "./model/fit-options.ts";
export type { EpochWeights, FitState, WatchState } from "./model/fit-state.ts";
export type { History } from "./model/history.ts";
export type { Evaluation, Measured } from "./model/inference.ts";
export { dropoutMask, type Mask } from "./model/mask-of-layer.ts";
export { type MaskRecording, type RecordedMasks, recordMasks } from "./model/mask-recording.ts";
export { Model } from "./model/model.ts";
export type { MonitorName, MonitorOptions, ValidationName } from "./model/monitor.ts";
export type { Network } from "./model/network.ts";
export { dropoutNoise, type Noise } from "./model/noise-of-layer.ts";
export type { PlateauOptions } from "./model/plateau.ts";
export { type MaskedOptions, predictMasked } from "./model/predict-masked.ts";
export { type MomentsOptions, type PredictedMoments, predictMoments } from "./model/predict-moments.ts";
export { predictUncertain, type UncertainOptions } from "./model/predict-uncertain.ts";
export type { Predictions, PredictOptions, RunOptions } from "./model/predicting-network.ts";
export type { Rates } from "./model/rates.ts";
export type { DropoutSchedule } from "./model/scheduled-rates.ts";
export { type SequentialOptions, sequential } from "./model/sequential.ts";
export type { StepReport } from "./model/step-report.ts";
export type { Trace, Traced } from "./model/trace.ts";
export { Trainer } from "./model/trainer.ts";
export type { LayerMasks, StepMasks, TrainerMasks } from "./model/trainer-masks.ts";
export type { TrainerState } from "./model/trainer-state.ts";
export type { UncertainPredictions } from "./model/uncertain-predictions.ts";
export type { ModelWarning } from "./model/warnings.ts";
export { type AdagradOptions, adagrad } from "./optimizers/adagrad.ts";
export { type AdamOptions, type AdamWOptions, adam, adamW, type MomentOptions } from "./optimizers/adam.ts";
export type { Optimizer, Schedule } from "./optimizers/optimizer.ts";
export { type RmspropOptions, rmsprop } from "./optimizers/rmsprop.ts";
export {
  constant,
  cosine,
  type ExponentialDecayOptions,
  exponentialDecay,
  type InverseTimeOptions,
  inverseTime,
  type LinearWarmupOptions,
  linear,
  linearWarmup,
  type RampOptions,
  type RangeOptions,
  type ScheduleFunction,
  type StepDecayOptions,
  stepDecay,
} from "./optimizers/schedules.ts";
export type { CommonOptions } from "./optimizers/settings.ts";
export { type SgdOptions, sgd } from "./optimizers/sgd.ts";
export { GENERATOR } from "./random/philox.ts";
export { DivergenceError, DrowseError, WorkerError } from "./tensor/errors.ts";
export type { Shape } from "./tensor/shape.ts";
export { brierScore } from "./uncertainty/brier-score.ts";
export { type ChosenTau, chooseTau } from "./uncertainty/choose-tau.ts";
export { coverageCurve, type Distribution, probabilityIntegral } from "./uncertainty/coverage.ts";
export { expectedEntropy, mutualInformation, predictiveEntropy } from "./uncertainty/entropy.ts";
export { logLikelihood } from "./uncertainty/log-likelihood.ts";
export { sampleDeviation, sampleMean, sampleVariance } from "./uncertainty/mean-and-deviation.ts";
export { negativeLogLikelihood } from "./uncertainty/negative-log-likelihood.ts";
export { type PredictiveVariance, predictiveVariance } from "./uncertainty/predictive-variance.ts";
export { sampleQuantiles } from "./uncertainty/quantiles.ts";
export {
  type BinOptions,
  expectedCalibrationError,
  type ReliabilityBin,
  reliabilityCurve,
} from "./uncertainty/reliability.ts";
export { type RiskCoverage, riskCoverage } from "./uncertainty/risk-coverage.ts";
export type { Samples, Statistic } from "./uncertainty/samples.ts";
export { type FittedTemperature, fitTemperature, withTemperature } from "./uncertainty/temperature.ts";
export { variationRatio } from "./uncertainty/variation-ratio.ts";
