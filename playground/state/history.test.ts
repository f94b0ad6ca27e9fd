import { expect, it } from "vitest";
import type { Score } from "../engine/messages.ts";
import { History } from "./history.ts";

const score: Score = { trainLoss: 0, testLoss: 0, trainError: 0, testError: 0 };
const after = (step: number) => ({ step, stepsPerEpoch: 8, awake: score, drowsy: score, rates: [0.5] });

it("keeps the first and the newest moment of a long training, in order, and not too many", () => {
  let history = new History();
  for (let step = 0; step < 20_000; step += 3) {
    history = history.with(after(step));
    expect(history.moments.at(-1)?.epoch).toBe(step / 8);
  }
  const epochs = history.moments.map(({ epoch }) => epoch);
  expect(epochs[0]).toBe(0);
  expect(epochs.length).toBeGreaterThan(200);
  expect(epochs.length).toBeLessThanOrEqual(600);
  expect(epochs).toEqual([...new Set(epochs)].sort((a, b) => a - b));
});

it("keeps one moment of a step that is looked at twice", () => {
  const history = new History().with(after(0)).with(after(0)).with(after(8)).with(after(8));
  expect(history.moments.map(({ epoch }) => epoch)).toEqual([0, 1]);
});
