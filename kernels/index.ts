// The module's exports. Every kernel ends in (thread, threads) and does that thread's share.
export { barrier } from "./barrier";
export { compressColumns, compressRows } from "./compress";
export { denseForward } from "./dense-forward";
export { denseInputGradient } from "./dense-input-gradient";
export { denseWeightGradient, finishPanels } from "./dense-weight-gradient";
export { dropout, scale, sharedDropout } from "./dropout";
export { inputBytes, inputFloats } from "./inputs";
export { identity, meanSquaredError, softmax, softmaxCrossEntropy, sumLosses } from "./losses";
export { exp, log } from "./math";
export { maxNorm } from "./max-norm";
export { maskWords, philoxBlock } from "./philox";
export { relu, reluGradient } from "./relu";
export { clipFactor, squaredNorms, update } from "./update";
export { blockRows, panelColumns, scratchBytes } from "./layout";
