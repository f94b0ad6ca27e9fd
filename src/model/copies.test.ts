import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { bitsOf } from "../../test/bits.ts";
import { expectClose } from "../../test/closeness.ts";
import { type LayerRecipe, lossOf, make, type Recipe, recipes } from "../../test/networks.ts";
import { classes } from "../../test/tasks.ts";
import { batchOf, sidesOf, twinOf } from "../../test/twins.ts";
import { loadModel, saveModel } from "../formats/model-file.ts";
import { batchNorm } from "../layers/batch-norm.ts";
import { dense } from "../layers/dense.ts";
import { concreteDropout } from "../layers/dropout/concrete-dropout.ts";
import { dropConnect } from "../layers/dropout/drop-connect.ts";
import { dropout } from "../layers/dropout/dropout.ts";
import { rateSchedule } from "../layers/dropout/rate-schedules.ts";
import { standout } from "../layers/dropout/standout.ts";
import { variationalDropout } from "../layers/dropout/variational-dropout.ts";
import type { Layers } from "../layers/layer.ts";
import { relu } from "../layers/relu.ts";
import { residual } from "../layers/residual.ts";
import type { Loss } from "../losses/loss.ts";
import { multiSample } from "../losses/multi-sample.ts";
import { rDrop } from "../losses/r-drop.ts";
import type { LossOption } from "../losses/resolve.ts";
import { adam } from "../optimizers/adam.ts";
import { sgd } from "../optimizers/sgd.ts";
import { transpose } from "../reference/compression.ts";
import { COPY_ROWS, copyIndices } from "../reference/copies.ts";
import { trainingPass } from "../reference/network.ts";
import type { Numbers } from "../reference/numbers.ts";
import { standoutMask } from "../reference/standout.ts";
import type { TrainerOptions } from "./create-trainer.ts";
import { dropoutMask } from "./mask-of-layer.ts";
import { sequential } from "./sequential.ts";
import type { Trainer } from "./trainer.ts";

// Losses that meet each row with several masks: steps against the f64 twin, and all that training promises.

const RUNS = { numRuns: process.env.DROWSE_DEEP ? 1000 : 80, seed: 5 };

/** Masks of their own for every row, and at least one layer that draws. */
function drawing(recipe: Recipe): Recipe {
  const unshared = (layers: readonly LayerRecipe[]): LayerRecipe[] =>
    layers.map((layer) => {
      if (layer.type === "residual") return { ...layer, layers: unshared(layer.layers) };
      return layer.type === "dropout" ? { ...layer, shared: false } : layer;
    });
  return { ...recipe, layers: [{ type: "dropout", rate: 0.3 }, ...unshared(recipe.layers)] };
}

/** Sums whose terms cancel have few digits left in single precision. */
function expectNear(actual: Numbers, expected: Numbers, what: string): void {
  const [one, other] = [actual, expected].map((numbers) => [...Array.from(numbers), 0.1]);
  expectClose(one, other, what, 5e-5);
}

