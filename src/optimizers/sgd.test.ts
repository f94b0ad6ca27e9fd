import { describe, expect, it } from "vitest";
import { sgd } from "./sgd.ts";

describe("the hyper-parameters of a step", () => {
  it("are learning rate, L2, max-norm, clip and decay, 0 where there is none, then the momentum", () => {
    expect(sgd({ learningRate: 0.1 }).hyper(0)).toEqual([0.1, 0, 0, 0, 0]);
    expect(sgd({ learningRate: 0.1, momentum: 0.9, l2: 0.01, maxNorm: 3 }).hyper(1000)).toEqual([0.1, 0.01, 3, 0, 0, 0.9]);
  });

  it("come from their schedules at that step, asked for in any order", () => {
    const { hyper } = sgd({ learningRate: (step) => 1 / (1 + step), momentum: (step) => Math.min(0.95, step / 100) });
    expect([9, 0, 500].map((step) => [hyper(step)[0], hyper(step)[5]])).toEqual([
      [0.1, 0.09],
      [1, 0],
      [1 / 501, 0.95],
    ]);
  });

  it("are refused at the step where a schedule leaves its range, and at once where it begins outside", () => {
    const { hyper } = sgd({ learningRate: (step) => 3 - step });
    expect(hyper(3)).toEqual([0, 0, 0, 0, 0]);
    expect(() => hyper(4)).toThrow("sgd: learningRate at step 4 is -1; give a number above 0");
    expect(() => sgd({ learningRate: 1, momentum: () => 1 })).toThrow(
      "sgd: momentum at step 0 is 1; give a number from 0 to below 1",
    );
  });
});
