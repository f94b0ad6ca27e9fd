import { expect, it } from "vitest";
import { historyLines } from "./history-lines.ts";
import { runHistory } from "./run-history.ts";

const epoch = (number: number, more: object = {}) => ({
  ...{ event: "epoch", epoch: number, epochs: 50, loss: 1 / number, error: 0.5 / number },
  ...{ validationLoss: 2 / number, learningRate: 0.001, skipped: 0.25, seconds: 7, testLoss: null },
  ...more,
});
const epochs = (count: number, more: object = {}) => Array.from({ length: count }, (_, index) => epoch(index + 1, more));

it("tells of each epoch of a short training what was measured, and which was the best", () => {
  expect(historyLines(runHistory(epochs(3), 2), Number.POSITIVE_INFINITY)).toEqual([
    "trained for 3 epochs; the weights are those of epoch 2, the best",
    "epoch    loss   error  validation loss  learning rate  skipped",
    "    1  1.0000  50.00%           2.0000         0.0010   25.00%",
    "    2  0.5000  25.00%           1.0000         0.0010   25.00%  best",
    "    3  0.3333  16.67%           0.6667         0.0010   25.00%",
  ]);
});

it("tells of two trainings, and of a long one the first, the last and the best epoch and some between", () => {
  const run = [...epochs(5000, { phase: "first" }), ...epochs(1, { phase: "refit", validationLoss: undefined })];
  const lines = historyLines(runHistory(run, 333), 80);
  const of = (line: string) => /^ *([\d,]+) /.exec(line)?.[1];
  expect(lines[0]).toBe("trained for 5,000 epochs; epoch 333 was the best");
  expect(lines.slice(2, 22).map(of)).toEqual(expect.arrayContaining(["1", "333", "5,000"]));
  expect(lines.slice(22)).toEqual([
    "(20 of 5,000 epochs are shown)",
    "then trained again from the first weights, on all rows but those to test on: 1 epoch",
    "epoch    loss   error  learning rate  skipped",
    "    1  1.0000  50.00%         0.0010   25.00%",
  ]);
});

it("leaves out on a narrow screen what says least", () => {
  const lines = historyLines(runHistory(epochs(2), 2), 45);
  expect(lines[1]).toBe("epoch    loss   error  validation loss");
  expect(Math.max(...lines.slice(1).map(({ length }) => length))).toBeLessThanOrEqual(45);
  expect(historyLines(runHistory([], undefined), 45)).toEqual([]);
});
