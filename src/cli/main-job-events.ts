// What the main job tells of itself, for whoever draws it.

/** The two networks, in the order in which they are trained and shown. */
export const NETWORKS = ["without dropout", "with dropout"] as const;

export type NetworkName = (typeof NETWORKS)[number];

export interface MainJobStart {
  readonly event: "start";
  readonly data: string;
  readonly rows: number;
  readonly testRows: number;
  readonly units: readonly number[];
  /** Rates of the network with dropout. */
  readonly dropout: number;
  readonly inputDropout: number;
  readonly epochs: number;
  readonly seed: number;
}

export interface MainJobProgress {
  readonly event: "progress";
  readonly network: NetworkName;
  readonly epoch: number;
  readonly epochs: number;
  readonly batch: number;
  readonly batches: number;
  readonly loss: number;
  readonly examplesPerSecond: number;
  /** Of both networks together. */
  readonly secondsLeft: number;
}

export interface MainJobEpoch {
  readonly event: "epoch";
  readonly network: NetworkName;
  readonly epoch: number;
  readonly epochs: number;
  /** Over the training images, with dropout where there is any. */
  readonly loss: number;
  readonly testLoss: number;
  readonly testError: number;
  readonly seconds: number;
}

/** What became of one network. Errors are with nothing asleep. */
export interface NetworkResult {
  readonly network: NetworkName;
  readonly trainingError: number;
  /** Of the last epoch, and of every epoch. */
  readonly testError: number;
  readonly testErrors: readonly number[];
  /** testError - trainingError. */
  readonly gap: number;
  /** Share of the multiply-adds of the last epoch that were left out because a factor was zero. */
  readonly skipped: number;
  /** Of training alone. */
  readonly seconds: number;
  readonly weightsHash: string;
}

export interface MainJobEnd {
  readonly event: "done";
  readonly data: string;
  readonly epochs: number;
  /** With dropout. */
  readonly testError: number;
  readonly networks: readonly NetworkResult[];
  readonly testRows: number;
  readonly measuredRows: number;
  readonly seconds: number;
}

export type MainJobEvent = MainJobStart | MainJobProgress | MainJobEpoch;
