import { figures } from "../numbers.ts";
import { Formula, keyOf, type Scene } from "../scene.tsx";

// Dropout as such: a mask, and a scale that makes up for it.

export function Mask(scene: Scene) {
  const { rate, mask } = scene;
  return (
    <>
      <p>
        Then a coin is thrown that says “sleep” with probability {figures(rate)}. It is no coin of the moment: it follows from the
        seed, and from who it is for.
      </p>
      <Formula numbers={`mask(${keyOf(scene)}) = ${mask}: the neuron ${mask === 1 ? "is awake" : "sleeps"}`}>
        m ~ Bernoulli(1 − rate)
      </Formula>
    </>
  );
}

export function Scale({ rate, held, mask }: Scene) {
  const keep = 1 - rate;
  const inverted = mask === 0 || keep === 0 ? 0 : held / keep;
  return (
    <>
      <p>
        Who is awake speaks louder, for those who sleep. Standard scaling does without that now, and makes up for it when it
        predicts.
      </p>
      <div class="columns">
        <Formula numbers={`${mask} × ${figures(held)} / ${figures(keep)} = ${figures(inverted)}`}>
          <small>inverted</small> y = m h / (1 − rate)
        </Formula>
        <Formula numbers={`${mask} × ${figures(held)} = ${figures(mask * held)}`}>
          <small>standard</small> y = m h
        </Formula>
      </div>
    </>
  );
}

/** What a mask does to what comes back. */
export function hears(mask: number): string {
  return mask === 1
    ? "this neuron hears how wrong the answer was."
    : "a neuron that slept has had no part in the answer, and hears nothing of how wrong it was.";
}

export function Backward({ rate, settings: { scaling }, mask, gradient, gradientAfter }: Scene) {
  const factor = scaling === "inverted" ? ` / ${figures(1 - rate)}` : "";
  return (
    <>
      <p>On the way back the same mask stands in the way: {hears(mask)}</p>
      <Formula numbers={`${mask} × ${figures(gradientAfter)}${factor} = ${figures(gradient)}`}>
        ∂L/∂h = m ∂L/∂y{scaling === "inverted" ? " / (1 − rate)" : ""}
      </Formula>
    </>
  );
}

export function Predict({ rate, settings: { scaling }, predicted }: Scene) {
  return (
    <>
      <p>
        Nothing sleeps when the network predicts. What a neuron hands on must be as large as it was on average while learning:
        this network does it the <b>{scaling}</b> way.
      </p>
      <div class="columns">
        <Formula numbers={`${figures(predicted)} as it is: the scale was applied while learning`}>
          <small>inverted</small> y = h
        </Formula>
        <Formula numbers={`${figures(1 - rate)} × ${figures(predicted)} = ${figures((1 - rate) * predicted)}`}>
          <small>standard</small> y = (1 − rate) h
        </Formula>
      </div>
    </>
  );
}
