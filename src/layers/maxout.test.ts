import { describe, expect, it } from "vitest";
import { bitsOf } from "../../test/bits.ts";
import { classes } from "../../test/tasks.ts";
import { sequential } from "../model/sequential.ts";
import { sgd } from "../optimizers/sgd.ts";
import { dense } from "./dense.ts";
import { dropout } from "./dropout/dropout.ts";
import { maxout } from "./maxout.ts";
import { relu } from "./relu.ts";

describe("a maxout layer", () => {
  it("takes the largest of each group of neighbours", async () => {
    const model = sequential({ input: [6], seed: 1 }, [
      maxout({ pieces: 3 }),
      dense(2, {
        initializer: [
          [1, 0],
          [0, 1],
        ],
      }),
    ]);
    const { data } = await model.predict([[1, 5, 2, -3, -1, -2]], { output: "logits" });
    expect([...data]).toEqual([5, -1]);
  });

  it("divides the last axis by its pieces, and refuses what does not divide", () => {
    expect(maxout({ pieces: 4 }).outputShape([3, 8], "m")).toEqual([3, 2]);
    expect(() => sequential({ input: [10], seed: 1 }, [maxout({ pieces: 4 }), dense(2)])).toThrow(
      /^maxout1: its input is .*, and pieces is 4; give pieces that divide 10/,
    );
    for (const pieces of [0, -1, 1.5, NaN, "2", undefined]) {
      expect(() => maxout({ pieces: pieces as number })).toThrow("maxout: pieces is");
    }
    expect(() => maxout({ pieces: 2, units: 3 } as never)).toThrow('maxout: unknown option "units"');
  });

  it("of one piece is not there", async () => {
    const data = classes({ rows: 30 });
    const train = async (...between: ReturnType<typeof relu>[]) => {
      const model = sequential({ input: [8], seed: 5 }, [dense(12), ...between, relu(), dense(3)]);
      await model.fit(data, { loss: "crossEntropy", optimizer: sgd({ learningRate: 0.1 }), epochs: 2 });
      return bitsOf(model.weights);
    };
    expect(await train(maxout({ pieces: 1 }))).toBe(await train());
  });

  it("learns with dropout behind it, and ends in the same bits on any number of threads", async () => {
    const data = classes({ rows: 120 });
    const train = async (threads: number) => {
      const model = sequential({ input: [8], seed: 5 }, [dense(60), maxout({ pieces: 5 }), dropout({ rate: 0.2 }), dense(3)]);
      const options = { loss: "crossEntropy", optimizer: sgd({ learningRate: 0.1, momentum: 0.9 }), threads } as const;
      await model.fit(data, { ...options, epochs: 30 });
      return { bits: bitsOf(model.weights), ...(await model.evaluate(data)) };
    };
    const [one, three] = [await train(1), await train(3)];
    expect(three.bits).toBe(one.bits);
    expect(one.accuracy).toBeGreaterThan(0.8);
  });
});
