import { describe, expect, it } from "vitest";
import { bitsOf } from "../../../test/bits.ts";
import { expectClose } from "../../../test/closeness.ts";
import { classes } from "../../../test/tasks.ts";
import { loadModel, saveModel } from "../../formats/model-file.ts";
import type { Model } from "../../model/model.ts";
import { sequential } from "../../model/sequential.ts";
import { adam } from "../../optimizers/adam.ts";
import { sgd } from "../../optimizers/sgd.ts";
import { concretePenalty } from "../../reference/concrete-dropout.ts";
import { variationalPenalty } from "../../reference/variational-dropout.ts";
import { dense } from "../dense.ts";
import type { Layer } from "../layer.ts";
import { relu } from "../relu.ts";
import { concreteDropout } from "./concrete-dropout.ts";
import { dropConnect } from "./drop-connect.ts";
import { variationalDropout } from "./variational-dropout.ts";

// What layers that learn their rate have in common; their numbers are the twin's in src/model/learned-layers.test.ts.

const data = classes({ rows: 45 });
const KINDS: [string, () => Layer][] = [
  ["variationalDropout", () => variationalDropout({ rate: 0.3 })],
  ["variationalDropout per unit", () => variationalDropout({ rate: 0.3, perUnit: true })],
  ["concreteDropout", () => concreteDropout({ rate: 0.3, weightRegularizer: 0.05 })],
];
const options = { loss: "crossEntropy", optimizer: adam({ learningRate: 0.02 }), batchSize: 10 } as const;
const build = (...layers: Layer[]): Model =>
  sequential({ input: [8], seed: 9 }, [layers[0], dense(30), relu(), ...layers.slice(1), dense(3)]);

