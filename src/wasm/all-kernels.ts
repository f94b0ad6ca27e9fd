import { trainingKernels } from "./generated/kernels.ts";
import { predictionKernels } from "./generated/prediction-kernels.ts";
import type { KernelSet } from "./module.ts";

/** The sets of who trains, who predicts in between as well: two modules, of which none repeats the other. */
export const allKernels: readonly KernelSet[] = [predictionKernels, trainingKernels];
