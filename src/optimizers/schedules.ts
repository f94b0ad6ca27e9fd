import { checkNumber, checkOptions } from "../layers/options.ts";
import { cosPi, exp, log, power } from "../tensor/arithmetic.ts";
import { DrowseError, show } from "../tensor/errors.ts";
import type { Schedule } from "./optimizer.ts";

// Schedules: functions of the training step t = 0, 1, 2, ..., for learning rate, momentum and weight decay. Any function of
// the step is one as well; these have the same bits in every engine.

/** A value for every training step t = 0, 1, 2, ...: a step is one batch, not one epoch. */
export type ScheduleFunction = (step: number) => number;

/** From where to where a schedule goes. */
export interface RangeOptions {
  /** Value at step 0. */
  initial: number;
  /** Value at the end; default 0. */
  end?: number;
}

/** Options of {@link stepDecay}. */
export interface StepDecayOptions extends Pick<RangeOptions, "initial"> {
  /** What the value is multiplied by each time, above 0. */
  factor: number;
  /** Steps from one time to the next, a whole number of at least 1. */
  steps: number;
}

/** Options of {@link exponentialDecay}. */
export interface ExponentialDecayOptions extends RangeOptions {
  /** What is left of the distance from `end` after `steps` steps, above 0; default 1 / e. */
  factor?: number;
  /** Steps in which the distance from `end` shrinks by `factor`, above 0. */
  steps: number;
}

/** Options of {@link inverseTime}. */
export interface InverseTimeOptions extends Pick<RangeOptions, "initial"> {
  /** Steps after which half of the initial value is left, a third after twice as many; above 0. */
  steps: number;
}

/** Options of {@link linear} and {@link cosine}. */
export interface RampOptions extends RangeOptions {
  /** Steps to the end, above 0. */
  steps: number;
}

/** Options of {@link linearWarmup}. */
export interface LinearWarmupOptions {
  /** Steps of warming up, above 0. */
  steps: number;
  /** Value at step 0; default 0. */
  from?: number;
  /** What follows, counting its own steps from the end of the warm-up. */
  schedule: Schedule;
}

/**
 * The same value at every step.
 * @throws {DrowseError} on anything but a finite number.
 * @example
 * constant(0.1)
 */
export function constant(value: number): ScheduleFunction {
  checkValue("constant", "the value", value);
  return () => value;
}

/**
 * A staircase: initial factor^floor(t / steps).
 * @throws {DrowseError} on values out of range and unknown options.
 * @example
 * stepDecay({ initial: 0.1, factor: 0.5, steps: 1000 }) // halves every 1000 steps
 */
export function stepDecay(options: StepDecayOptions): ScheduleFunction {
  checkOptions("stepDecay", options, ["initial", "factor", "steps"]);
  const { initial, factor, steps } = options;
  checkValue("stepDecay", "initial", initial);
  checkFactor("stepDecay", factor);
  const isWhole = (value: number) => Number.isInteger(value) && value >= 1;
  checkNumber("stepDecay", "steps", steps, isWhole, "give a whole number of at least 1");
  return (step) => initial * power(factor, Math.floor(step / steps));
}

/**
 * Exponentially towards an end: end + (initial - end) factor^(t / steps).
 * @throws {DrowseError} on values out of range and unknown options.
 * @example
 * exponentialDecay({ initial: 0.1, factor: 0.96, steps: 1000 })
 * exponentialDecay({ initial: 0.5, end: 0.99, steps: 1e5 }) // 0.99 - 0.49 e^(-t / 1e5)
 */
export function exponentialDecay(options: ExponentialDecayOptions): ScheduleFunction {
  checkOptions("exponentialDecay", options, ["initial", "end", "factor", "steps"]);
  const { initial, end = 0, factor, steps } = options;
  checkRange("exponentialDecay", initial, end, steps);
  if (factor !== undefined) checkFactor("exponentialDecay", factor);
  const exponent = factor === undefined ? -1 : log(factor);
  return (step) => end + (initial - end) * exp((step / steps) * exponent);
}

/**
 * The inverse of time: initial / (1 + t / steps).
 * @throws {DrowseError} on values out of range and unknown options.
 * @example
 * inverseTime({ initial: 1, steps: 10000 }) // 1 / (1 + t / 10000)
 */
export function inverseTime(options: InverseTimeOptions): ScheduleFunction {
  checkOptions("inverseTime", options, ["initial", "steps"]);
  const { initial, steps } = options;
  checkRange("inverseTime", initial, 0, steps);
  return (step) => initial / (1 + step / steps);
}

/**
 * A straight line: initial + (end - initial) min(1, t / steps).
 * @throws {DrowseError} on values out of range and unknown options.
 * @example
 * linear({ initial: 0.5, end: 0.95, steps: 5000 })
 */
export function linear(options: RampOptions): ScheduleFunction {
  checkOptions("linear", options, ["initial", "end", "steps"]);
  const { initial, end = 0, steps } = options;
  checkRange("linear", initial, end, steps);
  return (step) => (step >= steps ? end : initial + (end - initial) * (step / steps));
}

/**
 * Half a wave of the cosine (Loshchilov & Hutter 2017, without restarts):
 * end + (initial - end) (1 + cos(pi min(1, t / steps))) / 2.
 * @throws {DrowseError} on values out of range and unknown options.
 * @example
 * cosine({ initial: 0.1, end: 0.001, steps: 20 * trainer.stepsPerEpoch })
 */
export function cosine(options: RampOptions): ScheduleFunction {
  checkOptions("cosine", options, ["initial", "end", "steps"]);
  const { initial, end = 0, steps } = options;
  checkRange("cosine", initial, end, steps);
  return (step) => (step >= steps ? end : end + ((initial - end) * (1 + cosPi(step / steps))) / 2);
}

/**
 * A straight line to where another schedule begins, then that: from + (schedule(0) - from) t / steps while t < steps,
 * after that schedule(t - steps).
 * @throws {DrowseError} on values out of range and unknown options.
 * @example
 * linearWarmup({ steps: 500, schedule: cosine({ initial: 0.1, steps: 10000 }) })
 */
export function linearWarmup(options: LinearWarmupOptions): ScheduleFunction {
  checkOptions("linearWarmup", options, ["steps", "from", "schedule"]);
  const { steps, from = 0, schedule } = options;
  checkRange("linearWarmup", from, 0, steps, "from");
  if (typeof schedule !== "function" && typeof schedule !== "number")
    throw new DrowseError("linearWarmup", `schedule is ${show(schedule)}`, "give a number or a schedule");
  const after = typeof schedule === "function" ? schedule : constant(schedule);
  return (step) => (step >= steps ? after(step - steps) : from + (after(0) - from) * (step / steps));
}

function checkValue(operation: string, what: string, value: number): void {
  checkNumber(operation, what, value, () => true, "give a finite number");
}

function checkFactor(operation: string, factor: number): void {
  checkNumber(operation, "factor", factor, (value) => value > 0, "give a number above 0");
}

function checkRange(operation: string, initial: number, end: number, steps: number, first = "initial"): void {
  checkValue(operation, first, initial);
  checkValue(operation, "end", end);
  checkNumber(operation, "steps", steps, (value) => value > 0, "give a number above 0");
}
