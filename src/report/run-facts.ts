import type { ColumnKind } from "../tables/column-types.ts";
import type { Preparation } from "../tables/preparation.ts";
import type { ColumnImportance } from "./permutation-importance.ts";

/** What a network was to learn. */
export type ReportTask =
  | { readonly kind: "classification"; readonly target: string; readonly classes: readonly string[] }
  | { readonly kind: "regression"; readonly target: string };

/** An epoch as a run's metrics have it; held are the rows that it was measured on with nothing asleep. Errors are shares. */
export interface ReportEpoch {
  readonly epoch: number;
  readonly loss: number;
  readonly error?: number | undefined;
  readonly heldLoss?: number | undefined;
  readonly heldError?: number | undefined;
  /** Share of multiply-adds skipped. */
  readonly skipped: number;
  /** Mean rate of the hidden layers' dropout in the epoch's last step. */
  readonly rate?: number | undefined;
}

/** Rows that the network was not trained on, and what it predicts of them with nothing asleep. */
export type Measured = { readonly set: SetName; readonly rows: number } & (
  | {
      readonly kind: "classification";
      readonly targets: Int32Array;
      /** Before the softmax and behind it, a column per class. */
      readonly logits: MeasuredTable;
      readonly probabilities: MeasuredTable;
    }
  /** In the target's own units. */
  | { readonly kind: "regression"; readonly targets: Float64Array; readonly predictions: Float64Array }
);

export type SetName = "test" | "validation";

export interface MeasuredTable {
  readonly data: ArrayLike<number>;
  readonly shape: readonly number[];
}

/** Losses of an epoch: in training, and on the rows held out, where there are any. */
export interface MemberEpoch {
  readonly epoch: number;
  readonly loss: number | undefined;
  readonly heldLoss: number | undefined;
}

/** A network of an ensemble. */
export interface ReportMember {
  readonly epochs: number;
  readonly bestEpoch: number;
  /** Epochs of the first training: all, or of many some. */
  readonly curve: readonly MemberEpoch[];
  /** What it is worth alone: its share of errors, or the root of its mean squared error in the target's own units. */
  readonly alone?: number | undefined;
}

/** The networks of an ensemble, and the set that each was measured on alone. */
export interface ReportMembers {
  readonly all: readonly ReportMember[];
  readonly set: SetName;
  /** Where each was trained again, on how many rows. */
  readonly refitRows?: number | undefined;
}

/** Everything that a report tells of a run: plain values, from which the page is a pure function. */
export interface RunFacts {
  /** The data's name, and the version of drowse. */
  readonly data: string;
  readonly version: string;
  readonly task: ReportTask;
  /** `rows` or `images`. */
  readonly things: "rows" | "images";
  readonly counts: { readonly training: number; readonly validation: number; readonly test: number };
  readonly network: {
    readonly units: readonly number[];
    readonly parameters: number;
    readonly activation: string;
    readonly dropout: number;
    readonly inputDropout: number;
  };
  /** Of an ensemble none: it has members. */
  readonly epochs: readonly ReportEpoch[];
  readonly members?: ReportMembers | undefined;
  /** The set of `heldLoss` and `heldError`. */
  readonly held: SetName;
  /** Epochs that were allowed, the one whose weights were kept, and why the run ended. */
  readonly mostEpochs: number;
  readonly bestEpoch?: number | undefined;
  readonly reason: string;
  /** Where the model was trained again after that, the rows held out among those to train on: how many these are, and its epochs. */
  readonly refit?: { readonly rows: number; readonly epochs: number } | undefined;
  readonly seconds: number;
  readonly weightsHash: string;
  readonly measured?: Measured | undefined;
  /** Of the classes, how many rows there are to train on. */
  readonly classCounts?: readonly number[] | undefined;
  readonly importance?: ReportImportance | undefined;
  readonly columns?: { readonly preparation: Preparation; readonly kinds: readonly ColumnKind[] } | undefined;
  /** Whether the rates of dropout moved over the run. */
  readonly rateMoves?: boolean;
  /** The command line that repeats the run. */
  readonly command: string;
}

/** Permutation importance, and on what it was measured. */
export interface ReportImportance {
  readonly set: SetName;
  readonly rows: number;
  readonly repeats: number;
  readonly loss: number;
  readonly columns: readonly ColumnImportance[];
}