describe("a step with copies of rows", () => {
  it("is the twin's: every output and gradient, wherever copies begin, with weights, norms and branches", async () => {
    const seen = { copies: 0, kinds: new Set<string>(), crossing: 0 };
    await fc.assert(
      fc.asyncProperty(recipes, fc.integer({ min: 2, max: 4 }), fc.nat(9), async (given, samples, pass) => {
        const recipe = drawing(given);
        const made = make(recipe);
        const { model, data, rows } = made;
        const isRDrop = samples === 2 && (recipe.loss === "crossEntropy" || recipe.loss === "binaryCrossEntropy");
        const inner = lossOf(recipe.loss);
        const loss = isRDrop ? rDrop({ alpha: 0.7, loss: inner }) : multiSample({ samples, loss: inner });
        const nodes = model.graph.nodes;
        const first = isRDrop
          ? nodes.findIndex(({ layer }) => layer.isRandom)
          : nodes.findLastIndex(({ layer }) => layer.isRandom);
        const from = nodes.slice(0, first).filter(({ layer }) => layer.kind !== "flatten").length;
        const count = isRDrop ? 2 : samples;
        const network = {
          ...twinOf(model, { loss: recipe.loss, pass }),
          copies: { count, from, ...(isRDrop ? { alpha: 0.7 } : {}) },
        };
        const twin = trainingPass(network, batchOf(made, rows));
        const trace = await model.trace(data, { loss, rows, pass });

        // no number on the other side of a kink in single precision
        const numbersAfter = (name: string | undefined) => (name ? trace.layers.get(name)?.output.data : trace.input.data) ?? [];
        const steps = nodes.filter(({ layer }) => layer.kind !== "flatten");
        for (const [i, layer] of network.layers.entries()) {
          const single = numbersAfter(steps[i - 1]?.name);
          fc.pre(sidesOf(layer, single) === sidesOf(layer, twin.values[i]));
          if (layer.type !== "standout" || "length" in layer.mask) continue;
          const K = single.length / twin.values[i].length;
          fc.pre(K === 1);
          const indices = i >= from ? copyIndices(rows, count) : rows;
          const repeated = i === from ? undefined : standoutMask(single, layer, indices, layer.mask);
          fc.pre(repeated?.every((awake, at) => awake === twin.masks[i]?.[at]) ?? true);
        }

        expectNear([trace.loss], [twin.loss], "loss");
        for (const [i, { name, outputShape }] of steps.entries()) {
          const { output, gradient } = trace.layers.get(name) ?? {};
          expect(output?.shape).toEqual([rows.length, ...(i >= from ? [count] : []), ...outputShape]);
          expectNear(output?.data ?? [], twin.values[i + 1], `output of ${name}`);
          if (gradient) expectNear(gradient.data, twin.valueGradients[i + 1], `gradient of ${name}`);
          const layer = network.layers[i];
          if (layer.type === "dense") {
            const weight = transpose(trace.gradients.get(`${name}.weight`) ?? [], layer.N, layer.K);
            expectNear(weight, twin.gradients[i]?.weight ?? [], `weight of ${name}`);
          }
          const bias = trace.gradients.get(`${name}.bias`);
          if (bias) expectNear(bias, twin.gradients[i]?.bias ?? [], `bias of ${name}`);
          const running = twin.running[i];
          if (running) expectNear(trace.updated.get(`${name}.running_var`) ?? [], running.runningVar, `variance of ${name}`);
          seen.kinds.add(layer.type);
        }
        seen.copies += count;
        if (network.layers.some((layer, i) => layer.type === "residual" && i >= from && layer.from < from)) seen.crossing++;
      }),
      RUNS,
    );
    expect(seen.copies).toBeGreaterThan(100);
    expect(seen.kinds.size).toBeGreaterThan(10);
    expect(seen.crossing).toBeGreaterThan(2);
  });
});

const data = classes({ rows: 23 });
const hidden = (): Layers => [
  ...[dropout({ rate: 0.2 }), dense(19), relu(), dropout({ rate: 0.3 })],
  ...[residual([dense(19), batchNorm(), relu()], { dropPath: 0.4 }), dense(12), relu(), dropout({ rate: 0.5 }), dense(3)],
];
const build = (layers = hidden(), seed = 4) => sequential({ input: [8], seed }, layers);
const options = (loss: LossOption): TrainerOptions => ({
  ...{ loss, optimizer: adam({ learningRate: 0.01 }), batchSize: 7, threads: 1 },
});
const losses: readonly [string, () => Loss][] = [
  ["rDrop", () => rDrop({ alpha: 0.5 })],
  ["multiSample", () => multiSample({ samples: 3 })],
];

async function using<Result>(made: Promise<Trainer>, use: (trainer: Trainer) => Promise<Result>): Promise<Result> {
  const trainer = await made;
  try {
    return await use(trainer);
  } finally {
    trainer.close();
  }
}

