import { unitInterval } from "../../random/normal.ts";
import { streamKey, WordStream } from "../../random/streams.ts";
import { log } from "../../tensor/arithmetic.ts";
import { DrowseError, show } from "../../tensor/errors.ts";
import type { Sampler } from "../sampler.ts";
import { type Space, type Value, valueAt } from "../space.ts";
import type { TrialRecord } from "../trial-record.ts";
import { ParzenEstimator } from "./parzen.ts";
import { random } from "./random.ts";

/** Options of {@link tpe}. */
export interface TpeOptions {
  /** Trials that are drawn at random before; default 10. */
  startup?: number;
  /** Points that are drawn from the good trials' density, of which the best is taken; default 24. */
  candidates?: number;
}

/** Which trials count as good: some of the best, of many a small share. */
const goodCount = (trials: number) => Math.min(25, Math.ceil(0.15 * trials));

/**
 * Tree-structured Parzen estimator (Bergstra, Bardenet, Bengio and Kégl 2011), all settings together (Falkner, Klein and Hutter 2018):
 * of points drawn from the density l of the good trials it takes the one with the largest
 *
 *     l(x) / g(x)
 *
 * where g is the density of the others. Pruned trials count as worse than complete ones, failed ones as the worst.
 * @throws {DrowseError} on options that are no whole numbers of at least 1.
 */
export function tpe({ startup = 10, candidates = 24 }: TpeOptions = {}): Sampler {
  for (const [what, value] of Object.entries({ startup, candidates })) {
    if (!Number.isInteger(value) || value < 1)
      throw new DrowseError("tpe", `${what} is ${show(value)}`, "give a whole number of at least 1");
  }
  const first = random();
  return {
    name: "tpe",
    looks: true,
    sample(request) {
      const { space, seed, trial, seen } = request;
      const known = seen.filter(({ parameters }) => Object.keys(space).every((name) => Object.hasOwn(parameters, name)));
      if (known.length < startup) return first.sample(request);
      const names = Object.keys(space).join();
      const words = new WordStream(streamKey(seed, `study/tpe/${names}`), trial);
      return valuesAt(
        space,
        bestCandidate(space, known, candidates, () => unitInterval(words.next())),
      );
    },
  };
}

function bestCandidate(space: Space, seen: readonly TrialRecord[], candidates: number, uniform: () => number): number[] {
  const ranked = rank(seen);
  const good = goodCount(ranked.length);
  const l = new ParzenEstimator(space, ranked.slice(0, good));
  const g = new ParzenEstimator(space, ranked.slice(good));
  let best: { point: number[]; score: number } | undefined;
  for (let candidate = 0; candidate < candidates; candidate++) {
    const point = l.draw(uniform);
    const score = log(l.density(point)) - log(g.density(point));
    if (!best || score > best.score) best = { point, score };
  }
  return best?.point ?? [];
}

/** Best first: complete ones by value, pruned ones by how far they came, failed ones; in their order where they are equal. */
function rank(seen: readonly TrialRecord[]): TrialRecord[] {
  const states = ["complete", "pruned", "failed"];
  const value = (trial: TrialRecord) => trial.value ?? 0;
  return [...seen].sort(
    (a, b) =>
      states.indexOf(a.state) - states.indexOf(b.state) ||
      (a.state === "pruned" ? b.reports.length - a.reports.length : 0) ||
      value(a) - value(b) ||
      a.number - b.number,
  );
}

function valuesAt(space: Space, point: readonly number[]): Readonly<Record<string, Value>> {
  return Object.fromEntries(Object.entries(space).map(([name, one], place) => [name, valueAt(one, point[place])]));
}
