import { FORWARD, GRADIENT, KEYS, LOSS, WORDS } from "./argument-names.ts";
import type { conformanceArguments } from "./conformance-arguments.ts";
import type { familyArguments } from "./family-arguments.ts";
import type { KernelSet } from "./module.ts";

/**
 * The kernels as TypeScript sees them: names and argument lists of the WebAssembly module's exports.
 * Pointers are byte addresses in the run's memory. Each kernel takes (thread, threads) last and does
 * that thread's share of the work. What each computes stands in `kernels/` and, at f64, in `src/reference/`.
 */
type Arguments<Names extends string> = Record<Names, number>;

const DENSE_FORWARD = ["lists", "counts", "B", "K", "weights", "bias", "N", "out", "outStride", "rectify"] as const;

/**
 * Argument names in order; the plan fills them by name, so that a listing of a program can be read. Those of sets that few
 * need are with these: who loads none of their kernels loads none of their names.
 */
export const kernelArguments = {
  inputBytes: ["source", "target", "stride", "rows", "columns", "scale"],
  inputFloats: ["source", "target", "stride", "rows", "columns"],
  compressRows: ["source", "stride", "rows", "columns", "lists", "counts", "path"],
  denseForward: [...DENSE_FORWARD, "work", "scratch"],
  maskedDenseForward: [...DENSE_FORWARD, "mask", "work", "scratch"],
  denseInputGradient: ["lists", "counts", "B", "N", "weights", "K", "gate", "scale", "out", "outStride", "work", "scratch"],
  compressFactor: ["h", "hStride", "K", "d", "dStride", "N", "B", "lists", "counts", "factor", "path"],
  denseWeightGradient: [
    "lists",
    "counts",
    "factor",
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
  scale: ["x", "y", "stride", "rows", "columns", "factor"],
  softmaxCrossEntropy: [...LOSS, "smoothing"],
  binaryCrossEntropy: [...LOSS, "smoothing"],
  meanSquaredError: LOSS,
  meanAbsoluteError: LOSS,
  huber: [...LOSS, "delta"],
  sumLosses: ["losses", "correct", "B", "result", "status"],
  softmax: ["z", "stride", "B", "N", "out"],
  sigmoid: ["z", "stride", "B", "N", "out"],
  identity: ["z", "stride", "B", "N", "out"],
  gaussian: ["z", "stride", "B", "N", "out"],
  update: ["rule", "weights", "state", "gradients", "count", "factor", "hyper", "decays", "status", "scratch"],
  squaredNorms: ["gradients", "pieces", "pieceBytes", "sums"],
  clipFactor: ["sums", "count", "limit", "factor"],
  maxNorm: ["weights", "K", "N", "hyper", "scratch", "scratchBytes"],
} as const;

/** The optimizers' rules as `kernels/update.ts` numbers them: a rule's number is its place here. */
export const updateRules = ["gradientDescent", "momentum", "nesterov", "adam", "rmsprop", "rmspropMomentum", "adagrad"] as const;
export type UpdateRule = (typeof updateRules)[number];

type AllArguments = typeof kernelArguments & ReturnType<typeof familyArguments> & ReturnType<typeof conformanceArguments>;

export type KernelName = keyof AllArguments;
export type KernelArguments<Name extends KernelName> = Arguments<AllArguments[Name][number]>;

/** The argument names of all kernels that everyone has and of those of these sets. */
export function argumentNames(sets: readonly KernelSet[]): Readonly<Record<KernelName, readonly string[]>> {
  return Object.assign({}, kernelArguments, ...sets.map((set) => set.arguments?.()));
}

/** The instantiated module. */
export type Kernels = Record<KernelName, (...values: number[]) => void> & {
  /** Waits for all threads; 1 when the run is lost. */
  barrier(state: number, threads: number, spins: number): number;
  panelColumns(): number;
  blockRows(): number;
  scratchBytes(): number;
};