describe.each(losses)("training with %s", (_, loss) => {
  it("has one set of bits on 1, 2 and 4 threads, and takes the steps that trace shows", async () => {
    const model = build();
    const trained = (threads: number) =>
      using(model.trainer(data, { ...options(loss()), threads }), async (trainer) => {
        const reports = await trainer.run(9);
        return { reports, bits: bitsOf((await trainer.state()).values) };
      });
    const alone = await trained(1);
    expect(await trained(2)).toEqual(alone);
    expect(await trained(4)).toEqual(alone);

    const optimizer = sgd({ learningRate: 0.3 });
    await using(model.trainer(data, { ...options(loss()), optimizer, shuffle: false }), async (trainer) => {
      const [report] = await trainer.run(1);
      const trace = await model.trace(data, { loss: loss(), optimizer, rows: [0, 1, 2, 3, 4, 5, 6] });
      expect(report.loss).toBe(trace.loss);
      const { values } = await trainer.state();
      for (const [name, numbers] of trace.updated) expectClose(values[name], numbers, name, 1e-6);
    });
  });

  it("goes on to the bit from a state and through a model's file, also where the rates have changed", async () => {
    const model = build();
    await using(model.trainer(data, options(loss())), async (trainer) => {
      await trainer.run(5);
      // which would be where copies begin, were it not kept
      trainer.setRate("dropout1", 0);
      trainer.setRate("dropout3", 0);
      const state = structuredClone(await trainer.state());
      await trainer.run(6);
      const whole = await trainer.state();
      const unlike = sequential({ input: [8], seed: 4 }, hidden());
      await using(loadModel(saveModel(unlike)).trainer(data, options(loss())), async (other) => {
        other.restore(state);
        await other.run(6);
        expect(bitsOf((await other.state()).values)).toBe(bitsOf(whole.values));
      });
      await trainer.commit();
      const committed = loadModel(saveModel(model));
      expect(committed.link).toBe("softmax");
      await using(committed.trainer(data, options(loss())), async (other) => {
        other.restore(state);
        await other.run(6);
        expect(await other.state()).toEqual(whole);
      });
    });
  });

  it("measures validation and evaluation by the plain loss, and learns", async () => {
    const model = build();
    const optimizer = adam({ learningRate: 0.02 });
    const history = await model.fit(data, { loss: loss(), optimizer, epochs: 30, batchSize: 7, validation: data });
    expect(history.loss.at(-1)).toBeLessThan(history.loss[0] / 1.5);
    const measured = await model.evaluate(data, { loss: "crossEntropy" });
    expect(await model.evaluate(data, { loss: loss() })).toEqual(measured);
    expect(await model.evaluate(data)).toEqual(measured);
    expect(history.validationLoss?.at(-1)).toBe(measured.loss);
    const share = history.accuracy?.at(-1) ?? 0;
    expect(share).toBeGreaterThan(0.5);
    expect(share).toBeLessThanOrEqual(1);
  });

  it("takes the first mask from the row itself, the others from rows of other indices, also where masks are replayed", async () => {
    const model = build();
    const recording = await using(model.trainer(data, { ...options("crossEntropy") }), async (plain) => {
      await plain.run(4);
      return plain.masks.record();
    });
    await using(model.trainer(data, options(loss())), async (trainer) => {
      await trainer.run(9);
      const count = trainer.loss.copies?.count ?? 1;
      const isFirst = trainer.loss.kind === "rDrop";
      const expected = (layer: string, pass: number, copy: number, rows: Uint32Array) => {
        const moved = isFirst || layer === "dropout3" ? copy * COPY_ROWS : 0;
        return dropoutMask(model, layer, { rows: Array.from(rows, (row) => row + moved), pass });
      };
      const check = (pass: number) => {
        for (let copy = 0; copy < count; copy++) {
          const { rows, layers } = trainer.masks.read(8, copy);
          for (const layer of ["dropout1", "dropout2", "residual1", "dropout3"]) {
            const { data: mask, shape } = expected(layer, pass, copy, rows);
            const units = shape[1] ?? 1;
            const asleep = Array.from(rows, (_, b) =>
              Array.from({ length: units }, (_, u) => u).filter((u) => mask[b * units + u] === 0),
            );
            expect(layers[layer].sleeping, `${layer}, copy ${copy}`).toEqual(asleep);
          }
        }
      };
      check(2);
      trainer.masks.replay(recording);
      check(0);
      await trainer.run(4);
      expect(() => trainer.masks.read(8, count)).toThrow(`masks: the copy is ${count}; give a whole number below ${count}`);
    });
  });

  it("needs a layer that draws, masks that rows do not share, and states with copies", async () => {
    const refused = (layers: Layers) => build(layers).fit(data, options(loss()));
    const { kind } = loss();
    await expect(refused([dense(3)])).rejects.toThrow(
      `fit: nothing is drawn at random in the model, and ${kind} meets each row with several masks; add a dropout layer with a rate above 0`,
    );
    await expect(refused([dropout({ rate: 0 }), dense(3)])).rejects.toThrow("nothing is drawn at random");
    await expect(refused([dropConnect(4, { rate: 0.5 }), dense(3)])).rejects.toThrow(
      `the rows of a batch share the masks of dropConnect1, and ${kind} needs several for each row; give dropConnect1 sharedAcross: []`,
    );
    const model = build();
    const plain = await using(model.trainer(data, options("crossEntropy")), (trainer) => trainer.state());
    await using(model.trainer(data, options(loss())), async (trainer) => {
      expect(() => trainer.restore(plain)).toThrow(
        "the state's copies of rows begin at undefined; go on with the same loss and model",
      );
      const state = await trainer.state();
      expect(() => trainer.restore({ ...state, copiesFrom: "dense9" })).toThrow('copies of rows begin at "dense9"');
      await using(model.trainer(data, options("crossEntropy")), async (other) => {
        expect(() => other.restore(state)).toThrow("the state's copies of rows begin at");
      });
    });
  });

  it("works with every layer that draws, at rates 0 and 1 beside others, and with schedules that end or begin at 0", async () => {
    for (const layers of [
      [variationalDropout(), dense(6), relu(), concreteDropout(), dense(3)],
      [dropConnect(6, { rate: 0.5, sharedAcross: [] }), standout(), dense(3)],
      [dropout({ rate: 0 }), dense(6), dropout({ rate: 0.4 }), dense(6), dropout({ rate: 1 }), dense(3)],
    ] satisfies Layers[]) {
      const { loss: told } = await build(layers).fit(data, { ...options(loss()), epochs: 3 });
      expect(told.every(Number.isFinite)).toBe(true);
    }
    const layers = () => [dropout({ rate: 0.5 }), dense(9), relu(), dropout({ rate: 0.5 }), dense(3)];
    const dropoutSchedule = { dropout1: rateSchedule.early({ until: 0.5 }), dropout2: rateSchedule.late({ from: 0.5 }) };
    const trained = async (threads: number) => {
      const model = build(layers());
      await model.fit(data, { ...options(loss()), dropoutSchedule, epochs: 4, threads });
      return bitsOf(model.weights);
    };
    expect(await trained(2)).toBe(await trained(1));
  });
});

