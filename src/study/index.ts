/**
 * How much dropout, and where: trainings of configurations on the same folds and first weights, on all cores, and searches over
 * them; ensembles of networks. Runs in Node and in a browser, which has no journals.
 * @module drowse/study
 */
export type { ActivationName } from "./activations.ts";
export { type Choice, type Confirmation, chooseTrials, confirmChoice } from "./choice.ts";
export {
  type Answer,
  answerOf,
  type ComparedVariant,
  type CompareRequest,
  compareVariants,
  dropoutVariants,
  type Variant,
} from "./compare.ts";
export { type Configuration, configuration, standardConfiguration } from "./configuration.ts";
export type { DropoutKind } from "./dropout-kinds.ts";
export { Ensemble, ensemble } from "./ensemble.ts";
export type { Executor } from "./executor.ts";
export type { StoredFold } from "./fold-record.ts";
export type { JournalContents, JournalRecord, StudyHeader } from "./journal.ts";
export { type Journal, openJournal } from "./journal-file.ts";
export type { ScheduleName } from "./learning-rate.ts";
export { type MemberRequest, type MemberResult, memberSeed, trainMember } from "./member.ts";
export { type FeedForward, feedForward, type NetworkEnds } from "./network.ts";
export type { OptimizerName } from "./optimizer.ts";
export { type PairedDifference, pairedDifference } from "./paired.ts";
export {
  asynchronousHalving,
  type HalvingOptions,
  type MedianOptions,
  median,
  noPruning,
  type PruneRequest,
  type Pruner,
} from "./pruner.ts";
export { type FoldIndex, foldIndices, type Resampling } from "./resampling.ts";
export type { SampleRequest, Sampler } from "./sampler.ts";
export { grid } from "./samplers/grid.ts";
export { random } from "./samplers/random.ts";
export { sobol } from "./samplers/sobol.ts";
export { type TpeOptions, tpe } from "./samplers/tpe.ts";
export { configurationOf, standardSpace, withoutDropout } from "./settings.ts";
export type { Choices, Distribution, FloatRange, IntRange, Parameters, Space, Value } from "./space.ts";
export { createStudy, Study, type StudyOptions, type Told, Trial } from "./study.ts";
export {
  type Objective,
  type Pruning,
  type SweepEvent,
  type SweepMeans,
  type SweepRequest,
  type SweptTrial,
  sweep,
  sweepHeader,
} from "./sweep.ts";
export { threadExecutor } from "./thread-executor.ts";
export { type ChosenModel, trainChoice } from "./train-choice.ts";
export { type EnsembleMeans, type EnsembleRequest, type TrainedEnsemble, trainEnsemble } from "./train-ensemble.ts";
export { type FoldHistory, type FoldMeasures, type FoldRequest, type FoldResult, trainFold } from "./trial.ts";
export type { ArrayData, TableData, TrialData } from "./trial-data.ts";
export type { TrialRecord, TrialReports, TrialState } from "./trial-record.ts";
