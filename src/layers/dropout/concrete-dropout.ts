import { exp, log } from "../../tensor/arithmetic.ts";
import { familyKernels } from "../../wasm/generated/family-kernels.ts";
import { PANEL, panelBytes } from "../../wasm/layout.ts";
import type { Layer } from "../layer.ts";
import { checkLayerOptions } from "../layer-options.ts";
import { checkName, checkNumber } from "../options.ts";
import type { ParameterPlace, PassContext } from "../pass-context.ts";
import { maskArguments } from "./mask-arguments.ts";

/** Options of {@link concreteDropout}. */
export interface ConcreteDropoutOptions {
  /** The rate that it begins with, above 0 and below 1; default 0.1. */
  rate?: number;
  /** t, above 0: the lower, the nearer masks are to 0 and 1; default 0.1, as in the paper. */
  temperature?: number;
  /** Factor of the weights' part of the penalty, at least 0; default 5e-9, which is l^2 / 2 with the authors' length-scale l = 1e-4. */
  weightRegularizer?: number;
  /** Factor of the rate's part of the penalty, at least 0; default 1, which fits a loss that is a negative log-likelihood. */
  dropoutRegularizer?: number;
  /** Name of the layer, part of its noise's key; by default `concreteDropout1`, ... */
  name?: string;
}

/**
 * Concrete dropout (Gal, Hron and Kendall 2017): dropout that learns its rate p, one for the layer, with the weights. Masks are
 * relaxed, so that the loss has a gradient by p:
 *
 *     random       z = sigmoid((log p - log(1 - p) + log u - log(1 - u)) / t)    y = x (1 - z) / (1 - p)    u uniform in (0, 1)
 *     prediction   y = x
 *
 * Left to the loss, p would run to 0. What holds it is the divergence of the dropout distribution from its prior, which the layer
 * adds to the objective of training; W are the weights that it feeds, those of the next dense layer, K its units, and N the rows
 * that are trained on (without those that are held out):
 *
 *     penalty = (weightRegularizer ||W||^2 / (1 - p) + dropoutRegularizer K (p log p + (1 - p) log(1 - p))) / N
 *
 * So the more data, the less the prior counts, and rates fall. The paper's factors are l^2 / 2 and 1 where the loss is -log P(y | x) of
 * a row, as `"crossEntropy"` and a Gaussian negative log-likelihood are; where it is c times that, both take the factor c: mean
 * squared errors of D outputs with the precision tau have c = 2 / (tau D). The authors' program, whose loss is twice the Gaussian
 * one, has l^2 / N and 2 / N. `loss` stays the data's; history and steps tell the `penalty` beside it.
 *
 * The rate is learned as its logit, a parameter of the model: see `model.rates`.
 *
 * Shapes: any to the same; logit [1].
 *
 * @throws {DrowseError} on a rate that is not between 0 and 1, a temperature that is not above 0, factors below 0, and when the model
 * is built: where no layer with weights follows.
 * @example
 * sequential({ input: [1], seed: 1 }, [
 *   dense(128), relu(), concreteDropout(), dense(128), relu(), concreteDropout(), dense(1),
 * ])
 */
export function concreteDropout(options: ConcreteDropoutOptions = {}): Layer {
  checkLayerOptions("concreteDropout", options);
  const { rate = 0.1, temperature = 0.1, weightRegularizer = 5e-9, dropoutRegularizer = 1 } = options;
  const check = (what: string, value: number, accepts: (value: number) => boolean, remedy: string) =>
    checkNumber("concreteDropout", what, value, accepts, remedy);
  check(
    "rate",
    rate,
    (value) => value > 0 && value < 1,
    "give a number above 0 and below 1: 0 and 1 cannot be learned away from",
  );
  check("temperature", temperature, (value) => value > 0, "give a number above 0");
  check("weightRegularizer", weightRegularizer, (value) => value >= 0, "give a number of at least 0");
  check("dropoutRegularizer", dropoutRegularizer, (value) => value >= 0, "give a number of at least 0");
  return {
    kind: "concreteDropout",
    name: checkName("concreteDropout", options.name),
    config: { temperature, weightRegularizer, dropoutRegularizer },
    kernels: [familyKernels],
    outputShape: (input) => input,
    parameters: () => [{ name: "logit", shape: [1], initial: () => Float32Array.of(log(rate) - log(1 - rate)) }],
    learnedRate: (values) => 1 / (1 + exp(-values("logit")[0])),
    backwardReads: "input",
    homogeneous: true,
    isRandom: true,
    isIdentity: (random) => !random,
    hasPenalty: true,
    penalizesNext: true,
    // terms of the logit's gradient, one f64 per 32 units
    keptBytes: (input, _rows, training) => (training ? 8 * Math.ceil(unitsOf(input) / 32) : 0),

    // y = x (1 - z) / (1 - p)
    forward(context) {
      const { input, output } = context;
      const { batch: _, parameters: __, ...noise } = maskArguments(context, input.pointer, output.pointer);
      context.emit("concreteDropout", { ...noise, logit: logitOf(context).value, temperature });
    },

    // in the forward pass this was y = x (1 - z) / (1 - p), so dx = dy (1 - z) / (1 - p), dlogit = sum of dy y (p - z / t); and the
    // penalty's gradients by the logit and by W
    backward(context) {
      const { emit, input, inputGradient, outputGradient, kept, nextWeights, trainingRows } = context;
      const { value: logit, gradient } = logitOf(context);
      const { y: _, batch: __, parameters: ___, ...noise } = maskArguments(context, input.pointer, 0);
      const places = { dy: outputGradient.pointer, dx: inputGradient?.pointer ?? 0, sums: kept };
      emit("concreteDropoutGradient", { ...noise, ...places, logit, temperature });
      const [weightFactor, dropoutFactor] = [weightRegularizer / trainingRows, dropoutRegularizer / trainingRows];
      let panels = 0;
      for (const { value, gradient: gradients, K, N, norms } of nextWeights) {
        const pieces = Math.ceil(N / PANEL);
        emit("squaredNorms", { gradients: value, pieces, pieceBytes: panelBytes(K, N) / pieces, sums: norms });
        emit("concreteWeightPenalty", { weights: value, gradients, K, N, logit, weightFactor });
        panels += pieces;
      }
      const factors = { weightFactor, dropoutFactor, penalty: context.penalty() };
      emit("concretePenalty", {
        logit,
        gradient,
        sums: kept,
        K: input.columns,
        norms: nextWeights[0].norms,
        pieces: panels,
        ...factors,
      });
    },
  };
}

const unitsOf = (shape: readonly number[]) => shape.reduce((product, length) => product * length, 1);

function logitOf({ parameters }: PassContext): ParameterPlace {
  return parameters.get("logit") as ParameterPlace;
}
