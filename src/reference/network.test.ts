import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Draws } from "../../test/draws.ts";
import { activationLayers, type FamilyRecipe, family, LOSSES } from "../../test/networks.ts";
import { sidesOf } from "../../test/twins.ts";
import { checkGradient, type GradientReport } from "./central-differences.ts";
import type { Scaling } from "./dropout.ts";
import type { MaskKeys } from "./mask-words.ts";
import { type Batch, type Network, type NetworkLayer, prediction, type TrainingPass, trainingPass } from "./network.ts";
import type { Numbers } from "./numbers.ts";

/** The same in every run: the checks of what was seen depend on it. */
const RUNS = { numRuns: process.env.DROWSE_DEEP ? 1000 : 100, seed: 1 };
const RATES = [0, 0.2, 0.5, 0.9, 1];

/** Everything that has a gradient: the input, and each layer's weight and bias. */
interface Parameter {
  kind: "input" | "weight" | "bias";
  layer: number;
  values: Numbers;
  gradient: Numbers;
}

function parametersOf({ layers }: Network, batch: Batch, pass: TrainingPass): Parameter[] {
  const parameters: Parameter[] = [{ kind: "input", layer: 0, values: batch.x, gradient: pass.valueGradients[0] }];
  layers.forEach((layer, i) => {
    const gradients = pass.gradients[i];
    if (!("weight" in layer) || !gradients) return;
    parameters.push({ kind: "weight", layer: i, values: layer.weight, gradient: gradients.weight });
    if (layer.bias && gradients.bias) parameters.push({ kind: "bias", layer: i, values: layer.bias, gradient: gradients.bias });
  });
  return parameters;
}

function withValues(network: Network, batch: Batch, { kind, layer }: Parameter, values: Numbers): [Network, Batch] {
  if (kind === "input") return [network, { ...batch, x: values }];
  return [{ ...network, layers: network.layers.map((old, i) => (i === layer ? { ...old, [kind]: values } : old)) }, batch];
}

/** On which side of their kinks the inputs of rectifiers and the like are, and the errors of absolute and Huber loss. */
function pattern({ layers, loss, lossSetting = 1 }: Network, { targets }: Batch, { values }: TrainingPass): string {
  const e = values[layers.length].map((z, i) => z - targets[i]);
  const kinks = loss === "meanAbsoluteError" ? [0] : loss === "huber" ? [-lossSetting, lossSetting] : [];
  const sides = kinks.map((kink) => e.map((value) => (value > kink ? 1 : 0)).join(""));
  const inner = layers.map((layer, i) => sidesOf(layer, values[i])).join("|");
  return [inner, ...sides].join("|");
}

/** The same network with the masks that a pass made. */
function withMasks(network: Network, { masks }: TrainingPass): Network {
  const layers = network.layers.map((layer, i) => {
    const mask = masks[i];
    return "mask" in layer && mask ? { ...layer, mask } : layer;
  });
  return { ...network, layers };
}

/** Checks one parameter's gradient (the true one, or another); undefined where a kink lies within the step. */
function check(network: Network, batch: Batch, parameter: Parameter, gradient = parameter.gradient): GradientReport | undefined {
  const point = trainingPass(network, batch);
  const fixed = withMasks(network, point);
  const awake = pattern(network, batch, point);
  let kink = false;
  const objective = (values: Float64Array) => {
    const [moved, movedBatch] = withValues(fixed, batch, parameter, values);
    const pass = trainingPass(moved, movedBatch);
    kink ||= pattern(moved, movedBatch, pass) !== awake;
    return pass.objective;
  };
  const report = checkGradient(objective, gradient, parameter.values, { rtol: 1e-5, atol: 1e-7 });
  return kink ? undefined : report;
}

