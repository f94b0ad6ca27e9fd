// Kernels of layers and losses that few use: a module of their own, loaded where a layer or loss asks for it, so that the others'
// pages do not carry it. It works over the same memory.
export { alphaDropout } from "./alpha-dropout";
export { gaussianDropout } from "./gaussian-dropout";
export { maxout, maxoutGradient } from "./maxout";
export { meanOfCopies, repeatRows, sumCopies } from "./copies";
export { rDropBinaryCrossEntropy, rDropCrossEntropy } from "./r-drop";
export { add, dropPath } from "./residual";
export { standoutKeep, standoutMask } from "./standout";
export { gaussianNegativeLogLikelihood } from "./gaussian-loss";
export { concreteDropout, concreteDropoutGradient, concretePenalty, concreteWeightPenalty } from "./concrete-dropout";
export { dropWeights, rowDropConnect, rowDropConnectGradient } from "./drop-connect";
export {
  limitNumbers, variationalDropout, variationalDropoutGradient, variationalPenalty,
} from "./variational-dropout";
export { batchNormForward, batchNormFrozen, batchNormGradient } from "./batch-norm";
export { layerNormForward, layerNormGradient, layerNormParameterGradient } from "./layer-norm";
