import type { DropoutLayer } from "../layers/dropout/dropout-layer.ts";
import type { RateSchedule } from "../layers/dropout/rate-schedules.ts";
import { checkNumber } from "../layers/options.ts";
import { DrowseError, show } from "../tensor/errors.ts";
import type { Graph } from "./graph.ts";
import { checkDropoutNames, dropoutNodes, layerWithRate, type Rates, ratesOf, withRates } from "./rates.ts";

/** One schedule for all layers with a rate, or schedules by the layers' names. */
export type DropoutSchedule = RateSchedule | Readonly<Record<string, RateSchedule>>;

/** The layer's schedule, and the steps within which it drops anything. */
interface Scheduled {
  readonly schedule: RateSchedule;
  readonly first: number;
  readonly last: number;
}

/** The rates that schedules give to the dropout layers of a training. */
export class ScheduledRates {
  readonly #operation: string;
  readonly #schedules: ReadonlyMap<string, RateSchedule>;
  readonly #nodes: ReadonlyMap<string, DropoutLayer>;
  #layers: ReadonlyMap<string, Scheduled> = new Map();
  #own: Rates = {};
  /** Steps that the schedules are made for; behind them the rates stay as they are at the last. */
  readonly steps: number;

  /**
   * Asks the schedules for the rates of all steps, so that one that leaves its range is found before the training.
   * @throws {DrowseError} on names that no dropout layer has, and on a rate outside [0, 1], or that layers of the kind do not take, with
   * its step.
   */
  constructor(operation: string, graph: Graph, given: DropoutSchedule, steps: number) {
    this.#operation = operation;
    this.#schedules = schedulesByName(operation, graph, given);
    this.#nodes = new Map(dropoutNodes(graph).map(({ name, layer }) => [name, layer]));
    this.steps = steps;
    this.own = ratesOf(graph);
  }

  /** The layers' own rates, which schedules are told. */
  get own(): Rates {
    return this.#own;
  }

  set own(rates: Rates) {
    this.#own = Object.fromEntries([...this.#schedules.keys()].map((name) => [name, rates[name]]));
    this.#layers = new Map([...this.#schedules].map(([name, schedule]) => [name, this.#survey(name, schedule)]));
  }

  has(name: string): boolean {
    return this.#schedules.has(name);
  }

  /** The rates of a step, by name. */
  at(step: number): Rates {
    return Object.fromEntries([...this.#schedules].map(([name, schedule]) => [name, this.#rate(name, schedule, step)]));
  }

  /** The graph with the rates of a step. */
  graphAt(graph: Graph, step: number): Graph {
    return withRates(this.#operation, graph, this.at(step));
  }

  /**
   * The graph that steps are planned for: a layer has rate 0, and costs nothing, where it drops nothing any more, or not yet.
   * Between its first and its last rate above 0 it is planned as dropping, so that no step makes a plan anew.
   */
  planned(graph: Graph, step: number, count: number): Graph {
    const rates = ratesOf(graph);
    const planned = [...this.#layers].map(([name, { first, last }]) => {
      const drops = step <= last && step + count > first;
      return [name, drops ? rates[name] || this.at(first)[name] : 0];
    });
    return withRates(this.#operation, graph, Object.fromEntries(planned));
  }

  #survey(name: string, schedule: RateSchedule): Scheduled {
    let [first, last, highest, peak] = [Infinity, -1, 0, 0];
    for (let step = 0; step < this.steps; step++) {
      const rate = this.#rate(name, schedule, step);
      if (rate > highest) [highest, peak] = [rate, step];
      if (rate === 0) continue;
      first = Math.min(first, step);
      last = step;
    }
    // Kinds that do not take every rate refuse the highest.
    layerWithRate(this.#operation, `${name} at step ${peak}`, this.#nodes.get(name) as DropoutLayer, highest);
    // The last rate is that of all steps behind it as well.
    return { schedule, first, last: last === this.steps - 1 ? Infinity : last };
  }

  #rate(name: string, schedule: RateSchedule, step: number): number {
    const { steps } = this;
    const rate = schedule(Math.min(step, steps - 1), { steps, rate: this.#own[name] });
    const isRate = (value: number) => value >= 0 && value <= 1;
    return checkNumber(
      this.#operation,
      `the rate of ${name} at step ${step}`,
      rate,
      isRate,
      "a schedule gives numbers from 0 to 1: change it",
    );
  }
}

function schedulesByName(operation: string, graph: Graph, given: DropoutSchedule): Map<string, RateSchedule> {
  const names = dropoutNodes(graph).map(({ name }) => name);
  if (typeof given === "function") {
    if (names.length === 0)
      throw new DrowseError(
        operation,
        "dropoutSchedule is given, and the model has no dropout layer",
        "add one, or leave it out",
      );
    return new Map(names.map((name) => [name, given]));
  }
  if (typeof given !== "object" || given === null || Array.isArray(given)) {
    const remedy = "give a schedule such as rateSchedule.early(), or schedules by the names of layers";
    throw new DrowseError(operation, `dropoutSchedule is ${show(given)}`, remedy);
  }
  checkDropoutNames(operation, graph, Object.keys(given));
  for (const [name, schedule] of Object.entries(given)) {
    if (typeof schedule === "function") continue;
    const remedy = "give a function of the step, such as rateSchedule.early()";
    throw new DrowseError(operation, `the schedule of ${name} is ${show(schedule)}`, remedy);
  }
  return new Map(Object.entries(given));
}
