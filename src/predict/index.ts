/**
 * Prediction alone, for pages that train nothing: the same file gives the same bits as with `drowse`, in a smaller bundle.
 * @module drowse/predict
 */
import { readModelFile } from "../formats/model-file-read.ts";
import type { LayerKinds } from "../layers/registry.ts";
import { PredictingNetwork } from "../model/predicting-network.ts";

export type { Rows } from "../data/arrays.ts";
export type { BatchBuffers, BatchSource } from "../data/source.ts";
export { moreLayers } from "../layers/more-kinds.ts";
export type { LayerKinds, UnknownConfig } from "../layers/registry.ts";
export { predictUncertain, type UncertainOptions } from "../model/predict-uncertain.ts";
export type { PredictingNetwork, Predictions, PredictOptions, RunOptions } from "../model/predicting-network.ts";
export type { UncertainPredictions } from "../model/uncertain-predictions.ts";
export { DrowseError, WorkerError } from "../tensor/errors.ts";
export type { Shape } from "../tensor/shape.ts";

/**
 * The network of a file's bytes, for prediction alone.
 * @param bytes - of a file that `saveModel` of `drowse` made.
 * @param more - `moreLayers`, where the network has layers that few use; others' pages do not carry them.
 * @throws {DrowseError} when the bytes are no safetensors file, or not one that `saveModel` made.
 * @example
 * const network = loadModel(new Uint8Array(await (await fetch("model.safetensors")).arrayBuffer()));
 * const { data, shape } = await network.predict([[0, 1], [1, 1]]);
 */
export function loadModel(bytes: Uint8Array, more: LayerKinds = {}): PredictingNetwork {
  return new PredictingNetwork(readModelFile(bytes, more));
}
