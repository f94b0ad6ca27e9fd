import type { Key } from "../random/philox.ts";
import type { Shape } from "../tensor/shape.ts";
import type { KernelSet } from "../wasm/module.ts";
import type { BackwardContext, ForwardContext } from "./pass-context.ts";

/** A parameter of a layer: its name within the layer, its shape as users and files see it, how it begins and how it changes. */
export interface ParameterSpecification {
  /** PyTorch's name where it has one, so that other tools read the files: `weight`, `bias`, `running_mean`. */
  readonly name: string;
  /** [out, in] for the matrix of a product, which lies in panels; [length] for a vector. */
  readonly shape: Shape;
  /** The first values; the key belongs to the parameter's full name. */
  readonly initial: (key: Key) => Float32Array;
  /** Whether L2, weight decay and max-norm apply, as to the weights of a product; default false, as for biases. */
  readonly decays?: boolean;
  /** Default true. False: it has no gradient, and the layer's own kernels write it, as they do running statistics. */
  readonly isTrained?: boolean;
  /** The largest that its numbers may be: an update that goes beyond is cut back. By a kernel of the family, which the layer names. */
  readonly most?: number;
  /** The smallest value that it may have, such as 0 for a variance; default none. */
  readonly least?: number;
}

/** The settings of a layer as they stand in a model file. */
export type LayerConfig = Readonly<Record<string, string | number | boolean | readonly string[]>>;

/** The kinds of layers: a closed list, so that a model file can name nothing else. */
export type LayerKind =
  | "dense"
  | "dropout"
  | "gaussianDropout"
  | "alphaDropout"
  | "standout"
  | "dropConnect"
  | "variationalDropout"
  | "concreteDropout"
  | "maxout"
  | "flatten"
  | "relu"
  | "leakyRelu"
  | "elu"
  | "selu"
  | "gelu"
  | "sigmoid"
  | "tanh"
  | "softplus"
  | "swish"
  | "batchNorm"
  | "layerNorm"
  | "residual";

/**
 * A layer: what it makes of a shape, which parameters it has, and which kernel calls carry it out, forward beside
 * backward. It holds no numbers; the model does.
 */
export interface Layer {
  readonly kind: LayerKind;
  /** Given by the user, or undefined: then the model numbers the layers of a kind, `dense1`, `dense2`, ... */
  readonly name: string | undefined;
  /** Shape of one row's output. Throws a DrowseError when the layer cannot take the input, or what the branch before it makes. */
  outputShape(input: Shape, name: string, ...branch: readonly Shape[]): Shape;
  /**
   * What it learns, and what it keeps beside that.
   * @internal
   */
  parameters(input: Shape, name: string): readonly ParameterSpecification[];
  /**
   * What the backward pass reads of the forward pass; what nobody reads may be overwritten. `"sign"`: whether the output
   * is above 0, which outlives a layer that keeps signs.
   * @internal
   */
  readonly backwardReads: "nothing" | "input" | "output" | "sign";
  /**
   * Whether f(c x) = c f(x) for every factor c above 0; then the output is above 0 where the input is.
   * @internal
   */
  readonly homogeneous: boolean;
  /**
   * An activation: one function of each number. `"rectifier"`: max(0, x), which the products around it carry out.
   * @internal
   */
  readonly activation?: "rectifier" | "other";
  /**
   * Whether `backward` updates its parameters where it is told to, so that their gradients are never stored. Of all others they
   * are stored, to `ParameterPlace.gradient`, and the updates follow the pass.
   * @internal
   */
  readonly carriesUpdates?: boolean;
  /**
   * Whether `backward` reads the output's gradient after it has written the input's, or in another shape: then these are two buffers.
   * @internal
   */
  readonly keepsGradient?: boolean;
  /**
   * Whether it adds a penalty to the objective, by `PassContext.penalty`, with its gradient.
   * @internal
   */
  readonly hasPenalty?: boolean;
  /**
   * Whether that penalty is also one on the weights that its output goes to.
   * @internal
   */
  readonly penalizesNext?: boolean;
  /**
   * The rate of a layer that learns it, from its parameters.
   * @internal
   */
  learnedRate?(values: (parameter: string) => Float32Array): number;
  /**
   * Whether the layer changes no number, so that its output may be its input's buffer. `random`: where masks and noise are
   * drawn, in training and in Monte Carlo prediction.
   * @internal
   */
  isIdentity(random: boolean): boolean;
  /**
   * Whether it draws masks or noise: then passes differ, and Monte Carlo prediction wakes it.
   * @internal
   */
  readonly isRandom?: boolean;
  /**
   * Fewest rows that a batch has in training; default 1.
   * @internal
   */
  readonly leastRows?: number;
  /**
   * Bytes that it keeps from a forward pass in training for the backward pass, beside its input and output; or needs besides, in
   * training or (`training` false) in prediction.
   * @internal
   */
  keptBytes?(input: Shape, rows: number, training: boolean): number;
  /**
   * The sets in which its kernels are, if they are not with those that everyone loads.
   * @internal
   */
  readonly kernels?: readonly KernelSet[];
  /**
   * Whether it joins a branch: it takes what the branch makes beside what came into it.
   * @internal
   */
  readonly joins?: boolean;
  /** @internal */
  forward(context: ForwardContext): void;
  /** @internal */
  backward(context: BackwardContext): void;
  /**
   * Its settings as they stand in a model file.
   * @internal
   */
  readonly config: LayerConfig;
}

/** Layers in a branch, and the layer that joins what comes in with what the branch makes of it: y = join(x, branch(x)). */
export interface Block {
  readonly branch: Layers;
  readonly join: Layer;
}

/** What a network is made of, one after the other. */
export type Layers = readonly (Layer | Block)[];
