import { exp, log } from "../../tensor/arithmetic.ts";
import { sizeOf } from "../../tensor/shape.ts";
import { familyKernels } from "../../wasm/generated/family-kernels.ts";
import type { Layer } from "../layer.ts";
import { checkLayerOptions } from "../layer-options.ts";
import { checkFlag, checkName, checkNumber } from "../options.ts";
import type { ParameterPlace, PassContext } from "../pass-context.ts";
import { maskArguments } from "./mask-arguments.ts";

/** Options of {@link variationalDropout}. */
export interface VariationalDropoutOptions {
  /** The rate that it begins with, above 0 and at most 0.5; alpha = rate / (1 - rate). Default 0.2. */
  rate?: number;
  /** Whether each unit has an alpha of its own, or the layer one for all; default false. */
  perUnit?: boolean;
  /** Factor of the divergence in the penalty, at least 0; default 1, which fits a loss that is a negative log-likelihood. */
  klWeight?: number;
  /** Name of the layer, part of its noise's key; by default `variationalDropout1`, ... */
  name?: string;
}

/**
 * Variational dropout (Kingma, Salimans and Welling 2015), with the noise on units: Gaussian dropout whose variance alpha is
 * learned with the weights.
 *
 *     random       y = x (1 + sqrt(alpha) e)    e ~ N(0, 1) for each number
 *     prediction   y = x
 *
 * Left to the loss, alpha would run to 0. What holds it is the divergence from a prior that is uniform in the logarithm, by the
 * paper's approximation, which the layer adds to the objective of training, N being the rows that are trained on (without those
 * that are held out):
 *
 *     penalty = klWeight / N sum over units of KL(alpha)
 *     KL(alpha) = c - (log(alpha) / 2 + 1.16145124 alpha - 1.50204118 alpha^2 + 0.58629921 alpha^3)
 *
 * The approximation is one for alpha up to 1, and the paper allows no more, as it finds that larger ones lead to poor optima: an
 * update that goes beyond 1 is cut back to it. There KL is smallest, and c is such that it is 0 there; the paper leaves c open. A
 * klWeight of 1 goes with a loss that is -log P(y | x) of a row; where it is c times that, give c. `loss` stays the data's; history
 * and steps tell the `penalty` beside it.
 *
 * log(alpha) is a parameter of the model, and `model.rates` has alpha / (1 + alpha), the rate of the dropout with as much noise;
 * with `perUnit` the mean over the units.
 *
 * Shapes: any to the same; log_alpha [1], or with `perUnit` [units].
 *
 * @throws {DrowseError} on a rate that is not above 0 and at most 0.5, a klWeight below 0, and unknown options.
 * @example
 * sequential({ input: [784], seed: 1 }, [dense(512), relu(), variationalDropout({ perUnit: true }), dense(10)])
 */
export function variationalDropout(options: VariationalDropoutOptions = {}): Layer {
  checkLayerOptions("variationalDropout", options);
  const { rate = 0.2, perUnit = false, klWeight = 1 } = options;
  const accepts = (value: number) => value > 0 && value <= 0.5;
  checkNumber("variationalDropout", "rate", rate, accepts, "give a number above 0 and at most 0.5, where alpha is 1");
  checkFlag("variationalDropout", "perUnit", perUnit);
  checkNumber("variationalDropout", "klWeight", klWeight, (value) => value >= 0, "give a number of at least 0");
  const logAlpha = Math.min(0, log(rate) - log(1 - rate));
  return {
    kind: "variationalDropout",
    name: checkName("variationalDropout", options.name),
    config: { perUnit, klWeight },
    kernels: [familyKernels],
    outputShape: (input) => input,
    parameters(input) {
      const alphas = perUnit ? sizeOf(input) : 1;
      return [{ name: "log_alpha", shape: [alphas], most: 0, initial: () => new Float32Array(alphas).fill(logAlpha) }];
    },
    learnedRate(values) {
      const alphas = Float64Array.from(values("log_alpha"), exp);
      return alphas.reduce((sum, alpha) => sum + alpha / (1 + alpha), 0) / alphas.length;
    },
    backwardReads: "input",
    // f(c x) = c f(x), but the noise may be negative: the output's sign is not the input's
    homogeneous: false,
    isRandom: true,
    isIdentity: (random) => !random,
    hasPenalty: true,
    // the gradient of each unit's log alpha, f64
    keptBytes: (input, _rows, training) => (training ? 8 * sizeOf(input) : 0),

    // y = x (1 + sqrt(alpha) e)
    forward(context) {
      const { input, output } = context;
      const { batch: _, parameters: __, ...noise } = maskArguments(context, input.pointer, output.pointer);
      context.emit("variationalDropout", { ...noise, logAlpha: alphaOf(context).value, perUnit: Number(perUnit) });
    },

    // in the forward pass this was y = x (1 + sqrt(alpha) e), so dx = dy (1 + sqrt(alpha) e), dlogAlpha = sum of dy x e sqrt(alpha) / 2;
    // and the penalty's gradient
    backward(context) {
      const { emit, input, inputGradient, outputGradient, kept, trainingRows } = context;
      const { value, gradient } = alphaOf(context);
      const { y: _, batch: __, parameters: ___, ...noise } = maskArguments(context, input.pointer, 0);
      const places = { dy: outputGradient.pointer, dx: inputGradient?.pointer ?? 0, sums: kept };
      const alphas = { logAlpha: value, perUnit: Number(perUnit) };
      emit("variationalDropoutGradient", { ...noise, ...places, ...alphas });
      const penalty = { factor: klWeight / trainingRows, penalty: context.penalty() };
      emit("variationalPenalty", { ...alphas, gradient, sums: kept, units: input.columns, ...penalty });
    },
  };
}

function alphaOf({ parameters }: PassContext): ParameterPlace {
  return parameters.get("log_alpha") as ParameterPlace;
}
