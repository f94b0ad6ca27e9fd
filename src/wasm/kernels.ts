/**
 * The kernels as TypeScript sees them: names and argument lists of the WebAssembly module's exports.
 * Pointers are byte addresses in the run's memory. Each kernel takes (thread, threads) last and does
 * that thread's share of the work. What each computes stands in `kernels/` and, at f64, in `src/reference/`.
 */
type Arguments<Names extends string> = Record<Names, number>;

/** Of every activation. `kept` is the input or the output of the forward pass: what its derivative is made of. */
const FORWARD = ["x", "y", "stride", "rows", "columns", "parameter"] as const;
const GRADIENT = ["kept", "dy", "dx", "stride", "rows", "columns", "parameter"] as const;

/** Of every loss. */
const LOSS = ["z", "stride", "B", "N", "targets", "weights", "d", "losses", "correct"] as const;

/** Where the words of masks and noise come from. */
const KEYS = ["pass", "stream", "key0", "key1", "scratch", "scratchBytes"] as const;
const WORDS = ["indices", "parameters", ...KEYS] as const;
/** Of the normalisations: x and y, or dy and dx, [B, N]. */
const NORM = ["x", "y", "stride", "B", "N", "weights", "biases"] as const;
const NORM_GRADIENT = ["x", "dy", "dx", "stride", "B", "N"] as const;

const DENSE_FORWARD = ["lists", "counts", "B", "K", "weights", "bias", "N", "out", "outStride", "rectify"] as const;

/** Argument names in order; the plan fills them by name, so that a listing of a program can be read. */
export const kernelArguments = {
  inputBytes: ["source", "target", "stride", "rows", "columns", "scale"],
  inputFloats: ["source", "target", "stride", "rows", "columns"],
  compressRows: ["source", "stride", "rows", "columns", "lists", "counts", "path"],
  compressColumns: ["source", "stride", "rows", "columns", "lists", "counts", "path"],
  denseForward: [...DENSE_FORWARD, "work", "scratch"],
  maskedDenseForward: [...DENSE_FORWARD, "mask", "work", "scratch"],
  denseInputGradient: ["lists", "counts", "B", "N", "weights", "K", "gate", "scale", "out", "outStride", "work", "scratch"],
  denseWeightGradient: [
    "lists",
    "counts",
    "B",
    "K",
    "d",
    "dStride",
    "N",
    "weights",
    "state",
    "gradient",
    "bias",
    "biasState",
    "biasGradient",
    "rule",
    "hyper",
    "status",
    "work",
    "scratch",
  ],
  finishPanels: ["weights", "K", "N", "hyper", "status", "scratch"],
  relu: ["x", "y", "stride", "rows", "columns"],
  reluGradient: ["y", "dy", "dx", "stride", "rows", "columns"],
  leakyReluForward: FORWARD,
  leakyReluGradient: GRADIENT,
  eluForward: FORWARD,
  eluGradient: GRADIENT,
  seluForward: FORWARD,
  seluGradient: GRADIENT,
  geluForward: FORWARD,
  geluGradient: GRADIENT,
  geluTanhForward: FORWARD,
  geluTanhGradient: GRADIENT,
  sigmoidForward: FORWARD,
  sigmoidGradient: GRADIENT,
  tanhForward: FORWARD,
  tanhGradient: GRADIENT,
  softplusForward: FORWARD,
  softplusGradient: GRADIENT,
  swishForward: FORWARD,
  swishGradient: GRADIENT,
  dropout: ["x", "y", "stride", "rows", "columns", ...WORDS],
  sharedMask: ["mask", "columns", "batch", "parameters", ...KEYS],
  maskRows: ["x", "y", "stride", "rows", "columns", "mask"],
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
  scale: ["x", "y", "stride", "rows", "columns", "factor"],
  softmaxCrossEntropy: [...LOSS, "smoothing"],
  binaryCrossEntropy: [...LOSS, "smoothing"],
  meanSquaredError: LOSS,
  meanAbsoluteError: LOSS,
  huber: [...LOSS, "delta"],
  gaussianNegativeLogLikelihood: LOSS,
  sumLosses: ["losses", "correct", "B", "result", "status"],
  softmax: ["z", "stride", "B", "N", "out"],
  sigmoid: ["z", "stride", "B", "N", "out"],
  identity: ["z", "stride", "B", "N", "out"],
  gaussian: ["z", "stride", "B", "N", "out"],
  update: ["rule", "weights", "state", "gradients", "count", "factor", "hyper", "decays", "status", "scratch"],
  squaredNorms: ["gradients", "pieces", "pieceBytes", "sums"],
  clipFactor: ["sums", "count", "limit", "factor"],
  maxNorm: ["weights", "K", "N", "hyper", "scratch", "scratchBytes"],
  maskWords: ["row", "pass", "stream", "key0", "key1", "units", "out"],
  philoxBlock: ["counter", "key", "out", "scratch"],
  batchNormForward: [...NORM, "runningMean", "runningVar", "kept", "momentum", "epsilon", "status"],
  batchNormFrozen: [...NORM, "runningMean", "runningVar", "epsilon"],
  batchNormGradient: [...NORM_GRADIENT, "weights", "kept", "weightGradient", "biasGradient"],
  layerNormForward: [...NORM, "kept", "epsilon"],
  layerNormGradient: [...NORM_GRADIENT, "weights", "kept"],
  layerNormParameterGradient: ["x", "dy", "stride", "B", "N", "kept", "weightGradient", "biasGradient"],
  exp: ["source", "target", "count"],
  log: ["source", "target", "count"],
} as const;

/** The optimizers' rules as `kernels/update.ts` numbers them: a rule's number is its place here. */
export const updateRules = ["gradientDescent", "momentum", "nesterov", "adam", "rmsprop", "rmspropMomentum", "adagrad"] as const;
export type UpdateRule = (typeof updateRules)[number];

export type KernelName = keyof typeof kernelArguments;
export type KernelArguments<Name extends KernelName> = Arguments<(typeof kernelArguments)[Name][number]>;

/** The instantiated module. */
export type Kernels = Record<KernelName, (...values: number[]) => void> & {
  /** Waits for all threads; 1 when the run is lost. */
  barrier(state: number, threads: number, spins: number): number;
  panelColumns(): number;
  blockRows(): number;
  scratchBytes(): number;
};
