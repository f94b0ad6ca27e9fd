import { exp } from "../../tensor/arithmetic.ts";
import { DrowseError, show } from "../../tensor/errors.ts";
import { checkNumber, checkOptionsOf } from "../options.ts";

/** What a schedule is told of a training beside the step. */
export interface ScheduledTraining {
  /** Steps of the training that the schedule is made for. */
  readonly steps: number;
  /** The layer's rate as it was when the training was prepared. */
  readonly rate: number;
}

/**
 * The rate of a dropout layer at training step t = 0, 1, 2, ...: a function of nothing else, so that a resumed training goes on
 * exactly. Made by {@link rateSchedule}, or any function that stays in [0, 1].
 */
export type RateSchedule = (step: number, training: ScheduledTraining) => number;

const SCHEDULE_OPTIONS = {
  early: ["until", "shape"],
  late: ["from"],
  curriculum: ["gamma"],
  linear: ["from", "to"],
  frontLoaded: ["peak"],
} as const;

/**
 * Schedules for `dropoutSchedule` of `fit` and `trainer`. T are the steps of the training, t is the step, p the layer's own rate.
 */
export const rateSchedule = {
  /**
   * Early dropout (Liu, Xu, Jin, Shen and Darrell 2023, "Dropout reduces underfitting"): p until a share of the steps, then 0,
   * from when on the layer costs nothing. It helps networks that underfit. The authors' recipe is `{ until: 1 / 6, shape: "linear" }`:
   * 50 of 300 epochs.
   * @param options.until - share of the steps, from 0 to 1; default 0.2.
   * @param options.shape - `"constant"` (default), or `"linear"`: from p in a straight line to 0.
   * @throws {DrowseError} on values out of range and unknown options.
   * @example
   * await model.fit(data, { loss, optimizer, epochs: 50, dropoutSchedule: rateSchedule.early({ until: 0.3 }) });
   */
  early(options: { until?: number; shape?: "constant" | "linear" } = {}): RateSchedule {
    checkOptionsOf(SCHEDULE_OPTIONS, "early", options);
    const { until = 0.2, shape = "constant" } = options;
    checkShare("early", "until", until);
    if (shape !== "constant" && shape !== "linear")
      throw new DrowseError("early", `shape is ${show(shape)}`, 'give "constant" or "linear"');
    return (step, { steps, rate }) => {
      const end = until * steps;
      if (step >= end) return 0;
      return shape === "constant" ? rate : rate * (1 - step / end);
    };
  },

  /**
   * Late dropout (the same paper): 0 until a share of the steps, then p. It is for networks that overfit, and may learn undisturbed
   * first. The authors' recipe begins after 50 of 300 epochs, `{ from: 1 / 6 }`.
   * @param options.from - share of the steps, from 0 to 1; default 0.5.
   * @throws {DrowseError} on values out of range and unknown options.
   */
  late(options: { from?: number } = {}): RateSchedule {
    checkOptionsOf(SCHEDULE_OPTIONS, "late", options);
    const { from = 0.5 } = options;
    checkShare("late", "from", from);
    return (step, { steps, rate }) => (step >= from * steps ? rate : 0);
  },

  /**
   * Curriculum dropout (Morerio, Cavazza, Volpi, Vidal and Murino 2017): keep(t) = (1 - k) exp(-g t) + k with k = 1 - p, so that the
   * task gets harder. The rate is p (1 - exp(-g t)), and g = gamma / T.
   * @param options.gamma - above 0; default 10, by which the rate at the end is p but for 5 parts in 100000. A larger one rises
   * faster: the authors' program for MNIST has g = 0.001 over 150 epochs of batches of 128, which is a gamma of about 60.
   * @throws {DrowseError} on values out of range and unknown options.
   */
  curriculum(options: { gamma?: number } = {}): RateSchedule {
    checkOptionsOf(SCHEDULE_OPTIONS, "curriculum", options);
    const { gamma = 10 } = options;
    checkNumber("curriculum", "gamma", gamma, (value) => value > 0, "give a number above 0, such as 10");
    return (step, { steps, rate }) => rate * (1 - exp(-(gamma / steps) * step));
  },

  /**
   * A straight line from one rate to another over all steps: from + (to - from) min(1, t / T).
   * @param options.from - rate at step 0, in [0, 1]; default 0.
   * @param options.to - rate at the end, in [0, 1]; default p.
   * @throws {DrowseError} on values out of range and unknown options.
   */
  linear(options: { from?: number; to?: number } = {}): RateSchedule {
    checkOptionsOf(SCHEDULE_OPTIONS, "linear", options);
    const { from = 0, to } = options;
    checkShare("linear", "from", from);
    if (to !== undefined) checkShare("linear", "to", to);
    return (step, { steps, rate }) => {
      const end = to ?? rate;
      return step >= steps ? end : from + (end - from) * (step / steps);
    };
  },

  /**
   * Much dropout first and little last, with the same p on average: a straight line from peak p to (2 - peak) p. Early dropout's idea at
   * an equal budget of noise; the line is this library's own.
   *
   * What Fernandez Sarmiento (2026, "Dropout universality") calls front-loaded is over the depth of a network and not over its training,
   * and takes no schedule: see {@link frontLoadedRates}.
   * @param options.peak - how many times p the first rate is, from 1 to 2; default 1.5. peak p must be at most 1.
   * @throws {DrowseError} on values out of range and unknown options; training refuses a rate above 1.
   */
  frontLoaded(options: { peak?: number } = {}): RateSchedule {
    checkOptionsOf(SCHEDULE_OPTIONS, "frontLoaded", options);
    const { peak = 1.5 } = options;
    checkNumber("frontLoaded", "peak", peak, (value) => value >= 1 && value <= 2, "give a number from 1 to 2");
    return (step, { steps, rate }) => rate * (peak + 2 * (1 - peak) * Math.min(1, step / steps));
  },
} as const;

function checkShare(operation: string, what: string, value: number): void {
  checkNumber(operation, what, value, (number) => number >= 0 && number <= 1, "give a number from 0 to 1");
}
