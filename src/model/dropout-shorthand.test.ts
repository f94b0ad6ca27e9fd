import { describe, expect, it } from "vitest";
import { bitsOf } from "../../test/bits.ts";
import { dense } from "../layers/dense.ts";
import { dropout } from "../layers/dropout/dropout.ts";
import { flatten } from "../layers/flatten.ts";
import type { Layer } from "../layers/layer.ts";
import { relu } from "../layers/relu.ts";
import { sequential } from "./sequential.ts";

const input = [2, 3];
const plain = (): Layer[] => [flatten(), dense(8), relu(), dense(7), relu(), dense(2)];
const shown = (model: ReturnType<typeof sequential>) =>
  model.graph.nodes.map(({ name, layer }) => (layer.kind === "dropout" ? `${name} ${layer.config.rate}` : name));

describe("inputRate and hiddenRate", () => {
  it("put dropout on the inputs and behind each hidden layer, never on the outputs, and change no first weight", () => {
    const model = sequential({ input, seed: 3, inputRate: 0.2, hiddenRate: 0.5 }, plain());
    expect(shown(model)).toEqual([
      ...["dropout1 0.2", "flatten1", "dense1", "relu1", "dropout2 0.5", "dense2", "relu2", "dropout3 0.5", "dense3"],
    ]);
    expect(bitsOf(Object.fromEntries(model.weights))).toBe(
      bitsOf(Object.fromEntries(sequential({ input, seed: 3 }, plain()).weights)),
    );
  });

  it("may be given alone; a rate of 0 adds a layer of rate 0", () => {
    const hidden = sequential({ input, seed: 3, hiddenRate: 0 }, plain());
    expect(shown(hidden)).toEqual(["flatten1", "dense1", "relu1", "dropout1 0", "dense2", "relu2", "dropout2 0", "dense3"]);
    expect(shown(sequential({ input: [4], seed: 3, inputRate: 0.1 }, [dense(2), relu()]))).toEqual([
      "dropout1 0.1",
      "dense1",
      "relu1",
    ]);
  });

  it("are refused out of range, beside layers with rates of their own, and for hidden units that are not there", () => {
    const make = (options: object, layers = plain()) => sequential({ input, seed: 3, ...options }, layers);
    expect(() => make({ inputRate: 1.5 })).toThrow("sequential: inputRate: rate is 1.5; give a number from 0 (drop nothing)");
    expect(() => make({ hiddenRate: "0.5" })).toThrow('sequential: hiddenRate: rate is "0.5"');
    expect(() => make({ hiddenRate: 0.5 }, [flatten(), dense(2), relu()])).toThrow(
      "sequential: hiddenRate is 0.5, and there are no hidden units; leave it out, or add a dense layer",
    );
    expect(() => make({ inputRate: 0.5 }, [dropout({ rate: 0.1 }), ...plain()])).toThrow(
      "inputRate or hiddenRate is given, and dropout is among the layers; give each layer its rate",
    );
  });
});
