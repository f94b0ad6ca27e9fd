import { GENERATOR } from "../random/philox.ts";
import { DrowseError, show } from "../tensor/errors.ts";
import { sizeOf } from "../tensor/shape.ts";
import { graphParameters } from "./graph.ts";
import type { Network } from "./network.ts";

/** Everything that training goes on from: plain values and numbers by parameter name. */
export interface TrainerState {
  readonly version: 1;
  readonly generator: string;
  readonly seed: number;
  readonly rows: number;
  readonly batchSize: number;
  /** Steps done; finished passes; batches done in the current pass. */
  readonly step: number;
  readonly pass: number;
  readonly batch: number;
  /** Sums over the batches of the current pass. */
  readonly lossSum: number;
  readonly right: number;
  readonly values: Readonly<Record<string, Float32Array>>;
  readonly velocities: Readonly<Record<string, Float32Array>>;
}

/** What a state must fit. */
interface StateRequest {
  readonly model: Network;
  readonly rows: number;
  readonly batchSize: number;
  readonly stepsPerEpoch: number;
}

/**
 * Checks that a trainer can go on from a state.
 * @throws {DrowseError} on a state of another version, model, data or batch size, or one that is damaged.
 */
export function checkState(trainer: StateRequest, state: TrainerState): void {
  const refuse = (received: string, remedy: string): never => {
    throw new DrowseError("restore", received, remedy);
  };
  const { model } = trainer;
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
  for (const { name, specification } of graphParameters(model.graph)) {
    for (const part of [state.values, state.velocities]) {
      const length = part?.[name]?.length;
      const wants = sizeOf(specification.shape);
      if (length !== wants)
        refuse(`the state has ${length ?? "no"} numbers for ${name}`, `give a state of this model, with ${wants}`);
    }
  }
}
