import { figures } from "../numbers.ts";
import { Formula, keyOf, type Scene } from "../scene.tsx";

// Concrete dropout: masks between 0 and 1, so that the loss says which rate would have been better.

export function RelaxedMask(scene: Scene) {
  const { rate, factor } = scene;
  const asleep = 1 - factor * (1 - rate);
  return (
    <>
      <p>
        The layer learns its rate, which is {figures(rate)} now. A coin has no slope to learn by: so it lands between asleep, 1,
        and awake, 0, mostly close to one of them. It follows from the seed, and from who it is for.
      </p>
      <Formula numbers={`z(${keyOf(scene)}) = ${figures(asleep)}: ${asleep > 0.5 ? "asleep" : "awake"}, or nearly`}>
        z = sigmoid((log p/(1 − p) + log u/(1 − u)) / 0.1)
      </Formula>
    </>
  );
}

export function RelaxedScale({ held, factor }: Scene) {
  return (
    <>
      <p>Who is awake speaks louder, for those who sleep.</p>
      <Formula numbers={`${figures(factor)} × ${figures(held)} = ${figures(factor * held)}`}>y = h (1 − z) / (1 − p)</Formula>
    </>
  );
}

export function BackwardThroughRelaxed({ factor, gradient, gradientAfter }: Scene) {
  return (
    <>
      <p>
        On the way back the same number stands in the way of the neuron. And the rate hears how wrong the answer was: it falls
        where sleep has hurt, and a price for certainty, which counts less the more data there is, pushes it up.
      </p>
      <Formula numbers={`${figures(factor)} × ${figures(gradientAfter)} = ${figures(gradient)}`}>
        ∂L/∂h = (1 − z) / (1 − p) ∂L/∂y
      </Formula>
    </>
  );
}
