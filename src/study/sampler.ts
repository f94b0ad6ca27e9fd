import type { Parameters, Space } from "./space.ts";
import type { TrialRecord } from "./trial-record.ts";

/** What a sampler knows when it chooses. */
export interface SampleRequest {
  readonly space: Space;
  /** Of the study. */
  readonly seed: number;
  /** The number of the trial, from 0. */
  readonly trial: number;
  /** The trials that it may look at, in their order: all that are at least the study's lag behind, and no others. */
  readonly seen: readonly TrialRecord[];
}

/** Chooses the values of a trial: a pure function of what it knows. */
export interface Sampler {
  readonly name: "grid" | "random" | "sobol" | "tpe";
  /** Whether it looks at what other trials came to. */
  readonly looks: boolean;
  /** Values of the whole space. */
  sample(request: SampleRequest): Parameters;
  /** How many trials there are in a space; undefined: any number. */
  count?(space: Space): number;
}
