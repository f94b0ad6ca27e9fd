import { checkNumber, checkOptions } from "../layers/options.ts";
import { checkSeed } from "../random/streams.ts";
import { DrowseError, show } from "../tensor/errors.ts";
import { parse } from "./parse.ts";
import { noPruning, type Pruner } from "./pruner.ts";
import type { Sampler } from "./sampler.ts";
import { random } from "./samplers/random.ts";
import { tpe } from "./samplers/tpe.ts";
import { checkDistribution, type Distribution, type Parameters, type Space, spaceSchema, type Value } from "./space.ts";
import type { TrialRecord, TrialReports, TrialState } from "./trial-record.ts";

/** What a study is made of. */
export interface StudyOptions {
  /** What is searched; settings that are not here can be suggested by a trial. Default nothing. */
  readonly space?: Space;
  /** Default {@link tpe}. */
  readonly sampler?: Sampler;
  /** Default {@link noPruning}. */
  readonly pruner?: Pruner;
  /** Of everything random. */
  readonly seed: number;
  /**
   * How far behind a trial the others must be that it looks at; default 1. So many trials can be on their way at once, and the study
   * is the same however many are.
   */
  readonly lag?: number;
  /** Trials of before, as a journal has them. */
  readonly trials?: readonly TrialRecord[];
}

/** What a trial came to: a number that is to be small, or how else it ended. */
export type Told =
  | number
  | { readonly state: TrialState; readonly value?: number | undefined; readonly standardError?: number | undefined };

/**
 * A search for the settings that make a number small: `ask` for a trial, find out what it is worth, `tell`.
 * @throws {DrowseError} on unknown options, a wrong space, and a seed or a lag out of range.
 * @example
 * const study = createStudy({ seed: 1 });
 * for (let i = 0; i < 40; i++) {
 *   const trial = study.ask();
 *   const rate = trial.suggestFloat("rate", 0, 0.8);
 *   study.tell(trial, await lossOf(rate));
 * }
 * console.log(study.bestTrial?.parameters);
 */
export const createStudy = (options: StudyOptions): Study => new Study(options);

/** Made by {@link createStudy}. */
export class Study {
  readonly space: Space;
  readonly seed: number;
  readonly lag: number;
  readonly sampler: Sampler;
  readonly pruner: Pruner;
  readonly #told = new Map<number, TrialRecord>();
  readonly #open = new Map<number, Trial>();
  #next = 0;

  /**
   * Use {@link createStudy}.
   * @internal
   */
  constructor(options: StudyOptions) {
    checkOptions("createStudy", options, ["space", "sampler", "pruner", "seed", "lag", "trials"]);
    const { space = {}, sampler = tpe(), pruner = noPruning(), seed, lag = 1, trials = [] } = options;
    this.space = parse("createStudy", "space", spaceSchema, space);
    this.seed = checkSeed("createStudy", seed);
    const isCount = (value: number) => Number.isInteger(value) && value >= 1;
    this.lag = checkNumber("createStudy", "lag", lag, isCount, "give a whole number of at least 1");
    this.sampler = sampler;
    this.pruner = pruner;
    for (const trial of trials) this.#told.set(trial.number, trial);
  }

