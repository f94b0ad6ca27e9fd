import { describe, expect, it } from "vitest";
import { type ActivationName, activations } from "../study/activations.ts";
import { defaults } from "./defaults.ts";
import { imageNetwork } from "./image-network.ts";

describe("imageNetwork", () => {
  it.each(Object.keys(activations) as ActivationName[])(
    "has %s behind each hidden layer, and first weights of its size",
    (name) => {
      const model = imageNetwork([20, 20], 10, {
        ...defaults,
        activation: name,
        hidden: [300, 200],
        dropout: 0.5,
        inputDropout: 0,
      });
      const layers = [...model.summary().matchAll(/^([a-z]\w*?)\d+\b/gm)].map(([, kind]) => kind);
      const hidden = ["dense", name, "dropout"];
      expect(layers).toEqual(["flatten", ...hidden, ...hidden, "dense"]);
      const weights = model.weights.get("dense1.weight") ?? new Float32Array(0);
      const variance = weights.reduce((sum, weight) => sum + weight ** 2, 0) / weights.length;
      const { initializer, gain } = activations[name];
      const usual = { he: 2 / 400, lecun: 1 / 400, glorot: 2 / 700 }[initializer];
      expect(variance / (gain ** 2 * usual)).toBeCloseTo(1, 1);
    },
  );

  it.each([
    ["dropout", "relu", ["dropout", "dense", "relu", "dropout"]],
    ["gaussian", "relu", ["gaussianDropout", "dense", "relu", "gaussianDropout"]],
    ["alpha", "selu", ["dropout", "dense", "selu", "alphaDropout"]],
    ["standout", "tanh", ["dropout", "dense", "standout"]],
  ] as const)("with --dropout-kind %s has its layers, and none at rate 0", (dropoutKind, activation, kinds) => {
    const layersOf = (rate: number) => {
      const rates = { dropout: rate, inputDropout: rate };
      const model = imageNetwork([4, 4], 3, { ...defaults, dropoutKind, activation, hidden: [8], ...rates });
      return model.graph.nodes.map(({ layer }) => layer.kind);
    };
    expect(layersOf(0.3)).toEqual(["flatten", ...kinds, "dense"]);
    expect(layersOf(0)).toEqual(["flatten", "dense", activation, "dense"]);
  });
});
