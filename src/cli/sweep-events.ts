import type { Confirmation } from "../study/choice.ts";
import type { Importance } from "../study/importance.ts";
import type { SweepRequest, SweptTrial } from "../study/sweep.ts";
import type { TableTask } from "../tables/table-task.ts";

/** Before the first trial. */
export interface SweepStart {
  readonly event: "start";
  readonly data: string;
  readonly dataHash: string;
  readonly task: TableTask;
  readonly request: SweepRequest;
  /** Trainings at once: threads of this machine, or of the workers of the queue. */
  readonly workers: number;
  /** The queue, without what is secret in its address; left out: this machine. */
  readonly queue?: string;
  /** Trials and trainings that the journal knows already. */
  readonly known: { readonly trials: number; readonly folds: number };
  readonly out: string;
}

/** A trial in the last event: with the hash of its trainings, which is that of the hashes of their weights in the order of the folds. */
export interface ToldTrial {
  readonly trial: number;
  readonly value: number;
  readonly standardError?: number | undefined;
  readonly parameters: SweptTrial["parameters"];
  readonly configuration: SweptTrial["configuration"];
  readonly weightsHash: string;
}

/** How a sweep ended. */
export interface SweepEnd {
  readonly event: "done";
  readonly trials: number;
  readonly complete: number;
  readonly pruned: number;
  readonly failed: number;
  readonly best: ToldTrial;
  /** The simplest within one standard error of the best. */
  readonly simplest: ToldTrial;
  /** The best beside the same with nothing asleep, on other folds; left out where it has no dropout. */
  readonly withoutDropout?: Confirmation["difference"] | undefined;
  readonly importances: readonly Importance[];
  /** With --train-best: the model that has learned from all rows. */
  readonly model?: { readonly epochs: number; readonly weightsHash: string };
  readonly out: string;
  readonly seconds: number;
}
