import { checkNumber } from "../layers/options.ts";
import type { Preparation } from "../tables/preparation.ts";
import { loadTableModel } from "../tables/table-model.ts";
import { type Ensemble, ensemble } from "./ensemble.ts";
import type { Executor } from "./executor.ts";
import type { MemberRequest, MemberResult } from "./member.ts";

/** Most members of an ensemble. */
export const MOST_MEMBERS = 1000;

/** All that decides an ensemble beside its data. */
export interface EnsembleRequest extends Omit<MemberRequest, "member"> {
  /** How many, from 1 to 1000; the paper takes 5. */
  readonly members: number;
}

/** With what an ensemble is trained. */
export interface EnsembleMeans {
  readonly executor: Executor;
  /** Members that are trained already, by their numbers: they are not trained again. */
  readonly known?: ReadonlyMap<number, MemberResult>;
  readonly signal?: AbortSignal | undefined;
  /** Told of each member that was trained, and waited for: not of those that are known. */
  readonly onMember?: (result: MemberResult) => void | Promise<void>;
}

/** An ensemble, and what came of its members. */
export interface TrainedEnsemble {
  readonly ensemble: Ensemble;
  /** Of tables: what makes inputs of their columns. */
  readonly preparation: Preparation | undefined;
  /** By their numbers, from 1. */
  readonly results: readonly MemberResult[];
}

/**
 * Trains an ensemble: members of one configuration, on the same rows, that differ by their seeds (see {@link memberSeed}). The result is the
 * same whatever the executor, and member i the same however many there are.
 * @throws {DrowseError} on another number of members, on data that cannot be learned from, and where a member diverges.
 * @example
 * const executor = threadExecutor({ kind: "table", task });
 * const request = { configuration: configuration(), members: 5, validation: 0.15, test: 0.15, refit: true, seed: 1 };
 * const { ensemble } = await trainEnsemble(request, { executor });
 * await executor.close();
 */
export async function trainEnsemble(request: EnsembleRequest, means: EnsembleMeans): Promise<TrainedEnsemble> {
  const { members, ...common } = request;
  const { executor, known, signal, onMember } = means;
  const accepts = (value: number) => Number.isInteger(value) && value >= 1 && value <= MOST_MEMBERS;
  checkNumber("trainEnsemble", "members", members, accepts, `give a whole number from 1 to ${MOST_MEMBERS}`);
  signal?.throwIfAborted();
  const training = async (member: number): Promise<MemberResult> => {
    const before = known?.get(member);
    if (before) return before;
    const result = await executor.runMember({ ...common, member });
    signal?.throwIfAborted();
    await onMember?.(result);
    return result;
  };
  const all = Promise.all(Array.from({ length: members }, (_, index) => training(index + 1)));
  // What is lost to the signal has nobody who waits for it.
  all.catch(() => {});
  const results = await (signal ? Promise.race([all, aborted(signal)]) : all);
  const models = results.map(({ model }) => loadTableModel(model));
  return { ensemble: ensemble(models.map(({ model }) => model)), preparation: models[0].preparation, results };
}

/** Rejects when the signal aborts. */
function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener("abort", () => reject(signal.reason), { once: true });
  });
}
