import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { classes } from "../../../test/tasks.ts";
import { sequential } from "../../model/sequential.ts";
import { sgd } from "../../optimizers/sgd.ts";
import { noiseOfRow } from "../../random/noise.ts";
import { streamKey, TRAINING } from "../../random/streams.ts";
import { dense } from "../dense.ts";
import { isDropout } from "./dropout-layer.ts";
import { gaussianDropout, noiseDeviation } from "./gaussian-dropout.ts";

const below1 = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
const data = classes({ rows: 40 });
const model = (rate: number) => sequential({ input: [8], seed: 5 }, [gaussianDropout({ rate }), dense(3)]);
const training = { loss: "crossEntropy", optimizer: sgd({ learningRate: 0.2 }), batchSize: 16, epochs: 3, threads: 1 } as const;

describe("a Gaussian dropout layer", () => {
  it("has the rate that is given, and noise of dropout's variance, rate / (1 - rate)", () => {
    fc.assert(
      fc.property(below1, (rate) => {
        const layer = gaussianDropout({ rate });
        expect(isDropout(layer)).toBe(true);
        expect([layer.rate, layer.withRate(0.25).rate, gaussianDropout({ keep: 1 - rate }).rate]).toEqual([
          rate,
          0.25,
          1 - (1 - rate),
        ]);
        expect(layer.record.scale ** 2 * (1 - rate)).toBeCloseTo(rate, 10);
        expect([layer.isIdentity(true), layer.isIdentity(false)]).toEqual([rate === 0, true]);
      }),
    );
    expect(noiseDeviation(0.5)).toBe(1);
  });

  it("refuses rate 1, where the variance is infinite, and what is no rate", () => {
    const message = "gaussianDropout: the rate is 1, where the noise has infinite variance; give a rate from 0 to below 1";
    expect(() => gaussianDropout({ rate: 1 })).toThrow(message);
    expect(() => gaussianDropout({ keep: 0 })).toThrow(message);
    expect(() => gaussianDropout({ rate: 0.5 }).withRate(1)).toThrow(message);
    expect(() => gaussianDropout({ rate: 1.5 })).toThrow("gaussianDropout: rate is 1.5; give a number from 0");
    expect(() => gaussianDropout({})).toThrow("gaussianDropout: no rate is given");
    expect(() => gaussianDropout({ rate: 0.5, scaling: "standard" } as never)).toThrow("scaling is an option of dropout");
  });

  it("multiplies by the noise of its keys: forward, and the gradient backward", async () => {
    const layers = [dense(8, { name: "below" }), gaussianDropout({ rate: 0.3 }), dense(3)];
    const network = sequential({ input: [8], seed: 5 }, layers);
    const rows = [7, 3, 3, 21];
    const { layers: traced } = await network.trace(data, { loss: "crossEntropy", rows, pass: 4 });
    const key = streamKey(5, "mask/gaussianDropout1");
    const noise = rows.flatMap((row) => [...noiseOfRow(key, noiseDeviation(0.3), 8, { row, pass: 4, stream: TRAINING })]);
    const [below, own] = [traced.get("below"), traced.get("gaussianDropout1")];
    expect(own?.output.data).toEqual(below?.output.data.map((value, i) => value * noise[i]));
    expect(below?.gradient?.data).toEqual(own?.gradient?.data.map((value, i) => value * noise[i]));
  });

  it("at rate 0 is not there: in training and in prediction", async () => {
    const [silent, without] = [model(0), sequential({ input: [8], seed: 5 }, [dense(3)])];
    await silent.fit(data, training);
    await without.fit(data, training);
    expect(Object.fromEntries(silent.weights)).toEqual(Object.fromEntries(without.weights));
    expect(await silent.predict(data.x)).toEqual(await without.predict(data.x));
  });

  it("may change its rate while it trains, but not to 1", async () => {
    const rates = [0, 0.5, 0.2];
    const network = model(0.4);
    const seen: unknown[] = [];
    await network.fit(data, {
      ...training,
      onEpoch: ({ epoch }, control) => {
        seen.push(control.rates.gaussianDropout1);
        control.setRate("gaussianDropout1", rates[epoch % 3]);
      },
    });
    expect(seen).toEqual([0.4, 0.5, 0.2]);
    const { epochs: _, ...options } = training;
    const trainer = await network.trainer(data, options);
    try {
      expect(() => trainer.setRate("gaussianDropout1", 1)).toThrow(
        "setRate: gaussianDropout1: the rate is 1, where the noise has infinite variance; give a rate from 0 to below 1",
      );
    } finally {
      trainer.close();
    }
  });
});
