import { figures } from "../numbers.ts";
import { Formula, keyOf, type Scene } from "../scene.tsx";
import { hears } from "./masks.tsx";

// Standout: how likely a neuron is to sleep follows from what it has to say.

const beta = (rate: number) => Math.log((1 - rate) / rate);

export function Chance({ chances, unit, rate }: Scene) {
  const sum = chances?.sums[unit] ?? 0;
  const keep = chances?.keep[unit] ?? 1;
  return (
    <>
      <p>
        How likely the neuron is to stay awake follows from the sum a before its activation: who has much to say seldom sleeps.
        Where the sum is 0, the probability to sleep is the rate, {figures(rate)}.
      </p>
      <Formula numbers={`sigmoid(${figures(sum)} + ${figures(beta(rate))}) = ${figures(keep)}`}>
        P(awake) = sigmoid(a + β), β = log((1 − rate) / rate)
      </Formula>
    </>
  );
}

export function ChanceMask(scene: Scene) {
  const { chances, unit, mask, held } = scene;
  return (
    <>
      <p>A coin of that probability is thrown, which follows from the seed and from who it is for. What is kept is not scaled.</p>
      <Formula
        numbers={`mask(${keyOf(scene)}) = ${mask} at P(awake) = ${figures(chances?.keep[unit] ?? 1)}: ${mask} × ${figures(held)} = ${figures(mask * held)}`}
      >
        y = m h
      </Formula>
    </>
  );
}

export function BackwardThroughChance({ mask, gradient, gradientAfter }: Scene) {
  return (
    <>
      <p>On the way back the same mask stands in the way: {hears(mask)} The chance itself learns nothing.</p>
      <Formula numbers={`${mask} × ${figures(gradientAfter)} = ${figures(gradient)}`}>∂L/∂h = m ∂L/∂y</Formula>
    </>
  );
}

export function PredictByChance({ chances, unit, predicted }: Scene) {
  const keep = chances?.predicted[unit] ?? 1;
  return (
    <>
      <p>When the network predicts no coin is thrown: each neuron hands on what it would on average.</p>
      <Formula numbers={`${figures(keep)} × ${figures(predicted)} = ${figures(keep * predicted)}`}>y = P(awake) h</Formula>
    </>
  );
}
