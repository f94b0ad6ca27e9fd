import * as drowse from "drowse";
import { loadModel, moreLayers } from "drowse/predict";
import { describe, expect, it } from "vitest";

const { dense, dropout, relu, saveModel, sequential, sgd } = drowse;

describe("drowse/predict", () => {
  const layers = () => [dense(33), relu(), dropout({ rate: 0.3, scaling: "standard" }), dense(3)];
  const x = Float32Array.from({ length: 20 * 5 }, (_, i) => ((i * 7919) % 101) / 101 - 0.5);
  const y = Int32Array.from({ length: 20 }, (_, row) => row % 3);

  it("predicts from a file what drowse predicts, to the bit", async () => {
    const model = sequential({ input: [5], seed: 4 }, layers());
    await model.fit({ x, y }, { loss: "crossEntropy", optimizer: sgd({ learningRate: 0.1 }), epochs: 3 });
    const network = loadModel(saveModel(model));
    expect(await network.predict(x)).toEqual(await model.predict(x));
    expect(await network.predict(x, { output: "logits", threads: 2 })).toEqual(await model.predict(x, { output: "logits" }));
    expect(await network.predict(x)).not.toEqual(await network.predict(x, { output: "logits" }));
    expect(network.summary()).toBe(model.summary());
    expect("fit" in network).toBe(false);
  });

  it("knows the layers that few use when it is given them", async () => {
    const { alphaDropout, gaussianDropout, maxout, selu, standout } = drowse;
    const kinds = [dense(24), maxout({ pieces: 2 }), gaussianDropout({ rate: 0.2 }), dense(9), standout({ beta: 1, alpha: 2 })];
    const model = sequential({ input: [5], seed: 4 }, [...kinds, dense(8), selu(), alphaDropout({ rate: 0.1 }), dense(3)]);
    await model.fit({ x, y }, { loss: "crossEntropy", optimizer: sgd({ learningRate: 0.1 }), epochs: 3 });
    const file = saveModel(model);
    const network = loadModel(file, moreLayers);
    expect(await network.predict(x)).toEqual(await model.predict(x));
    expect(network.summary()).toBe(model.summary());
    expect(await drowse.loadModel(file).predict(x)).toEqual(await model.predict(x));
    expect(() => loadModel(file)).toThrow(/^maxout1: the layer's kind is "maxout"; known are .*moreLayers/);
  });

  it("refuses what is no model file, as drowse does", () => {
    expect(() => loadModel(new Uint8Array(3))).toThrow(drowse.DrowseError);
  });
});
