import { dropoutParameters } from "../random/mask.ts";
import { DrowseError, show } from "../tensor/errors.ts";
import { formatShape, type Shape, sameShape } from "../tensor/shape.ts";
import { familyKernels } from "../wasm/generated/family-kernels.ts";
import type { Matrix } from "../wasm/layout.ts";
import { predictionScale, type Scaling, trainingScale } from "./dropout/dropout.ts";
import type { DropoutLayer } from "./dropout/dropout-layer.ts";
import { maskArguments } from "./dropout/mask-arguments.ts";
import type { Block, Layers } from "./layer.ts";
import { checkLayerOptions } from "./layer-options.ts";
import { checkName, checkNumber } from "./options.ts";
import type { BackwardContext, PassContext } from "./pass-context.ts";

/** Where the scale of a branch goes: as in dropout, or `"none"`: nowhere. */
export type BranchScaling = Scaling | "none";

/** Options of {@link residual}. */
export interface ResidualOptions {
  /** Probability to drop the branch of a row in training, in [0, 1]; default 0. At 1 the branch never counts. */
  dropPath?: number;
  /** Default `"inverted"`. */
  scaling?: BranchScaling;
  /** Name of the block, part of its masks' key; by default `residual1`, `residual2`, ... */
  name?: string;
}

/** What joins a branch: the model reads its rate and scaling. */
export interface Residual extends DropoutLayer {
  readonly kind: "residual";
  readonly scaling: BranchScaling;
  withRate(rate: number): Residual;
  /** The same with another scaling. */
  withScaling(scaling: BranchScaling): Residual;
}

/**
 * Residual block (He, Zhang, Ren and Sun 2016): y = x + f(x), with the layers of the branch for f. With `dropPath` also stochastic
 * depth (Huang, Sun, Liu, Sedra and Weinberger 2016): in training the branch of a row is dropped as a whole with that probability.
 *
 *     inverted   training y = x + m f(x) / keep    prediction y = x + f(x)
 *     standard   training y = x + m f(x)           prediction y = x + keep f(x)      m ~ Bernoulli(keep), keep = 1 - dropPath
 *     none       training y = x + m f(x)           prediction y = x + f(x)
 *
 * `"standard"` is the paper's, `"inverted"` what others call drop path, scaled by keep. `"none"` scales nowhere: then prediction
 * counts a branch for more than training did on average; it is there for networks that were trained so.
 * At rate 1 the branch counts neither in training nor in prediction, whatever the scaling.
 *
 * One mask word decides over the branch of a row: a pure function of the model's seed, the block's name, the pass over the data
 * and the row's index in the data set. Blocks may lie in the branches of others. Names are numbered through the whole network:
 * putting layers into a block changes no first weight.
 *
 * Shapes: any to the same, which the branch must keep.
 *
 * @throws {DrowseError} on a dropPath outside [0, 1], unknown options and no layers, and when the model is built: on a branch that
 * changes the shape.
 * @example
 * sequential({ input: [64], seed: 1 }, [residual([dense(64), relu(), dense(64)], { dropPath: 0.2 }), dense(10)])
 */
export function residual(layers: Layers, options: ResidualOptions = {}): Block {
  if (!Array.isArray(layers) || layers.length === 0) {
    throw new DrowseError("residual", `the layers are ${show(layers)}`, "give an array of at least one layer");
  }
  return { branch: [...layers], join: residualJoin(options) };
}

/** The end of a residual block, which takes x and f(x). */
export function residualJoin(options: ResidualOptions): Residual {
  checkLayerOptions("residual", options);
  const { dropPath = 0, scaling = "inverted" } = options;
  checkNumber("residual", "dropPath", dropPath, (rate) => rate >= 0 && rate <= 1, "give a number from 0 to 1");
  if (scaling !== "inverted" && scaling !== "standard" && scaling !== "none") {
    throw new DrowseError("residual", `scaling is ${show(scaling)}`, 'give "inverted", "standard" or "none"');
  }
  const factor = branchFactor(dropPath, scaling);
  return {
    kind: "residual",
    name: checkName("residual", options.name),
    rate: dropPath,
    scaling,
    isShared: false,
    hasMask: true,
    maskShape: () => [],
    record: dropoutParameters(dropPath, trainingScale(dropPath, scaling === "none" ? "standard" : scaling)),
    predictionFactor: factor,
    withRate: (rate) => residualJoin({ ...options, dropPath: rate }),
    withScaling: (changed) => residualJoin({ ...options, scaling: changed }),
    config: { dropPath, scaling },
    kernels: [familyKernels],
    joins: true,
    outputShape: keptShape,
    parameters: () => [],
    // the mask is made again from its keys
    backwardReads: "nothing",
    homogeneous: false,
    isRandom: dropPath > 0,
    isIdentity: (random) => !random && factor === 0,
    // training: y = x + m scale f; prediction: y = x + f, or with standard scaling y = x + keep f
    forward(context) {
      const { inputs, output, random, emit, B } = context;
      const [x, f] = inputs;
      if (random) return emitDropPath(context, x.pointer, f, output);
      const rows = { stride: x.stride, rows: B, columns: x.columns };
      emit("add", { x: x.pointer, f: f.pointer, y: output.pointer, ...rows, factor });
    },
    // in the forward pass this was y = x + m scale f, so df = m scale dy, with the same word, and dx = dy
    backward(context) {
      const { outputGradient: dy, inputGradients } = context;
      const [dx, df] = inputGradients;
      // dy is read before it is lost, where one of the two takes its place
      if (df === dy && dx) throw new Error("the branch's gradient takes the place of one that is read again");
      if (df) emitDropPath(context, 0, dy, df);
      if (dx && dx !== dy) emitCopy(context, dy, dx);
    },
  };
}

/** What f counts in prediction. At rate 1 it has learned nothing. */
function branchFactor(rate: number, scaling: BranchScaling): number {
  if (rate === 1) return 0;
  return scaling === "none" ? 1 : predictionScale(rate, scaling);
}

function keptShape(input: Shape, name: string, branch: Shape = []): Shape {
  if (sameShape(input, branch)) return input;
  const received = `its input has shape ${formatShape(input)} and its branch makes ${formatShape(branch)} of it`;
  throw new DrowseError(name, received, `end the branch in the shape of the input, as in dense(${input[input.length - 1]})`);
}

function emitDropPath(context: PassContext, x: number, f: Matrix, y: Matrix): void {
  context.emit("dropPath", { ...maskArguments(context, x, y.pointer), f: f.pointer });
}

function emitCopy({ emit, B }: BackwardContext, from: Matrix, to: Matrix): void {
  const rows = { stride: from.stride, rows: B, columns: from.columns };
  emit("scale", { x: from.pointer, y: to.pointer, ...rows, factor: 1 });
}
