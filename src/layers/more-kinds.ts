import type { LayerKinds } from "./registry.ts";

/**
 * The kinds of layers that few use, for reading their models: `loadModel` of `drowse` knows them all, and `drowse/predict` takes
 * them as an argument, so that pages without them do not carry them.
 */
export const moreLayers: LayerKinds = {};
