/**
 * How much dropout, and where: trainings of configurations on the same folds and first weights, on all cores.
 * Runs in Node and in a browser.
 * @module drowse/study
 */
export type { ActivationName } from "./activations.ts";
export { type Configuration, configuration, standardConfiguration } from "./configuration.ts";
export type { DropoutKind } from "./dropout-kinds.ts";
export type { Executor } from "./executor.ts";
export { type FeedForward, feedForward, type NetworkEnds } from "./network.ts";
export type { OptimizerName } from "./optimizer.ts";
export { type FoldIndex, foldIndices, type Resampling } from "./resampling.ts";
export { threadExecutor } from "./thread-executor.ts";
export { type FoldHistory, type FoldMeasures, type FoldRequest, type FoldResult, trainFold } from "./trial.ts";
export type { ArrayData, TableData, TrialData } from "./trial-data.ts";