  /** The trials that are over, in their order. */
  get trials(): readonly TrialRecord[] {
    return [...this.#told.values()].sort((a, b) => a.number - b.number);
  }

  /** Of the complete trials the one with the smallest value, the first of equal ones; undefined: none is complete. */
  get bestTrial(): TrialRecord | undefined {
    return bestOf(this.trials);
  }

  /** Whether a next trial can be asked for: it may have to wait for what it looks at. */
  get isReady(): boolean {
    return this.#waitsFor(this.nextNumber) === undefined;
  }

  /**
   * The next trial. One that was asked for before a restart, and not told, comes again.
   * @throws {DrowseError} where it looks at a trial that is not told yet, and where a grid has no more points.
   */
  ask(): Trial {
    const number = this.nextNumber;
    const missing = this.#waitsFor(number);
    if (missing !== undefined) {
      const received = `trial ${number} looks at trial ${missing}, which is not told`;
      throw new DrowseError("ask", received, `tell it first, or create the study with a lag above ${number - missing}`);
    }
    const seen = this.#seenBy(number);
    const { space, seed, sampler } = this;
    const parameters = sampler.sample({ space, seed, trial: number, seen });
    // What is suggested besides has no place in a grid or a sequence.
    const besides = sampler.name === "tpe" ? sampler : random();
    const trial = new Trial({
      number,
      parameters,
      suggest: (name, distribution) => besides.sample({ space: { [name]: distribution }, seed, trial: number, seen })[name],
      prunes: (reports) => this.pruner.prunes({ reports, seen, latest: this.#latest() }),
    });
    this.#next = number + 1;
    this.#open.set(number, trial);
    return trial;
  }

  /**
   * Ends a trial, and returns what stands of it.
   * @throws {DrowseError} on a trial that was not asked for or is told already, and on a value that is not finite.
   */
  tell(trial: Trial | number, told: Told): TrialRecord {
    const number = typeof trial === "number" ? trial : trial.number;
    const open = this.#open.get(number);
    if (!open) {
      const is = this.#told.has(number) ? "is told already" : "was not asked for";
      throw new DrowseError("tell", `trial ${show(number)} ${is}`, "tell each trial once, after asking for it");
    }
    const { state, value, standardError } = typeof told === "number" ? { state: "complete" as const, value: told } : told;
    if ((state === "complete" || value !== undefined) && !Number.isFinite(value)) {
      throw new DrowseError("tell", `the value is ${show(value)}`, 'give a finite number, or { state: "failed" }');
    }
    const record: TrialRecord = {
      ...{ number, state },
      ...(value === undefined ? {} : { value }),
      ...(standardError === undefined ? {} : { standardError }),
      parameters: { ...open.parameters },
      reports: open.reports,
    };
    this.#open.delete(number);
    this.#told.set(number, record);
    return record;
  }

  /** The number of the trial that {@link ask} gives. */
  get nextNumber(): number {
    let number = this.#next;
    while (this.#told.has(number)) number++;
    return number;
  }

  /** The first trial that one looks at and that is not told. */
  #waitsFor(number: number): number | undefined {
    if (!this.sampler.looks && !this.pruner.looks) return undefined;
    for (let other = 0; other <= number - this.lag; other++) if (!this.#told.has(other)) return other;
    return undefined;
  }

  #seenBy(number: number): TrialRecord[] {
    return this.trials.filter((trial) => trial.number <= number - this.lag);
  }

  #latest(): TrialReports[] {
    return [...this.#told.values(), ...this.#open.values()].map(({ reports }) => reports);
  }
}

/** The first of the complete trials with the smallest value. */
export function bestOf(trials: readonly TrialRecord[]): TrialRecord | undefined {
  return trials.reduce<TrialRecord | undefined>(
    (best, trial) => (trial.state === "complete" && !((best?.value ?? Infinity) <= (trial.value ?? Infinity)) ? trial : best),
    undefined,
  );
}

interface TrialParts {
  readonly number: number;
  readonly parameters: Parameters;
  readonly suggest: (name: string, distribution: Distribution) => Value;
  readonly prunes: (reports: TrialReports) => boolean;
}

/** A trial on its way: values of settings, and what is reported of them. */
export class Trial {
  /** From 0. */
  readonly number: number;
  readonly #parameters: Record<string, Value>;
  readonly #reports: [number, number][] = [];
  readonly #parts: TrialParts;

  /**
   * Use {@link Study.ask}.
   * @internal
   */
  constructor(parts: TrialParts) {
    this.number = parts.number;
    this.#parameters = { ...parts.parameters };
    this.#parts = parts;
  }

  /** Values of the study's space, and of what was suggested. */
  get parameters(): Parameters {
    return this.#parameters;
  }

  /** What was reported, in order. */
  get reports(): TrialReports {
    return this.#reports;
  }

  /**
   * A number from `low` to `high`. A setting of the study's space has its value there.
   * @throws {DrowseError} on a range that is none.
   */
  suggestFloat(name: string, low: number, high: number, options: { log?: boolean; step?: number } = {}): number {
    checkOptions("suggestFloat", options, ["log", "step"]);
    return Number(this.#suggest("suggestFloat", name, { kind: "float", low, high, ...options }));
  }

  /**
   * A whole number from `low` to `high`.
   * @throws {DrowseError} on a range that is none.
   */
  suggestInt(name: string, low: number, high: number, options: { log?: boolean } = {}): number {
    checkOptions("suggestInt", options, ["log"]);
    return Number(this.#suggest("suggestInt", name, { kind: "int", low, high, ...options }));
  }

  /**
   * One of the choices.
   * @throws {DrowseError} where there are none.
   */
  suggestCategorical<Choice extends Value>(name: string, choices: readonly Choice[]): Choice {
    return this.#suggest("suggestCategorical", name, { kind: "categorical", choices }) as Choice;
  }

  /**
   * Reports a value on the way, that is to be small.
   * @param step - how far the trial is: a whole number, more than in the report before.
   * @throws {DrowseError} on a step that is none, and on a value that is not finite.
   */
  report(value: number, step: number): void {
    const last = this.#reports.at(-1)?.[0] ?? -1;
    const rises = (given: number) => Number.isInteger(given) && given > last;
    checkNumber("report", "step", step, rises, `give a whole number above ${last}`);
    checkNumber("report", "value", value, Number.isFinite, 'give a finite number, or tell the trial as { state: "failed" }');
    this.#reports.push([step, value]);
  }

  /** Whether the trial should be given up, by what was reported: tell it as pruned then. */
  shouldPrune(): boolean {
    return this.#reports.length > 0 && this.#parts.prunes(this.#reports);
  }

  #suggest(operation: string, name: string, given: Distribution): Value {
    const distribution = checkDistribution(operation, name, given);
    if (!Object.hasOwn(this.#parameters, name)) this.#parameters[name] = this.#parts.suggest(name, distribution);
    return this.#parameters[name];
  }
}
