import { dropoutParameters } from "../../random/mask.ts";
import { SHARED } from "../../random/streams.ts";
import { DrowseError } from "../../tensor/errors.ts";
import { familyKernels } from "../../wasm/generated/family-kernels.ts";
import { PANEL, panelBytes } from "../../wasm/layout.ts";
import { type DenseOptions, product } from "../dense.ts";
import { checkLayerOptions } from "../layer-options.ts";
import type { BackwardContext, ParameterPlace, PassContext } from "../pass-context.ts";
import { checkScaling, isSharedByBatch, predictionScale, type Scaling, trainingScale } from "./dropout.ts";
import type { DropoutLayer } from "./dropout-layer.ts";
import { maskArguments } from "./mask-arguments.ts";
import { resolveRate } from "./rate.ts";

/** Options of {@link dropConnect}; those of a dense layer among them. */
export interface DropConnectOptions extends DenseOptions {
  /** Probability to drop a weight, in [0, 1]. 0 is a dense layer, 1 leaves the bias alone. */
  rate?: number;
  /** Probability to keep a weight, 1 - rate; instead of `rate`. */
  keep?: number;
  /** Default `"inverted"`: kept weights times 1 / keep in training. `"standard"`: all weights times keep in prediction. */
  scaling?: Scaling;
  /** Default `["batch"]`: the rows of a step have one mask. `[]`: each row has a mask of its own, as in the paper. */
  sharedAcross?: readonly "batch"[];
}

/** A dense layer whose weights sleep; the model reads its units, rate and scaling. */
export interface DropConnect extends DropoutLayer {
  readonly kind: "dropConnect";
  /** Number of outputs. */
  readonly units: number;
  readonly scaling: Scaling;
  withRate(rate: number): DropConnect;
  /**
   * The same layer with the other scaling, of the same weights.
   * @internal
   */
  withScaling(scaling: Scaling): DropConnect;
}

/** The numbers of a mask are those of units: as many as 31 bits count. */
const MOST_WORDS = 0x8000_0000;

/**
 * DropConnect (Wan, Zeiler, Zhang, LeCun and Fergus 2013): a dense layer in which not units but weights sleep, each with
 * probability `rate`. Biases do not, as those of dropout do not; in the paper they sleep as well.
 *
 *     inverted   training y = (m * W) x / keep + b    prediction y = W x + b
 *     standard   training y = (m * W) x + b           prediction y = keep W x + b         m ~ Bernoulli(keep) for each weight
 *
 * The paper draws a mask for each row. Here one serves the rows of a step, unless `sharedAcross: []` is given: a mask a row takes
 * as many random words as there are rows times weights, twice a step, which is some ten times the work of the product itself and
 * fits small layers. Both give unbiased gradients; with one mask they have more noise. A mask is a pure function of the model's
 * seed, the layer's name, the pass and the row's index in the data set (of a shared mask: the batch's place in its pass).
 *
 * The paper predicts otherwise as well: it takes each unit's sum for Gaussian, with the mean keep W x and the variance
 * keep (1 - keep) (W * W) (x * x) of the masks, draws samples of it, and averages the activations of these. Here the mean alone
 * goes on, which costs no more than a dense layer; with activations that are not linear the two differ.
 *
 * Shapes: [I] to [units]; weight [units, I], bias [units].
 *
 * @param units - number of outputs, at least 1.
 * @throws {DrowseError} unless exactly one of `rate` and `keep` is given, as a number in [0, 1]; and as `dense` does.
 * @example
 * sequential({ input: [784], seed: 42 }, [dropConnect(800, { rate: 0.5 }), relu(), dense(10)])
 */