describe("one sample", () => {
  it("is the plain loss to the bit", async () => {
    const trained = async (loss: LossOption) => {
      const model = build();
      const history = await model.fit(data, { ...options(loss), epochs: 3 });
      return { bits: bitsOf(model.weights), loss: history.loss, accuracy: history.accuracy };
    };
    expect(await trained(multiSample({ samples: 1 }))).toEqual(await trained("crossEntropy"));
  });
});

describe("several samples", () => {
  it("cost little where the trunk is long: only what follows the last mask is computed for each", async () => {
    const model = sequential({ input: [8], seed: 4 }, [dense(200), relu(), dense(200), relu(), dropout({ rate: 0.5 }), dense(3)]);
    const per = async (loss: LossOption) => {
      const trace = await model.trace(data, { loss });
      return ["dense1", "dense2", "dense3"].map((name) => trace.layers.get(name)?.output.data.length);
    };
    expect(await per("crossEntropy")).toEqual([23 * 200, 23 * 200, 23 * 3]);
    expect(await per(multiSample({ samples: 8 }))).toEqual([23 * 200, 23 * 200, 8 * 23 * 3]);
  });

  it("are refused where the number, the loss inside or alpha is wrong", () => {
    for (const samples of [0, 65, 1.5, Number.NaN]) {
      expect(() => multiSample({ samples })).toThrow("give a whole number from 1 to 64");
    }
    expect(() => multiSample({ loss: rDrop() })).toThrow(
      'multiSample: the loss is rDrop, which makes copies of rows itself; give a plain one, such as "crossEntropy"',
    );
    expect(() => rDrop({ loss: "meanSquaredError" })).toThrow(
      'rDrop: the loss is meanSquaredError; it compares probabilities: give "crossEntropy" or "binaryCrossEntropy"',
    );
    for (const alpha of [-1, Number.NaN, Infinity]) expect(() => rDrop({ alpha })).toThrow("give a number of at least 0");
    expect(() => rDrop({ samples: 3 } as object)).toThrow('unknown option "samples"');
  });
});
