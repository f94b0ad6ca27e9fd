import fc from "fast-check";
import { describe, expect, it, vi } from "vitest";
import { bitsOf } from "../../test/bits.ts";
import { expectClose } from "../../test/closeness.ts";
import { type LayerRecipe, lossOf, make, plainRecipe, type Recipe, recipes } from "../../test/networks.ts";
import { classes, line } from "../../test/tasks.ts";
import { dense } from "../layers/dense.ts";
import { dropout, isPlainDropout, type Scaling } from "../layers/dropout/dropout.ts";
import { elu } from "../layers/elu.ts";
import type { Layer } from "../layers/layer.ts";
import { leakyRelu } from "../layers/leaky-relu.ts";
import { relu } from "../layers/relu.ts";
import { sgd } from "../optimizers/sgd.ts";
import type { Model } from "./model.ts";
import { sequential } from "./sequential.ts";

const RUNS = { numRuns: process.env.DROWSE_DEEP ? 1000 : 100, seed: 3 };
// Only against a test that hangs.
if (process.env.DROWSE_DEEP === "1") vi.setConfig({ testTimeout: 1_200_000 });
const OTHER: Record<Scaling, Scaling> = { inverted: "standard", standard: "inverted" };

/** Kinds of layers that let no factor pass. */
const STOPPING = ["gaussianDropout", "alphaDropout", "standout", "activation", "batchNorm", "layerNorm"];
const passesFactor = (layer: LayerRecipe) =>
  (layer.type !== "residual" && !STOPPING.includes(layer.type)) || (layer.type === "activation" && layer.name === "leakyRelu");

/**
 * Layers that can be converted: no dropout of rate 1, and a dense layer behind every dropout with nothing that stops the factor before
 * it, or, at the end of a branch, such a one before it.
 */
function convertibleLayers(given: readonly LayerRecipe[], isBranch: boolean): LayerRecipe[] {
  const endsIn = (layers: readonly LayerRecipe[]) => {
    const last = layers.findLastIndex(({ type }) => type === "dense");
    return last >= 0 && layers.slice(last + 1).every(passesFactor);
  };
  const layers = given.filter((layer, i) => {
    if (layer.type !== "dropout") return true;
    const behind = given.slice(i + 1);
    const next = behind.findIndex(({ type }) => type === "dense");
    const isLast = isBranch && next < 0 && endsIn(given);
    return layer.rate < 1 && (isLast || (next >= 0 && behind.slice(0, next).every(passesFactor)));
  });
  return layers.map((layer) => {
    if (layer.type !== "residual") return layer;
    const inner = convertibleLayers(layer.layers, true);
    return { ...layer, scaling: endsIn(inner) ? layer.scaling : "none", layers: notEmpty(inner) };
  });
}

const notEmpty = (layers: readonly LayerRecipe[]): readonly LayerRecipe[] =>
  layers.length > 0 ? layers : [{ type: "dropout", rate: 0 }];

const convertible = recipes.map((recipe): Recipe => ({ ...recipe, layers: convertibleLayers(recipe.layers, false) }));

/** The layers without dropout. */
function withoutDropout(layers: readonly LayerRecipe[]): LayerRecipe[] {
  return layers.flatMap((layer): LayerRecipe[] => {
    if (layer.type === "dropout") return [];
    if (layer.type !== "residual") return [layer];
    const sleepsAlways = layer.rate === 1;
    return sleepsAlways ? [layer] : [{ ...layer, rate: 0, layers: notEmpty(withoutDropout(layer.layers)) }];
  });
}

/** The layers with the default scaling of branches. */
function inverted(layers: readonly LayerRecipe[]): LayerRecipe[] {
  return layers.map((layer) =>
    layer.type === "residual" ? { ...layer, scaling: "inverted", layers: inverted(layer.layers) } : layer,
  );
}

const predictionsOf = async (model: Model, x: Float32Array | Uint8Array) => (await model.predict(x, { output: "logits" })).data;