interface Recipe {
  widths: number[];
  rows: number;
  /** One rate before each dense layer, or none. */
  rates: (number | undefined)[];
  /** One before each dense layer but the first, or none. */
  between: (NetworkLayer | FamilyRecipe | undefined)[];
  /** One before each dense layer, or none. */
  norms: ("batchNorm" | "layerNorm" | undefined)[];
  scaling: Scaling;
  loss: Network["loss"];
  weighted: boolean;
  bias: boolean;
  l2: number;
  seed: number;
}

const recipes: fc.Arbitrary<Recipe> = fc.integer({ min: 1, max: 4 }).chain((depth) =>
  fc.record({
    widths: fc.array(fc.integer({ min: 1, max: 9 }), { minLength: depth + 1, maxLength: depth + 1 }),
    rows: fc.integer({ min: 1, max: 6 }),
    rates: fc.array(fc.constantFrom(undefined, ...RATES), { minLength: depth, maxLength: depth }),
    between: fc.array(fc.option(fc.oneof(activationLayers, family), { nil: undefined }), { minLength: depth, maxLength: depth }),
    norms: fc.array(fc.constantFrom(undefined, undefined, "batchNorm" as const, "layerNorm" as const), {
      minLength: depth,
      maxLength: depth,
    }),
    scaling: fc.constantFrom<Scaling>("inverted", "standard"),
    loss: fc.constantFrom(...LOSSES),
    weighted: fc.boolean(),
    bias: fc.boolean(),
    l2: fc.constantFrom(0, 0.1),
    seed: fc.nat(),
  }),
);

/** A layer of the dropout family as the twin has it; it is given `width` numbers. */
function twinOf(recipe: NetworkLayer | FamilyRecipe, width: number, mask: MaskKeys): NetworkLayer {
  switch (recipe.type) {
    case "gaussianDropout":
    case "alphaDropout":
      return { type: recipe.type, rate: recipe.rate, mask };
    case "standout": {
      const beta = "rate" in recipe ? Math.log((1 - recipe.rate) / recipe.rate) : recipe.beta;
      return { type: "standout", alpha: recipe.alpha, beta, activation: recipe.activation, mask };
    }
    case "maxout":
      return { type: "maxout", pieces: width % recipe.pieces === 0 ? recipe.pieces : 1 };
    default:
      return recipe;
  }
}

/** Where the numbers of a batch hardly differ, the step of central differences is large beside their deviation: not with this. */
const NORM_EPSILON = 0.05;

function normLayer(type: "batchNorm" | "layerNorm", N: number, draws: Draws): NetworkLayer {
  const weight = Float64Array.from(draws.floats(N), (value) => 1 + value / 2);
  const learned = { weight, bias: Float64Array.from(draws.floats(N)), epsilon: NORM_EPSILON };
  const running = { runningMean: new Float64Array(N), runningVar: new Float64Array(N).fill(1), momentum: 0.1 };
  return type === "batchNorm" ? { type, ...learned, ...running } : { type, ...learned };
}

