import { checkNumber } from "../layers/options.ts";
import type { Optimizer } from "../optimizers/optimizer.ts";
import { GENERATOR } from "../random/philox.ts";
import { DrowseError, show } from "../tensor/errors.ts";
import { sizeOf } from "../tensor/shape.ts";
import { graphParameters, isTrained } from "./graph.ts";
import { isCount } from "./mask-of-layer.ts";
import type { Network } from "./network.ts";
import { checkDropoutNames, type Rates, ratesOf, withRates } from "./rates.ts";
import type { ScheduledRates } from "./scheduled-rates.ts";

/**
 * Everything that training goes on from: plain values and numbers by parameter name. `structuredClone`, IndexedDB and
 * Node's `v8.serialize` keep every bit of it.
 */
export interface TrainerState {
  readonly version: 1;
  readonly generator: string;
  readonly seed: number;
  readonly rows: number;
  readonly batchSize: number;
  /** Steps done. */
  readonly step: number;
  /** Finished passes. */
  readonly pass: number;
  /** Batches done in the current pass. */
  readonly batch: number;
  /** Sums over the batches of the current pass. */
  readonly lossSum: number;
  readonly penaltySum: number;
  readonly right: number;
  readonly multiplyAdds: number;
  /** Rates of the dropout layers, which may have been changed. */
  readonly rates: Rates;
  /** By layer, the pass whose masks are replayed; left out where none are. */
  readonly maskPasses?: Readonly<Record<string, number>>;
  /** What schedules of rates are made of: the steps they are made for, and the layers' own rates. */
  readonly schedule?: { readonly steps: number; readonly rates: Rates };
  /** Of a loss that makes copies of rows: the layer where they begin. */
  readonly copiesFrom?: string | undefined;
  /** Factor of the learning rate, which may have been changed. */
  readonly learningRateFactor: number;
  /** Weights, biases and running statistics by name. */
  readonly values: Readonly<Record<string, Float32Array>>;
  /** The optimizer's kind. */
  readonly optimizer: string;
  /** What the optimizer remembers: by slot, such as `velocity`, then by the name of what it updates. */
  readonly slots: Readonly<Record<string, Readonly<Record<string, Float32Array>>>>;
}

/** What a state must fit. */
interface StateRequest {
  readonly model: Network;
  readonly rows: number;
  readonly batchSize: number;
  readonly stepsPerEpoch: number;
  readonly optimizer: Optimizer;
  readonly schedules: ScheduledRates | undefined;
  readonly copiesFrom: string | undefined;
}

/** @throws {DrowseError} unless it is a finite number above 0. */
export function checkLearningRateFactor(operation: string, factor: unknown): number {
  return checkNumber(operation, "learningRateFactor", factor, (value) => value > 0, "give a number above 0");
}

/**
 * Checks that a trainer can go on from a state.
 * @throws {DrowseError} on a state of another version, model, data, batch size or optimizer, or one that is damaged.
 */
export function checkState(trainer: StateRequest, state: TrainerState): void {
  const refuse = (received: string, remedy: string): never => {
    throw new DrowseError("restore", received, remedy);
  };
  const { model, optimizer } = trainer;
  if (state?.version !== 1) refuse(`the state has version ${show(state?.version)}`, "give a state made by trainer.state()");
  if (state.generator !== GENERATOR)
    refuse(`the state was made with generator ${show(state.generator)}`, `this version has ${GENERATOR}`);
  for (const [name, has, wants] of [
    ["seed", state.seed, model.seed],
    ["number of rows", state.rows, trainer.rows],
    ["batch size", state.batchSize, trainer.batchSize],
  ] as const) {
    if (has !== wants) refuse(`the state's ${name} is ${has}`, `this trainer's is ${wants}: go on with the same`);
  }
  for (const [name, value, most] of [
    ["step", state.step, Number.MAX_SAFE_INTEGER],
    ["pass", state.pass, 2 ** 31 - 1],
    ["batch", state.batch, trainer.stepsPerEpoch - 1],
  ] as const) {
    if (!Number.isInteger(value) || value < 0 || value > most)
      refuse(`the state's ${name} is ${show(value)}`, `give a whole number from 0 to ${most}`);
  }
  checkSlots(optimizer, state, refuse);
  checkLearningRateFactor("restore: the state", state.learningRateFactor);
  for (const name of Object.keys(ratesOf(model.graph))) {
    if (state.rates?.[name] === undefined) refuse(`the state has no rate for ${name}`, "give a state of this model");
  }
  withRates("restore: the state", model.graph, state.rates ?? {});
  checkDropoutNames("restore: the state", model.graph, Object.keys(state.maskPasses ?? {}));
  for (const [name, pass] of Object.entries(state.maskPasses ?? {})) {
    checkNumber("restore: the state", `the pass of ${name}`, pass, isCount, "give a state made by trainer.state()");
  }
  checkSchedule(trainer.schedules, state, refuse);
  checkCopies(trainer, state, refuse);
  for (const { name, specification } of graphParameters(model.graph)) {
    const slots = isTrained(specification) ? optimizer.slots.map((slot) => state.slots[slot]) : [];
    for (const numbers of [state.values, ...slots]) {
      const length = numbers?.[name]?.length;
      const wants = sizeOf(specification.shape);
      if (length !== wants)
        refuse(`the state has ${length ?? "no"} numbers for ${name}`, `give a state of this model, with ${wants}`);
    }
  }
}

/** Copies are made by the loss; they go on from where they began. */
function checkCopies(
  { model, copiesFrom: wants }: StateRequest,
  { copiesFrom: has }: TrainerState,
  refuse: (received: string, remedy: string) => never,
): void {
  const names: readonly (string | undefined)[] = wants === undefined ? [wants] : model.graph.nodes.map(({ name }) => name);
  if (!names.includes(has)) refuse(`the state's copies of rows begin at ${show(has)}`, "go on with the same loss and model");
}

/** A schedule goes on only as the one that the state was made with. */
function checkSchedule(
  schedules: ScheduledRates | undefined,
  { schedule }: TrainerState,
  refuse: (received: string, remedy: string) => never,
): void {
  const told = (names: readonly string[], steps: number) =>
    names.length === 0 ? "no schedule of rates" : `schedules of ${names.join(", ")} for ${steps} steps`;
  const has = told(Object.keys(schedule?.rates ?? {}).sort(), schedule?.steps ?? 0);
  const wants = told(Object.keys(schedules?.own ?? {}).sort(), schedules?.steps ?? 0);
  if (has !== wants) refuse(`the state has ${has}`, `this trainer has ${wants}: go on with the same`);
  for (const [name, rate] of Object.entries(schedule?.rates ?? {})) {
    checkNumber(
      "restore: the state",
      `${name}'s own rate`,
      rate,
      (value) => value >= 0 && value <= 1,
      "give a state of this model",
    );
  }
}

/** What an optimizer remembers means nothing to another. */
function checkSlots({ kind, slots }: Optimizer, state: TrainerState, refuse: (received: string, remedy: string) => never): void {
  if (state.optimizer !== kind)
    refuse(`the state's optimizer is ${show(state.optimizer)}`, `this trainer's is ${kind}: go on with the same`);
  const listed = (names: readonly string[]) => (names.length === 0 ? "nothing" : names.join(" and "));
  const has = typeof state.slots === "object" && state.slots !== null ? Object.keys(state.slots) : [];
  if (has.length !== slots.length || !slots.every((name) => has.includes(name))) {
    refuse(
      `the state's ${kind} remembers ${listed(has)}`,
      `this trainer's remembers ${listed(slots)}: go on with the options that the state was made with`,
    );
  }
}