describe("a model with the other scaling", () => {
  it("predicts the same to rounding, there and back again", async () => {
    await fc.assert(
      fc.asyncProperty(convertible, async (recipe) => {
        const { model, data } = make(recipe);
        const there = model.withScaling(OTHER[recipe.scaling]);
        const back = there.withScaling(recipe.scaling);
        const expected = await predictionsOf(model, data.x);
        // biases may cancel the rest, so a tenth of the largest output is the least that counts
        const all = [1, ...expected].map((value) => value * 0.1);
        for (const converted of [there, back]) {
          const actual = await predictionsOf(converted, data.x);
          expectClose([...actual, ...all], [...expected, ...all], "predictions", 1e-5);
        }
        for (const { layer } of there.graph.nodes) if (isPlainDropout(layer)) expect(layer.scaling).toBe(OTHER[recipe.scaling]);
      }),
      RUNS,
    );
  });

  it("predicts the same to the bit at rate 0.5, which halves and doubles weights", async () => {
    for (const scaling of ["inverted", "standard"] as const) {
      const layers = [
        { type: "dropout", rate: 0.5 },
        { type: "dense", units: 30, bias: true },
        { type: "relu" },
        { type: "dropout", rate: 0.5 },
        { type: "dropout", rate: 0.5 },
        { type: "dense", units: 4, bias: true },
      ] as const;
      const { model, data } = make(plainRecipe({ layers, scaling }));
      const there = model.withScaling(OTHER[scaling]);
      expect(bitsOf(there.weights)).not.toBe(bitsOf(model.weights));
      expect(await predictionsOf(there, data.x)).toEqual(await predictionsOf(model, data.x));
      expect(bitsOf(there.withScaling(scaling).weights)).toBe(bitsOf(model.weights));
    }
  });

  it("keeps seed, passes, link, names and rates, and is a model of its own", async () => {
    const data = classes();
    const model = sequential({ input: [8], seed: 6 }, [dropout({ rate: 0.25, name: "asleep" }), dense(3, { name: "out" })]);
    await model.fit(data, { loss: "crossEntropy", optimizer: sgd({ learningRate: 0.1 }), epochs: 2 });
    const before = bitsOf(model.weights);
    const other = model.withScaling("standard");
    expect(other).toMatchObject({ seed: 6, pass: 2, link: "softmax", inputShape: [8], outputShape: [3] });
    expect(other.graph.nodes.map(({ name, layer }) => [name, layer.config.rate])).toEqual([
      ["asleep", 0.25],
      ["out", undefined],
    ]);
    await other.fit(data, { loss: "crossEntropy", optimizer: sgd({ learningRate: 0.1 }) });
    expect(bitsOf(model.weights)).toBe(before);
    expect(bitsOf(model.withScaling("inverted").weights)).toBe(before);
  });

  it.each([
    [[dense(3), dropout({ rate: 0.5 })], "no dense layer follows dropout1; move the dropout layer before a dense layer"],
    [[dropout({ rate: 1 }), dense(3)], "dropout1 has rate 1"],
    [
      [dense(3), dropout({ rate: 0.5 }), leakyRelu(), elu(), dense(3)],
      "the factor of dropout1 does not pass elu1; move dropout1 behind elu1, right before a dense layer",
    ],
  ] as [Layer[], string][])("is refused where no dense layer can take the factor", (layers, message) => {
    expect(() => sequential({ input: [2], seed: 1 }, layers).withScaling("standard")).toThrow(`withScaling: ${message}`);
    expect(() => sequential({ input: [2], seed: 1 }, layers).withScaling("inverted")).not.toThrow();
  });

  it("is refused where there is no such scaling", () => {
    const model = sequential({ input: [2], seed: 1 }, [dense(1)]);
    expect(() => model.withScaling("upside down" as Scaling)).toThrow(
      'withScaling: scaling is "upside down"; give "inverted" or "standard"',
    );
  });
});

describe("standard and inverted scaling of a linear network", () => {
  // y = W m x: standard with weights W is inverted with keep W, whose gradient in keep W is the other's in W over keep.
  // So a step of length r on W is a step of length r keep^2 on keep W.
  it.each([0.5, 0.2, 0.9])("train alike at rate %d: inverted at learningRate x keep^2 from keep W", async (rate) => {
    const keep = 1 - rate;
    const data = line({ rows: 60, outputs: 3 });
    const build = (scaling: Scaling) =>
      sequential({ input: [8], seed: 2 }, [dropout({ rate, scaling }), dense(3, { bias: false })]);
    const [standard, inverted] = [build("standard"), build("inverted")];
    const weight = standard.weights.get("dense1.weight") ?? new Float32Array();
    inverted.setWeights({ "dense1.weight": weight.map((value) => value * keep) });
    const fit = { loss: "meanSquaredError", epochs: 4, batchSize: 16 } as const;
    const a = await standard.fit(data, { ...fit, optimizer: sgd({ learningRate: 0.1, momentum: 0.5 }) });
    const b = await inverted.fit(data, { ...fit, optimizer: sgd({ learningRate: 0.1 * keep ** 2, momentum: 0.5 }) });
    expectClose(b.loss, a.loss, "losses", 1e-5);
    const expected = await predictionsOf(standard, data.x);
    const actual = await predictionsOf(inverted, data.x);
    expectClose(actual, expected, "predictions", 1e-5);
    if (rate === 0.5) expect(actual).toEqual(expected);
    expectClose(await predictionsOf(standard.withScaling("inverted"), data.x), expected, "converted", 1e-5);
  });
});

describe("predictions and evaluations", () => {
  it("have no trace of inverted dropout: the bits of the model without it", async () => {
    await fc.assert(
      fc.asyncProperty(recipes, fc.constantFrom(undefined, 2), async (recipe, threads) => {
        const layers = inverted(recipe.layers);
        const { model, data } = make({ ...recipe, layers, scaling: "inverted" });
        const { model: awake } = make({ ...recipe, layers: withoutDropout(layers), scaling: "inverted" });
        awake.setWeights(Object.fromEntries(model.weights));
        const run = threads === undefined ? {} : { threads };
        expect(bitsOf({ p: (await model.predict(data.x, run)).data })).toBe(
          bitsOf({ p: (await awake.predict(data.x, run)).data }),
        );
        const options = { loss: lossOf(recipe.loss), ...run };
        expect(await model.evaluate(data, options)).toEqual(await awake.evaluate(data, options));
      }),
      { ...RUNS, numRuns: 40 },
    );
  });

  it("multiply by keep with standard scaling, and by nothing else", async () => {
    const model = sequential({ input: [2], seed: 1 }, [
      dropout({ rate: 0.75, scaling: "standard" }),
      relu(),
      dense(2, { bias: false }),
    ]);
    model.setWeights({ "dense1.weight": [1, 0, 0, 1] });
    expect(await predictionsOf(model, Float32Array.of(8, 4))).toEqual(Float32Array.of(2, 1));
  });
});
