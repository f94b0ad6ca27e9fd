import { figures } from "../numbers.ts";
import { Formula, type Scene } from "../scene.tsx";

// The stages of a step that are the same with most kinds of dropout.

const MOST_TERMS = 3;

/** The first terms of a sum of products, those that are not 0 before others. */
function termsOf({ bundle, below, unit }: Scene): { shown: string; more: string } {
  const { after } = below;
  const places = Array.from(after.keys());
  const speaking = places.filter((at) => after[at] !== 0);
  const first = (speaking.length >= MOST_TERMS ? speaking : places).slice(0, MOST_TERMS);
  const shown = first.map((at) => `${figures(bundle.weights[unit * after.length + at])} × ${figures(after[at])}`).join(" + ");
  return { shown, more: after.length > first.length ? ` + … ${after.length - first.length} more` : "" };
}

export function Forward(scene: Scene) {
  const { settings, unit, held, bundle } = scene;
  const { activation } = settings;
  const { shown, more } = termsOf(scene);
  return (
    <>
      <p>The neuron multiplies what comes in by its weights, adds its bias, and passes the sum through its activation.</p>
      <Formula numbers={`${activation}(${shown}${more} + ${figures(bundle.biases[unit])}) = ${figures(held)}`}>
        h = {activation}(w · x + b)
      </Formula>
    </>
  );
}

/** Why no weight that leads to a neuron changes. */
function stillness({ mask, gradient }: Scene): string {
  if (mask === 0) return "It slept, so none";
  // Something comes back to it, and does not pass.
  if (gradient !== 0) return "Its activation is flat where it stands, so none";
  return "Nothing of how wrong the answer was comes to it, so none";
}

export function Update(scene: Scene) {
  const { settings, unit, below, bundle } = scene;
  const { learningRate } = settings;
  const { weights, gradients, updated } = bundle;
  const inputs = below.mask.length;
  const own = Array.from({ length: inputs }, (_, index) => unit * inputs + index);
  const changed = own.filter((at) => gradients[at] !== 0);
  const at = changed[0] ?? own[0];
  return (
    <>
      <p>
        {changed.length > 0 ? changed.length : stillness(scene)} of the {inputs} weights that lead to it{" "}
        {changed.length === 1 ? "changes" : "change"} for this point (here by plain gradient descent). Only part of the network is
        updated: the lines that are lit.
      </p>
      <Formula numbers={`${figures(weights[at])} − ${learningRate} × ${figures(gradients[at])} = ${figures(updated[at])}`}>
        w ← w − η ∂L/∂w
      </Formula>
    </>
  );
}

/** Where prediction takes what a neuron holds as it is. */
export function PredictAsItIs({ predicted }: Scene) {
  return (
    <>
      <p>Nothing sleeps when the network predicts: a neuron hands on what it holds, as it did on average while learning.</p>
      <Formula numbers={`${figures(predicted)} as it is`}>y = h</Formula>
    </>
  );
}
