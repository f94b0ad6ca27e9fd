import { normalQuantile } from "../../random/normal.ts";
import { normalDensity, normalDistribution, power } from "../../tensor/arithmetic.ts";
import { type Distribution, pointOf, type Space } from "../space.ts";
import type { TrialRecord } from "../trial-record.ts";

/** Share of a choice that is spread over all choices. */
const SPREAD = 0.25;
/** Widths of kernels: of the whole interval where there is one trial, falling with their number and never below the last. */
const WIDTH = 0.3;
const NARROWEST = 0.02;

/**
 * A density over a space, in points of the unit cube: for each trial a kernel that is a product over the settings, and a uniform one,
 * all of equal weight. Kernels of numbers are normal, cut off at 0 and 1; those of choices favour the trial's own.
 */
export class ParzenEstimator {
  readonly #distributions: readonly Distribution[];
  readonly #centres: readonly (readonly number[])[];
  readonly #width: number;
  /** What of each kernel lies between 0 and 1. */
  readonly #inside: readonly (readonly number[])[];

  constructor(space: Space, trials: readonly TrialRecord[]) {
    const settings = Object.entries(space);
    this.#distributions = settings.map(([, distribution]) => distribution);
    this.#centres = trials.map(({ parameters }) =>
      settings.map(([name, distribution]) => pointOf(distribution, parameters[name])),
    );
    // Scott's rule: n^(-1 / (d + 4)).
    const width = Math.max(NARROWEST, WIDTH * power(Math.max(1, trials.length), -1 / (settings.length + 4)));
    this.#width = width;
    const inside = (mu: number) => normalDistribution((1 - mu) / width) - normalDistribution(-mu / width);
    this.#inside = this.#centres.map((centre) => centre.map(inside));
  }

  /** A point, by numbers that are uniform in (0, 1). */
  draw(uniform: () => number): number[] {
    const kernel = Math.floor(uniform() * (this.#centres.length + 1));
    const centre = this.#centres[kernel];
    return this.#distributions.map((distribution, place) => {
      const u = uniform();
      if (centre === undefined) return u;
      if (distribution.kind !== "categorical") return drawNormal(centre[place], this.#width, u);
      return u < SPREAD ? u / SPREAD : centre[place];
    });
  }

  /** The mean of the kernels; of numbers phi((x - mu) / sigma) / sigma / (Phi((1 - mu) / sigma) - Phi(-mu / sigma)). */
  density(point: readonly number[]): number {
    let sum = 1;
    for (const [kernel, centre] of this.#centres.entries()) {
      let product = 1;
      for (const [place, distribution] of this.#distributions.entries()) {
        product *=
          distribution.kind === "categorical"
            ? densityOfChoice(point[place], centre[place], distribution.choices.length)
            : normalDensity((point[place] - centre[place]) / this.#width) / this.#width / this.#inside[kernel][place];
      }
      sum += product;
    }
    return sum / (this.#centres.length + 1);
  }
}

function densityOfChoice(point: number, centre: number, choices: number): number {
  const isSame = Math.floor(point * choices) === Math.floor(centre * choices);
  return SPREAD + (isSame ? (1 - SPREAD) * choices : 0);
}

/** By inversion between the ends. */
function drawNormal(mu: number, sigma: number, u: number): number {
  const [from, to] = [normalDistribution(-mu / sigma), normalDistribution((1 - mu) / sigma)];
  return Math.min(1, Math.max(0, mu + sigma * normalQuantile(from + u * (to - from))));
}
