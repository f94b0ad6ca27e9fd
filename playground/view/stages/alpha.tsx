import { alphaFactors } from "../../engine/alpha.ts";
import { figures } from "../numbers.ts";
import { Formula, type Scene } from "../scene.tsx";
import { hears } from "./masks.tsx";

// Alpha dropout: who sleeps is not 0, and an affine map keeps mean and variance.

export function Sleep({ held, mask, rate }: Scene) {
  const { asleep } = alphaFactors(rate);
  return (
    <>
      <p>
        Who sleeps does not become 0 here but what selu is far below 0, {figures(asleep)}: among units of mean 0 and variance 1, 0
        would be no silence.
      </p>
      <Formula numbers={`m = ${mask}: h′ = ${figures(mask === 1 ? held : asleep)}`}>h′ = m h − 1.758 (1 − m)</Formula>
    </>
  );
}

export function Restore({ held, handed, mask, rate }: Scene) {
  const { a, b, asleep } = alphaFactors(rate);
  return (
    <>
      <p>
        Then all are stretched and moved, those asleep as well, so that the layer keeps mean 0 and variance 1, which selu’s
        networks live by.
      </p>
      <Formula numbers={`${figures(a)} × ${figures(mask === 1 ? held : asleep)} + ${figures(b)} = ${figures(handed)}`}>
        y = a h′ + b
      </Formula>
    </>
  );
}

export function BackwardThroughAlpha({ mask, rate, gradient, gradientAfter }: Scene) {
  return (
    <>
      <p>On the way back the mask stands in the way, and the stretch: {hears(mask)}</p>
      <Formula numbers={`${figures(alphaFactors(rate).a)} × ${mask} × ${figures(gradientAfter)} = ${figures(gradient)}`}>
        ∂L/∂h = a m ∂L/∂y
      </Formula>
    </>
  );
}
