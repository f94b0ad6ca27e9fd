import type { Key } from "../random/philox.ts";
import type { KernelArguments, KernelName } from "../wasm/kernels.ts";
import type { Matrix } from "../wasm/layout.ts";
import type { Argument } from "../wasm/program.ts";

// What a layer is told when it makes its kernel calls: where its numbers lie, and what the pass is for.

/** Adds a kernel call to a program; arguments by name. */
export type Emit = <Name extends KernelName>(
  kernel: Name,
  values: { [Argument_ in keyof KernelArguments<Name>]: Argument },
  options?: { barrier?: boolean },
) => void;

/** Where a parameter lies: values, the optimizer's state and, where it is stored, gradient (0: none). Matrices in panels. */
export interface ParameterPlace {
  readonly value: number;
  readonly state: number;
  readonly gradient: number;
}

/** Memory of the products, shared by all layers. */
export interface Workspace {
  /** The factor that is listed, and the lengths of its lists. */
  readonly lists: number;
  readonly counts: number;
  /** The factor of a weight gradient that is not listed, where that is the layer's input; 0 where nothing is trained. */
  readonly factor: number;
  /** Shared by none of the threads. */
  readonly scratch: number;
}

/**
 * How products go: 0 by density, 1 sparse, 2 dense, 3 and 4 the same with the other factor of a weight gradient listed. The results
 * are equal.
 */
export type ProductPath = 0 | 1 | 2 | 3 | 4;

/** What a layer's kernel calls are made of, in every kind of pass. */
export interface PassContext {
  readonly emit: Emit;
  /** Rows of the batch. */
  readonly B: Argument;
  /** The first of the inputs, which for most layers is all. */
  readonly input: Matrix;
  /** Of all nodes that it takes. */
  readonly inputs: readonly Matrix[];
  readonly output: Matrix;
  readonly parameters: ReadonlyMap<string, ParameterPlace>;
  readonly workspace: Workspace;
  readonly path: ProductPath;
  /** Where a product says how many multiply-adds it did; it takes so many per row when nothing is skipped. */
  readonly work: (perRow: number) => Argument;
  /** Whether statistics are the batch's: in training. */
  readonly training: boolean;
  /** Whether masks and noise are drawn: in training, and in Monte Carlo prediction. */
  readonly random: boolean;
  /** Where the words of this layer's masks come from, if it has any. */
  readonly mask: MaskPlace | undefined;
  /** The layer's own memory, of `keptBytes`: what forward leaves there in training, backward finds. */
  readonly kept: number;
  /** Where the layer's penalty of a step goes, an f64, once: what the objective has beside the data's loss. */
  readonly penalty: () => Argument;
  /** Rows that are trained on: what belongs to a data set as a whole has this part of it in a row's loss. 0: nothing is trained. */
  readonly trainingRows: number;
  /** For a layer that `penalizesNext`: the weights that its output goes to. Their gradients are stored. */
  readonly nextWeights: readonly WeightPlace[];
  /** The layer's status word: set to 1 where a number that it keeps for good is not finite, it stops the run. */
  readonly status: number;
}

/** Where the weights [K, N] of a layer lie, in panels, with room for an f64 per panel. */
export interface WeightPlace extends ParameterPlace {
  readonly K: number;
  readonly N: number;
  readonly norms: number;
}

/** A dropout layer's key, and where its parameters and the rows' indices stand in a step's record. */
export interface MaskPlace {
  readonly key: Key;
  /** What the words are for: training or Monte Carlo prediction. */
  readonly stream: number;
  readonly parameters: Argument;
  readonly indices: Argument;
  readonly pass: Argument;
  /** The batch's place in its pass: where a mask is shared by its rows. */
  readonly batch: Argument;
}

export interface ForwardContext extends PassContext {
  /** The layer after this one is a rectifier that this one is to apply as well. */
  readonly rectify: boolean;
  /** The mask that the batch shares of a dropout layer behind, one row with its scale, to be applied as well; 0: none. */
  readonly sharedMask: number;
}

export interface BackwardContext extends PassContext {
  readonly outputGradient: Matrix;
  /** Where the gradient of the first input goes; undefined where nobody needs it. It may be `outputGradient`'s place. */
  readonly inputGradient: Matrix | undefined;
  /** The same of all inputs; at most one of them is `outputGradient`'s place. */
  readonly inputGradients: readonly (Matrix | undefined)[];
  /**
   * Fused: the rectifier (and dropout) below this layer is passed in the same call, its activations being this
   * layer's input; the factor of that dropout, or 0.
   */
  readonly gate: { readonly scale: Argument } | undefined;
  /** Fused: the optimizer's update follows in the same call, by the rule of that number. Only for a layer that `carriesUpdates`. */
  readonly update: { readonly rule: number; readonly hyper: Argument; readonly status: number } | undefined;
}
