import { KEYS, LOSS, NORM, NORM_GRADIENT, WORDS } from "./argument-names.ts";

/**
 * Argument names of the kernels of `kernels/family.ts`, in order: they come with these. A function, which bundlers leave out of a page
 * that does not call it.
 */
export function familyArguments() {
  return {
    gaussianDropout: ["x", "y", "stride", "rows", "columns", ...WORDS],
    alphaDropout: ["x", "y", "stride", "rows", "columns", ...WORDS],
    standoutMask: ["x", "v", "y", "stride", "rows", "columns", "alpha", ...WORDS],
    standoutKeep: ["x", "v", "y", "stride", "rows", "columns", "alpha", "beta"],
    add: ["x", "f", "y", "stride", "rows", "columns", "factor"],
    dropPath: ["x", "f", "y", "stride", "rows", "columns", ...WORDS],
    maxout: ["x", "y", "xStride", "yStride", "rows", "columns", "pieces"],
    maxoutGradient: ["x", "dy", "dx", "xStride", "yStride", "rows", "columns", "pieces"],
    dropWeights: ["from", "to", "K", "N", "batch", "parameters", ...KEYS],
    rowDropConnect: ["x", "xStride", "y", "yStride", "rows", "K", "N", "weights", "bias", ...WORDS],
    rowDropConnectGradient: [
      ...["x", "xStride", "d", "dStride", "dx", "dxStride", "rows", "K", "N", "weights", "gradient", "bias"],
      ...WORDS,
    ],
    concreteDropout: ["x", "y", "stride", "rows", "columns", "logit", "temperature", "indices", ...KEYS],
    concreteDropoutGradient: [
      ...["x", "dy", "dx", "stride", "rows", "columns", "logit", "temperature", "sums", "indices"],
      ...KEYS,
    ],
    concretePenalty: ["logit", "gradient", "sums", "K", "norms", "pieces", "weightFactor", "dropoutFactor", "penalty"],
    concreteWeightPenalty: ["weights", "gradients", "K", "N", "logit", "weightFactor"],
    variationalDropout: ["x", "y", "stride", "rows", "columns", "logAlpha", "perUnit", "indices", ...KEYS],
    variationalDropoutGradient: [
      ...["x", "dy", "dx", "stride", "rows", "columns", "logAlpha", "perUnit", "sums", "indices"],
      ...KEYS,
    ],
    variationalPenalty: ["logAlpha", "gradient", "sums", "units", "perUnit", "factor", "penalty"],
    limitNumbers: ["numbers", "count", "most"],
    gaussianNegativeLogLikelihood: LOSS,
    rDropCrossEntropy: [...LOSS, "smoothing", "alpha"],
    rDropBinaryCrossEntropy: [...LOSS, "smoothing", "alpha"],
    repeatRows: ["x", "y", "stride", "rows", "columns", "copies"],
    sumCopies: ["x", "y", "stride", "rows", "columns", "copies"],
    meanOfCopies: ["losses", "correct", "B", "copies", "apart"],
    batchNormForward: [...NORM, "runningMean", "runningVar", "kept", "momentum", "epsilon", "status"],
    batchNormFrozen: [...NORM, "runningMean", "runningVar", "epsilon"],
    batchNormGradient: [...NORM_GRADIENT, "weights", "kept", "weightGradient", "biasGradient"],
    layerNormForward: [...NORM, "kept", "epsilon"],
    layerNormGradient: [...NORM_GRADIENT, "weights", "kept"],
    layerNormParameterGradient: ["x", "dy", "stride", "B", "N", "kept", "weightGradient", "biasGradient"],
  } as const;
}