export function dropConnect(units: number, options: DropConnectOptions): DropConnect {
  checkLayerOptions("dropConnect", options);
  const rate = resolveRate("dropConnect", options);
  const { scaling = "inverted", sharedAcross = ["batch"], keep: _, rate: __, ...ofProduct } = options;
  checkScaling("dropConnect", scaling);
  const isShared = isSharedByBatch("dropConnect", sharedAcross);
  const inner = product("dropConnect", units, ofProduct);
  const factor = predictionScale(rate, scaling);
  return {
    ...inner,
    kind: "dropConnect",
    rate,
    scaling,
    isShared,
    // dropoutMask tells of units
    hasMask: false,
    record: dropoutParameters(rate, trainingScale(rate, scaling)),
    predictionFactor: factor,
    withRate: (changed) => dropConnect(units, { ...ofProduct, scaling, sharedAcross, rate: changed }),
    withScaling: (changed) => dropConnect(units, { ...ofProduct, scaling: changed, sharedAcross, rate }),
    config: { ...inner.config, rate, scaling, sharedAcross: isShared ? ["batch"] : [] },
    kernels: [familyKernels],
    // the mask comes between the gradient and its update
    carriesUpdates: false,
    isRandom: rate > 0,
    // the masked weights, or in prediction those that are scaled
    keptBytes: ([inputs]) => (isShared || scaling === "standard" ? panelBytes(inputs, units) : 0),

    parameters(input, name) {
      if (input[0] * Math.ceil(units / 32) * 32 > MOST_WORDS) {
        throw new DrowseError(name, `it has ${units} units of ${input[0]} inputs`, "take fewer: its masks are too large");
      }
      return inner.parameters(input, name);
    },

    // random: y = (m * W) x scale + b; prediction: y = keep W x + b with standard scaling, else a dense layer's
    forward(context) {
      const { emit, input, kept, random, output } = context;
      const { weight, bias } = places(context);
      if (random && !isShared) {
        const { x, rows, stride: _, columns: K, ...words } = maskArguments(context, input.pointer, output.pointer);
        const call = { x, xStride: input.stride, y: output.pointer, yStride: output.stride, rows, K, N: units };
        return emit("rowDropConnect", { ...call, weights: weight.value, bias: bias?.value ?? 0, ...words });
      }
      if (random) emitMaskOn(context, weight.value, kept, units);
      else if (factor !== 1) {
        const rows = panelBytes(input.columns, units) / (4 * PANEL);
        emit("scale", { x: weight.value, y: kept, stride: PANEL, rows, columns: PANEL, factor });
      } else return inner.forward(context);
      inner.forward({ ...context, parameters: withWeights(context, kept) });
    },

    // in the forward pass this was y = (m * W) x scale + b, so dx = d (m * W)t scale, dW = m * (xt d) scale, db = sum of d's rows
    backward(context) {
      const { emit, input, inputGradient, outputGradient: d, kept } = context;
      const { weight, bias } = places(context);
      if (isShared) {
        inner.backward({ ...context, parameters: withWeights(context, kept), update: undefined });
        return emitMaskOn(context, weight.gradient, weight.gradient, units);
      }
      const { x, rows, stride: _, columns: K, ...words } = maskArguments(context, input.pointer, 0);
      const below = { dx: inputGradient?.pointer ?? 0, dxStride: inputGradient?.stride ?? 0 };
      const call = { x, xStride: input.stride, d: d.pointer, dStride: d.stride, ...below, rows, K, N: units };
      const gradients = { weights: weight.value, gradient: weight.gradient, bias: bias?.gradient ?? 0 };
      emit("rowDropConnectGradient", { ...call, ...gradients, ...words });
    },
  };
}

function places({ parameters }: PassContext): { weight: ParameterPlace; bias: ParameterPlace | undefined } {
  return { weight: parameters.get("weight") as ParameterPlace, bias: parameters.get("bias") };
}

/** The layer's parameters with other weights; their gradient stays where it is. */
function withWeights({ parameters }: PassContext, value: number): PassContext["parameters"] {
  const weight = parameters.get("weight") as ParameterPlace;
  return new Map([...parameters, ["weight", { ...weight, value }]]);
}

/** to = m * scale * from, with the mask of the step. */
function emitMaskOn(context: PassContext | BackwardContext, from: number, to: number, N: number): void {
  const { x: _, y: __, stride: ___, rows: ____, indices: _____, columns: K, stream, ...words } = maskArguments(context, 0, 0);
  context.emit("dropWeights", { from, to, K, N, ...words, stream: stream | SHARED });
}
