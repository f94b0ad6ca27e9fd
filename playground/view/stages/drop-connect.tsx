import { figures } from "../numbers.ts";
import { Formula, keyOf, type Scene } from "../scene.tsx";

// DropConnect: weights sleep, and no neuron does.

/** The weights that lead to the neuron, awake and asleep, and one that speaks. */
function weightsOf({ bundle, below, unit }: Scene) {
  const inputs = below.after.length;
  const places = Array.from({ length: inputs }, (_, index) => unit * inputs + index);
  const mask = bundle.mask ?? new Uint8Array(bundle.weights.length).fill(1);
  const awake = places.filter((at) => mask[at] === 1);
  const speaking = places.find((at) => below.after[at % inputs] !== 0) ?? places[0];
  return { inputs, awake: awake.length, mask, at: speaking, input: speaking % inputs };
}

const scaleOf = ({ settings: { scaling }, below: { rate } }: Scene) => (scaling === "inverted" && rate < 1 ? 1 / (1 - rate) : 1);

export function WeightMask(scene: Scene) {
  const { inputs, awake, mask, at, input } = weightsOf(scene);
  const { rate } = scene.below;
  return (
    <>
      <p>
        Not the neuron may sleep here but each weight that leads to it, with probability {figures(rate)}: {awake} of {inputs} are
        awake for this point. No line is drawn of the others.
      </p>
      <Formula
        numbers={`mask(${keyOf(scene)}, input ${input}) = ${mask[at]}: the weight ${mask[at] === 1 ? "is awake" : "sleeps"}`}
      >
        m ~ Bernoulli(1 − rate) for each weight
      </Formula>
    </>
  );
}

export function MaskedForward(scene: Scene) {
  const { at, input, inputs, mask } = weightsOf(scene);
  const { activation } = scene.settings;
  const { bundle, below, unit, held } = scene;
  const scale = scaleOf(scene);
  const product = `${mask[at]} × ${figures(bundle.weights[at])} × ${figures(below.after[input])}${scale === 1 ? "" : ` × ${figures(scale)}`}`;
  return (
    <>
      <p>
        What comes in is multiplied by the weights that are awake{scale === 1 ? "" : ", which speak louder for the others"}; the
        bias never sleeps.
      </p>
      <Formula numbers={`${activation}(${product} + … ${inputs - 1} more + ${figures(bundle.biases[unit])}) = ${figures(held)}`}>
        h = {activation}((m ∗ w) · x{scale === 1 ? "" : " / (1 − rate)"} + b)
      </Formula>
    </>
  );
}

export function BackwardThroughWeights(scene: Scene) {
  const { at, mask } = weightsOf(scene);
  const { bundle } = scene;
  return (
    <>
      <p>
        On the way back the same mask stands in the way of each weight: one that slept had no part in the answer, and its gradient
        is 0.
      </p>
      <Formula numbers={`m = ${mask[at]}: ∂L/∂w = ${figures(bundle.gradients[at])}`}>
        ∂L/∂w = m x ∂L/∂a{scaleOf(scene) === 1 ? "" : " / (1 − rate)"}
      </Formula>
    </>
  );
}

export function PredictWithWeights({ settings: { scaling }, below: { rate }, predicted }: Scene) {
  return (
    <>
      <p>
        When the network predicts all weights are awake.{" "}
        {scaling === "standard" && `With standard scaling each counts ${figures(1 - rate)} of itself, as it did on average.`}
      </p>
      <Formula numbers={`h = ${figures(predicted)}`}>h = f({scaling === "standard" ? "(1 − rate) " : ""}w · x + b)</Formula>
    </>
  );
}