describe.each(KINDS)("%s", (_, make) => {
  it("changes nothing in prediction and evaluation, and something in training", async () => {
    const [noisy, plain] = [build(make(), make()), sequential({ input: [8], seed: 9 }, [dense(30), relu(), dense(3)])];
    expect((await noisy.predict(data.x)).data).toEqual((await plain.predict(data.x)).data);
    expect(await noisy.evaluate(data, { loss: "crossEntropy" })).toEqual(await plain.evaluate(data, { loss: "crossEntropy" }));
    const losses = await Promise.all(
      [noisy, plain].map(async (model) => (await model.trace(data, { loss: "crossEntropy" })).loss),
    );
    expect(losses[0]).not.toBe(losses[1]);
  });

  it("learns its rate, which the model tells and a file keeps", async () => {
    const model = build(make(), make());
    const names = model.graph.nodes.flatMap(({ name, layer }) => (layer.isRandom ? [name] : []));
    expect(Object.keys(model.rates)).toEqual(names);
    for (const rate of Object.values(model.rates)) expect(rate).toBeCloseTo(0.3, 6);
    await model.fit(data, { ...options, epochs: 5 });
    for (const rate of Object.values(model.rates)) expect(Math.abs(rate - 0.3)).toBeGreaterThan(1e-3);
    const loaded = loadModel(saveModel(model));
    expect(loaded.rates).toEqual(model.rates);
    expect(loaded.graph.nodes.map(({ layer }) => layer.config)).toEqual(model.graph.nodes.map(({ layer }) => layer.config));
    expect((await loaded.predict(data.x)).data).toEqual((await model.predict(data.x)).data);
    // and goes on alike
    for (const one of [model, loaded]) await one.fit(data, { ...options, epochs: 1 });
    expect(bitsOf(loaded.weights)).toBe(bitsOf(model.weights));
  });

  it("tells its penalty beside the loss, over the rows that are trained on", async () => {
    const still = sgd({ learningRate: () => 0 });
    const run = { ...options, optimizer: still, epochs: 1 } as const;
    const whole = await build(make(), make()).fit(data, run);
    const held = await build(make(), make()).fit(data, { ...run, validation: 1 / 3 });
    expect(whole.penalty).toHaveLength(1);
    expect(held.penalty[0] / whole.penalty[0]).toBeCloseTo(45 / 30, 10);
    const plain = await sequential({ input: [8], seed: 9 }, [dense(30), dense(3)]).fit(data, run);
    expect(plain.penalty).toEqual([]);
    const events: object[] = [];
    await build(make()).fit(data, { ...run, onEvent: (event) => event.event === "epoch" && events.push(event) });
    expect(events[0]).toMatchObject({ penalty: expect.any(Number), loss: expect.any(Number) });
  });

  it("trains with the step that trace shows: fused or not, with its norm limited or not", async () => {
    for (const optimizer of [
      sgd({ learningRate: 0.1, momentum: 0.5 }),
      sgd({ learningRate: 0.1, momentum: 0.5, clipNorm: 0.3 }),
    ]) {
      const [trained, traced] = [build(make(), make()), build(make(), make())];
      const trainer = await trained.trainer(data, { ...options, optimizer, batchSize: 45, shuffle: false });
      const [report] = await trainer.run(1);
      await trainer.commit();
      trainer.close();
      const { updated, loss, penalty } = await traced.trace(data, { loss: "crossEntropy", optimizer, pass: 0 });
      expect(bitsOf(trained.weights)).toBe(bitsOf(updated));
      expect([report.loss, report.penalty]).toEqual([loss, penalty]);
    }
  });

  it("has one set of bits for any number of threads, and goes on from a state as if it had not stopped", async () => {
    const bits = new Set<string>();
    for (const [threads, first] of [
      [1, 13],
      [2, 4],
      [3, 7],
      [8, 10],
    ]) {
      const train = async (state?: Awaited<ReturnType<typeof run>>["state"]) =>
        run(threads, state === undefined ? first : 13 - first, state);
      const { state } = await train();
      const rest = first === 13 ? { state, progress: undefined } : await train(state);
      bits.add(bitsOf(rest.state.values) + JSON.stringify([rest.state.lossSum, rest.state.penaltySum]));
    }
    expect(bits.size).toBe(1);
    async function run(threads: number, steps: number, from?: Awaited<ReturnType<typeof stateOf>>) {
      const trainer = await build(make(), make()).trainer(data, { ...options, threads });
      if (from) trainer.restore(from);
      await trainer.run(steps);
      const state = await trainer.state();
      trainer.close();
      return { state };
    }
    async function stateOf() {
      return (await build(make()).trainer(data, options)).state();
    }
  });
});

describe("variationalDropout", () => {
  it("has the penalty of the paper's equation 12", async () => {
    const model = build(variationalDropout({ rate: 0.1, klWeight: 2 }), variationalDropout({ perUnit: true, rate: 0.4 }));
    const { penalty } = await model.trace(data, { loss: "crossEntropy", rows: [1, 2, 3] });
    const alphas = [...model.weights].flatMap(([name, values]) => (name.endsWith("log_alpha") ? [values] : []));
    const expected = variationalPenalty(alphas[0], 8, 2 / 45).value + variationalPenalty(alphas[1], 30, 1 / 45).value;
    expectClose([penalty], [expected], "penalty", 1e-12);
  });

  it("never lets alpha pass 1, where the penalty ends", async () => {
    const model = build(
      variationalDropout({ klWeight: 1000, rate: 0.45 }),
      variationalDropout({ perUnit: true, klWeight: 1000 }),
    );
    const { penalty } = await model.fit(data, { ...options, optimizer: sgd({ learningRate: 0.05 }), epochs: 3 });
    for (const [name, values] of model.weights) if (name.endsWith("log_alpha")) expect(Math.max(...values)).toBe(0);
    expect(penalty[2]).toBeLessThan(penalty[0]);
    expect(model.rates.variationalDropout1).toBe(0.5);
    expect(() => model.setWeights({ "variationalDropout1.log_alpha": [0.1] })).toThrow(
      "number 0 of variationalDropout1.log_alpha is 0.1",
    );
  });

  it("refuses what is no rate, and rates where alpha is beyond 1", () => {
    for (const rate of [0, 0.6, 1, Number.NaN, "0.1"]) {
      expect(() => variationalDropout({ rate: rate as number })).toThrow("variationalDropout: rate is");
    }
    expect(() => variationalDropout({ klWeight: -1 })).toThrow("variationalDropout: klWeight is -1");
    expect(() => variationalDropout({ perUnit: 1 as never })).toThrow("variationalDropout: perUnit is 1; give true or false");
    expect(() => variationalDropout({ temperature: 1 } as never)).toThrow("temperature is an option of concreteDropout");
  });
});

