import { type KeptHistory, keptHistory } from "../formats/kept-history.ts";
import { saveModel } from "../formats/model-file.ts";
import { weightsHash } from "../formats/weights-hash.ts";
import type { Model } from "../model/model.ts";
import { checkSeed } from "../random/streams.ts";
import { splitTable, type TableSplit } from "../tables/split-table.ts";
import { saveTableModel } from "../tables/table-model.ts";
import { DrowseError } from "../tensor/errors.ts";
import type { Configuration } from "./configuration.ts";
import { derivedSeed } from "./resampling.ts";
import { type Trained, train } from "./trial.ts";
import { labelledRows, type PreparedData, prepareFor, type TrialData } from "./trial-data.ts";

// A member of an ensemble: one of several networks that differ in their seeds alone, and so in first weights, masks and the order of the
// rows (Lakshminarayanan, Pritzel and Blundell 2017). All of them learn from the same rows.

/** The training of a member. Beside the data that is all that decides its result. */
export interface MemberRequest {
  /** Which member, from 1. */
  readonly member: number;
  readonly configuration: Configuration;
  /** Shares of the rows that say when to stop, and that are kept to test on: from 0 to below 1. */
  readonly validation: number;
  readonly test: number;
  /** Whether it is trained again, on all rows but those to test on, for as many epochs as the best had. */
  readonly refit: boolean;
  /** Of the ensemble: the rows are split by it, and the members' seeds are made of it. */
  readonly seed: number;
}

/** What came of a member. The same request on the same data gives the same result on any machine, but for the seconds. */
export interface MemberResult {
  readonly member: number;
  /** The member's own: see {@link memberSeed}. */
  readonly seed: number;
  /** Finished epochs of the first training, and the best of them. */
  readonly epochs: number;
  readonly bestEpoch: number;
  /** Loss in the best epoch on the rows that say when to stop, with nothing asleep; undefined: there were none. */
  readonly validationLoss?: number | undefined;
  /** Rows that the second training learned from; undefined: there was none. */
  readonly refitRows?: number | undefined;
  readonly weightsHash: string;
  /**
   * The network as the bytes of a file, with what makes its inputs of a table and how its epochs went: `loadTableModel` and
   * `loadHistory` read it.
   */
  readonly model: Uint8Array;
  readonly seconds: number;
}

/**
 * The seed of a member: that of the ensemble for member 1, which is therefore the network that is trained without the others, and for
 * member i from 2 on the one that belongs to the name `ensemble/member/<i>` under it. It does not depend on how many members there are.
 * @throws {DrowseError} on a seed or a member that is none.
 * @example
 * memberSeed(1, 1);   // 1
 */
export function memberSeed(seed: number, member: number): number {
  checkSeed("memberSeed", seed);
  if (!Number.isInteger(member) || member < 1) {
    throw new DrowseError("memberSeed", `the member is ${member}`, "give a whole number from 1 on");
  }
  return member === 1 ? seed : derivedSeed(seed, `ensemble/member/${member}`);
}

/**
 * Trains a member of an ensemble: a pure function of the data and the request.
 * @param threads - for the training; default 0, the calling thread.
 * @throws {DrowseError} on data that cannot be learned from, and where the training diverges.
 */
export async function trainMember(data: TrialData, request: MemberRequest, threads = 0): Promise<MemberResult> {
  const begun = performance.now();
  const { member, configuration, validation, test } = request;
  const seed = memberSeed(request.seed, member);
  const split = splitTable(labelledRows(data), { validation, test, seed: request.seed });
  const prepared = prepareFor(data, split.training);
  const rows = { training: split.training, stopping: split.validation };
  const first = trained(member, await train(configuration, prepared, { rows, seed, threads }));
  const { epochs, bestEpoch } = first;
  const again = isTrainedAgain(request) ? await trainAgain(data, request, split, { seed, threads, ...first }) : undefined;
  const { model, preparation } = again ?? { model: first.model, preparation: prepared.preparation };
  const validationLoss = first.history.stoppingLoss[bestEpoch - 1];
  const best = validationLoss === undefined || configuration.patience === "none" ? undefined : bestEpoch;
  const history = [
    ...kept(first, { phase: "first", bestEpoch: best }),
    ...(again ? kept(again.trained, { phase: "refit" }) : []),
  ];
  return {
    ...{ member, seed, epochs, bestEpoch },
    ...(validationLoss === undefined ? {} : { validationLoss }),
    ...(again ? { refitRows: again.rows } : {}),
    weightsHash: await weightsHash(model.weights),
    model: preparation ? saveTableModel(model, preparation, { history }) : saveModel(model, { history }),
    seconds: (performance.now() - begun) / 1000,
  };
}

/** Whether members are trained a second time: where rows were held out to find for how long. */
export const isTrainedAgain = ({ refit, validation, configuration: { patience } }: Omit<MemberRequest, "member" | "seed">) =>
  refit && validation > 0 && patience !== "none";

/** What the second training has of the first. */
interface Again extends Pick<Trained, "bestEpoch" | "factors"> {
  readonly seed: number;
  readonly threads: number;
}

/** From the same first weights, on all rows but those to test on, which the inputs are made by as well. */
async function trainAgain(
  data: TrialData,
  { member, configuration }: MemberRequest,
  { training, validation }: TableSplit,
  { seed, threads, bestEpoch, factors }: Again,
): Promise<{ rows: number; preparation: PreparedData["preparation"]; model: Model; trained: Trained }> {
  const all = Uint32Array.from([...training, ...validation]).sort();
  const prepared = prepareFor(data, all);
  const rows = { training: all, stopping: new Uint32Array(0) };
  const again = trained(member, await train(configuration, prepared, { rows, seed, threads, epochs: bestEpoch, factors }));
  return { rows: all.length, preparation: prepared.preparation, model: again.model, trained: again };
}

/** What the file keeps of a training. */
function kept(
  { history: { loss, stoppingLoss } }: Trained,
  of: Pick<KeptHistory, "phase" | "bestEpoch">,
): readonly KeptHistory[] {
  const columns = { loss, ...(stoppingLoss.length > 0 ? { validationLoss: stoppingLoss } : {}) };
  const training = keptHistory("trainMember", columns, of);
  return training ? [training] : [];
}

/** @throws {DrowseError} where the training diverged: there is no ensemble without the member. */
function trained(member: number, result: Trained): Trained {
  if (result.failure === undefined) return result;
  throw new DrowseError("ensemble", `member ${member} diverged: ${result.failure}`, "lower the learning rate");
}