/** Dropout (where there is a rate) and dense in turn, with normalisation and activations between; masks come from keys. */
function build({ widths, rates, between, norms, scaling, loss, weighted, bias, l2, seed, ...rest }: Recipe): [Network, Batch] {
  const rows = norms.includes("batchNorm") ? Math.max(2, rest.rows) : rest.rows;
  const draws = new Draws(seed);
  const layers: NetworkLayer[] = [];
  const targetsPerRow = widths[widths.length - 1];
  const outputs = loss === "gaussianNegativeLogLikelihood" ? 2 * targetsPerRow : targetsPerRow;
  rates.forEach((rate, i) => {
    const norm = norms[i];
    if (norm) layers.push(normLayer(norm, widths[i], draws));
    const given = between[i];
    const layer = i > 0 && given ? twinOf(given, widths[i], { key: [seed, 2], stream: i, pass: 2 }) : undefined;
    if (layer) layers.push(layer);
    const K = layer?.type === "maxout" ? widths[i] / layer.pieces : widths[i];
    const N = i + 1 === rates.length ? outputs : widths[i + 1];
    if (rate !== undefined) layers.push({ type: "dropout", rate, scaling, mask: { key: [seed, 1], stream: i, pass: 2 } });
    // no larger than the weights that training leaves behind dropout, so that outputs stay near 1
    const size = (rate !== undefined && rate < 1 && scaling === "inverted" ? 1 - rate : 1) * Math.sqrt(3 / K);
    const weight = Float64Array.from(draws.floats(K * N, 1, size));
    layers.push({ type: "dense", K, N, weight, ...(bias ? { bias: Float64Array.from(draws.floats(N)) } : {}) });
  });
  const N = targetsPerRow;
  const x = Float64Array.from(draws.floats(rows * widths[0]));
  const indices = Array.from({ length: rows }, () => draws.integer(0, 59999));
  const numbers = Float64Array.from(draws.floats(rows * N));
  const targets =
    loss === "crossEntropy"
      ? indices.map(() => draws.integer(0, N - 1))
      : loss === "binaryCrossEntropy"
        ? numbers.map((value) => (value + 1) / 2)
        : numbers;
  const lossSetting = loss === "huber" ? 0.4 : [0, 0.1][draws.integer(0, 1)];
  const weights = weighted ? { weights: indices.map(() => 2 * draws.unit()) } : {};
  return [
    { layers, loss, lossSetting, l2 },
    { x, indices, targets, ...weights },
  ];
}

describe("gradients of the twin against central differences, masks fixed", () => {
  it("agree for random networks: every weight, bias and input (rtol 1e-5, atol 1e-7)", () => {
    const rates = new Set<number | undefined>();
    const activations = new Set<string | undefined>();
    const kinds = new Set<string>();
    fc.assert(
      fc.property(recipes, (recipe) => {
        const [network, batch] = build(recipe);
        for (const parameter of parametersOf(network, batch, trainingPass(network, batch))) {
          const report = check(network, batch, parameter);
          fc.pre(report !== undefined);
          expect(report?.worst?.ratio, `${parameter.kind} of layer ${parameter.layer}`).toBeLessThanOrEqual(1);
        }
        for (const rate of recipe.rates) rates.add(rate);
        for (const layer of network.layers) {
          kinds.add(layer.type);
          if (layer.type === "activation") activations.add(layer.name);
        }
      }),
      RUNS,
    );
    expect(rates).toEqual(new Set([undefined, ...RATES]));
    expect(activations.size).toBe(9);
    expect(kinds.size).toBe(10);
  });

  // x -> dropout -> dense -> relu -> dropout -> dense, so that each parameter lies behind a dropout but the last bias
  const recipe: Recipe = {
    ...{
      widths: [7, 8, 5],
      rows: 4,
      rates: [0.2, 0.5],
      between: [undefined, { type: "relu" }],
      norms: [],
      bias: true,
      l2: 0.1,
      seed: 5,
    },
    ...{ scaling: "inverted", loss: "crossEntropy", weighted: false },
  };
  const [network, batch] = build(recipe);
  const pass = trainingPass(network, batch);
  const parameters = parametersOf(network, batch, pass).map((p) => [`${p.kind} of layer ${p.layer}`, p] as const);

  it.each(parameters)("are refused for the %s when one factor is wrong", (_, parameter) => {
    const { gradient, kind, layer } = parameter;
    const refuse = (broken: Numbers, what: string) => expect(check(network, batch, parameter, broken)?.passed, what).toBe(false);
    expect(check(network, batch, parameter)?.passed).toBe(true);

    const all = (factor: number) => Float64Array.from(gradient, (value) => value * factor);
    refuse(all(0.5), "the scale 1 / keep forgotten");
    refuse(all(batch.indices.length), "the mean over the batch forgotten");
    refuse(all(-1), "the sign");
    refuse(all(1 + 1e-4), "one part in ten thousand");
    refuse(all(Number.NaN), "NaN");
    const largest =
      gradient.length > 0 ? Array.from(gradient, Math.abs).reduce((best, g, i, gs) => (g > gs[best] ? i : best), 0) : 0;
    refuse(
      Float64Array.from(gradient, (value, i) => (i === largest ? value * 1.001 : value)),
      "one entry",
    );
    if (kind === "weight") {
      refuse(
        Float64Array.from(gradient, (value, i) => value - 0.1 * parameter.values[i]),
        "the penalty forgotten",
      );
      const { K, N } = network.layers[layer] as NetworkLayer & { type: "dense" };
      refuse(
        Float64Array.from(gradient, (_value, i) => gradient[(i % K) * N + Math.floor(i / K)]),
        "transposed",
      );
    }
  });

  it("are refused when the backward pass makes its masks or scales otherwise than the forward pass", () => {
    const otherwise = (change: (layer: NetworkLayer & { type: "dropout" }) => Partial<NetworkLayer & { type: "dropout" }>) => {
      const layers = network.layers.map((layer) => (layer.type === "dropout" ? { ...layer, ...change(layer) } : layer));
      const broken = parametersOf(network, batch, trainingPass({ ...network, layers }, batch));
      return parameters.map(([, parameter], i) => check(network, batch, parameter, broken[i].gradient)?.passed);
    };
    expect(otherwise((layer) => layer)).not.toContain(false);
    expect(otherwise(() => ({ scaling: "standard" }))).not.toContain(true);
    expect(otherwise(() => ({ mask: { key: [recipe.seed, 1], stream: 0, pass: 3 } }))).not.toContain(true);
  });

  it("names the worst entry and refuses gradients of another length", () => {
    const square = (point: Float64Array) => point.reduce((sum, x) => sum + x * x, 0);
    expect(checkGradient(square, [2, 4, 6], [1, 2, 3]).passed).toBe(true);
    const report = checkGradient(square, [2.01, 4.1, 6.01], [1, 2, 3]);
    expect(report).toMatchObject({ passed: false, worst: { index: 1, gradient: 4.1 } });
    expect(report.worst?.numeric).toBeCloseTo(4, 8);
    expect(() => checkGradient(square, [2, 4], [1, 2, 3])).toThrow("checkGradient: 2 gradients for 3 numbers");
    expect(checkGradient(() => 0, [], [])).toEqual({ passed: true, worst: undefined });
  });
});