describe("concreteDropout", () => {
  it("has the authors' penalty, with the weights of the dense layer behind it, past layers without", async () => {
    const factors = { weightRegularizer: 0.3, dropoutRegularizer: 0.7 };
    const layers = [dense(6), concreteDropout({ rate: 0.2, ...factors }), relu(), dropConnect(5, { rate: 0 }), dense(3)];
    const model = sequential({ input: [8], seed: 3 }, layers);
    const { penalty, gradients } = await model.trace(data, { loss: "crossEntropy" });
    const weight = model.weights.get("dropConnect1.weight") ?? [];
    const logit = model.weights.get("concreteDropout1.logit")?.[0] ?? 0;
    const expected = concretePenalty(logit, [weight], { K: 6, weightFactor: 0.3 / 45, dropoutFactor: 0.7 / 45 });
    expectClose([penalty], [expected.value], "penalty", 1e-9);
    const bare = sequential(
      { input: [8], seed: 3 },
      layers.with(1, concreteDropout({ rate: 0.2, weightRegularizer: 0, dropoutRegularizer: 0 })),
    );
    const without = await bare.trace(data, { loss: "crossEntropy" });
    expect(without.penalty).toBeCloseTo(0, 15);
    const part = (name: string) =>
      (gradients.get(name) ?? new Float32Array()).map((value, i) => value - (without.gradients.get(name)?.[i] ?? 0));
    expectClose(
      part("dropConnect1.weight"),
      Float64Array.from(weight, (value) => expected.weight * value),
      "of the weights",
      1e-5,
    );
    expectClose(part("concreteDropout1.logit"), [expected.logit], "of the logit", 1e-5);
    expect(part("dense1.weight").every((value) => value === 0)).toBe(true);
  });

  it("masks are near 0 and 1 at a low temperature: a share of them sleeps, and the mean stays", async () => {
    const ones = { x: new Float32Array(8 * 400).fill(1), y: new Int32Array(400) };
    const model = sequential({ input: [8], seed: 3 }, [concreteDropout({ rate: 0.3, temperature: 0.01 }), dense(3)]);
    const { layers } = await model.trace(ones, { loss: "crossEntropy" });
    const y = [...(layers.get("concreteDropout1")?.output.data ?? [])];
    const asleep = y.filter((value) => value < 0.5 / 0.7).length / y.length;
    expect(Math.abs(asleep - 0.3)).toBeLessThan(4 * Math.sqrt((0.3 * 0.7) / y.length));
    expect(Math.abs(y.reduce((sum, value) => sum + value, 0) / y.length - 1)).toBeLessThan(0.05);
    expect(y.filter((value) => value > 0.01 && value < 0.99 / 0.7).length / y.length).toBeLessThan(0.03);
  });

  it("refuses rates that cannot be learned away from, wrong settings, and to stand before nothing", () => {
    for (const rate of [0, 1, -0.1, Number.NaN]) expect(() => concreteDropout({ rate })).toThrow("concreteDropout: rate is");
    expect(() => concreteDropout({ temperature: 0 })).toThrow("concreteDropout: temperature is 0; give a number above 0");
    expect(() => concreteDropout({ weightRegularizer: -1 })).toThrow("weightRegularizer is -1");
    expect(() => concreteDropout({ dropoutRegularizer: Number.NaN })).toThrow("dropoutRegularizer is NaN");
    const last = [dense(3), concreteDropout(), relu()];
    expect(() => sequential({ input: [8], seed: 1 }, last)).toThrow(
      "concreteDropout1: no layer with weights follows it; put it before",
    );
  });
});
