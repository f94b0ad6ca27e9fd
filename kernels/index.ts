// The kernels that training needs beside those of prediction. Every kernel ends in (thread, threads) and does that thread's share.
export {
  eluGradient, geluGradient, geluTanhGradient, leakyReluGradient, seluGradient, sigmoidGradient, softplusGradient,
  swishGradient, tanhGradient,
} from "./activations";
export { maskedDenseForward } from "./dense-forward";
export { denseInputGradient } from "./dense-input-gradient";
export { denseWeightGradient, finishPanels } from "./dense-weight-gradient";
export { compressFactor } from "./factors";
export { dropout, maskRows, sharedMask } from "./dropout";
export { meanSquaredError, softmaxCrossEntropy, sumLosses } from "./losses";
export { maxNorm } from "./max-norm";
export { reluGradient } from "./relu";
export { clipFactor, squaredNorms, update } from "./update";
export { binaryCrossEntropy, huber, meanAbsoluteError } from "./value-losses";
