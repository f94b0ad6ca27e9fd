import { figures } from "../numbers.ts";
import { Formula, keyOf, type Scene } from "../scene.tsx";

// Gaussian and variational dropout: nobody sleeps, each neuron is multiplied by noise around 1.

export function Noise(scene: Scene) {
  const { rate, factor } = scene;
  return (
    <>
      <p>
        Nobody sleeps here: a number around 1 is drawn for the neuron, which varies as much as dropout’s 0 and 1 / (1 − rate) do
        at rate {figures(rate)}. It follows from the seed, and from who it is for.
      </p>
      <Formula numbers={`noise(${keyOf(scene)}) = ${figures(factor)}`}>e ~ N(1, rate / (1 − rate))</Formula>
    </>
  );
}

export function LearnedNoise(scene: Scene) {
  const { rate, factor } = scene;
  const alpha = rate / (1 - rate);
  return (
    <>
      <p>
        Nobody sleeps here: a number around 1 is drawn for the neuron. How far around, the layer learns: its α is {figures(alpha)}{" "}
        now, which is the noise of dropout at rate {figures(rate)}. The loss would have none; a price for certainty holds against
        it.
      </p>
      <Formula numbers={`noise(${keyOf(scene)}) = ${figures(factor)}`}>e ~ N(1, α)</Formula>
    </>
  );
}

export function Multiply({ held, factor }: Scene) {
  return (
    <>
      <p>What the neuron holds is multiplied by it. On average that changes nothing, so there is nothing to make up for.</p>
      <Formula numbers={`${figures(factor)} × ${figures(held)} = ${figures(factor * held)}`}>y = e h</Formula>
    </>
  );
}

export function BackwardThroughNoise({ factor, gradient, gradientAfter }: Scene) {
  return (
    <>
      <p>On the way back the same number stands in the way: who spoke louder hears more of how wrong the answer was.</p>
      <Formula numbers={`${figures(factor)} × ${figures(gradientAfter)} = ${figures(gradient)}`}>∂L/∂h = e ∂L/∂y</Formula>
    </>
  );
}

export function PredictWithoutNoise({ predicted }: Scene) {
  return (
    <>
      <p>There is no noise when the network predicts: a neuron hands on what it holds, as it did on average while learning.</p>
      <Formula numbers={`${figures(predicted)} as it is`}>y = h</Formula>
    </>
  );
}
