import { unitInterval } from "../../random/normal.ts";
import { streamKey, WordStream } from "../../random/streams.ts";
import type { Sampler } from "../sampler.ts";
import { valueAt } from "../space.ts";

/** Draws each setting by itself, uniformly (Bergstra and Bengio 2012). A setting's draws do not depend on what else is searched. */
export function random(): Sampler {
  return {
    name: "random",
    looks: false,
    sample: ({ space, seed, trial }) =>
      Object.fromEntries(
        Object.entries(space).map(([name, distribution]) => {
          const word = new WordStream(streamKey(seed, `study/random/${name}`), trial).next();
          return [name, valueAt(distribution, unitInterval(word))];
        }),
      ),
  };
}