describe("networks with dropout", () => {
  it("are the same network in training and prediction at rate 0", () => {
    fc.assert(
      fc.property(recipes, (recipe) => {
        const between = recipe.between.map((layer) => (layer && "rate" in layer ? { ...layer, rate: 0 } : layer));
        const [network, batch] = build({ ...recipe, between, norms: [], rates: recipe.rates.map((rate) => rate && 0) });
        expect(trainingPass(network, batch).values.at(-1)).toEqual(prediction(network.layers, batch.x, recipe.rows));
      }),
    );
  });

  it("hear nothing of the input at rate 1, and learn nothing from it", () => {
    fc.assert(
      fc.property(recipes, (recipe) => {
        const [network, batch] = build({
          ...recipe,
          norms: [],
          rates: recipe.rates.map((rate, i) => (i === 0 ? 1 : rate)),
          l2: 0,
        });
        const { values, valueGradients, gradients } = trainingPass(network, batch);
        expect(values[1].every((value) => value === 0)).toBe(true);
        expect(valueGradients[0].every((value) => value === 0)).toBe(true);
        expect(gradients[1]?.weight.every((value) => value === 0)).toBe(true);
      }),
    );
  });

  it("give one training step for a mask given and a mask made from its keys", () => {
    fc.assert(
      fc.property(recipes, (recipe) => {
        const [network, batch] = build(recipe);
        const pass = trainingPass(network, batch);
        expect(trainingPass(withMasks(network, pass), batch)).toEqual(pass);
      }),
    );
  });
});
