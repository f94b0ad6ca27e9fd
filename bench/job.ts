/** What a contestant is asked to do over and over: it is handed to its process as JSON. */
export type Job = TrainJob | PredictJob | ProductJob | PeakJob | TrainingsJob;

/** A network of dense layers with rectifiers between them, and rows for it. */
export interface NetworkJob {
  /** Inputs, hidden layers, outputs. */
  readonly layers: readonly number[];
  /** Rates of dropout at the input and after each hidden layer; 0: there is no dropout layer. */
  readonly rates: readonly number[];
  /** Whether all rows of a batch have one mask: this engine only. */
  readonly shared?: true;
  readonly loss: "crossEntropy" | "meanSquaredError";
  readonly batch: number;
  readonly threads: number;
  readonly data: DataFiles;
  /** A file of weights to begin with: of each dense layer its weight [outputs, inputs] and its bias, single precision. */
  readonly weights?: string;
}

/** Rows in files, so that all contestants are given the same ones: `x` is single precision, `y` class indices or numbers. */
export interface DataFiles {
  readonly rows: number;
  readonly x: string;
  readonly y: string;
}

/** A unit is one training step by stochastic gradient descent with momentum. */
export interface TrainJob extends NetworkJob {
  readonly task: "train";
  readonly learningRate: number;
  readonly momentum: number;
}

/** A unit is the prediction of one batch. */
export interface PredictJob extends NetworkJob {
  readonly task: "predict";
}

/** A unit is one product of two square matrices without zeros. */
export interface ProductJob {
  readonly task: "product";
  readonly size: number;
  readonly threads: number;
}

/** A unit is PEAK_FLOPS multiplies and adds of vectors, independent of each other, in registers. */
export interface PeakJob {
  readonly task: "peak";
  readonly threads: number;
}

/** A unit is so many whole trainings of a table of 1,000 rows, given out at once as a sweep gives them. */
export interface TrainingsJob {
  readonly task: "trainings";
  /** Processes that take them from a queue; 0: threads of the contestant itself. */
  readonly workers: number;
  /** Units of the hidden layers. */
  readonly hidden: readonly number[];
  readonly epochs: number;
  readonly trainings: number;
  readonly threads: number;
}

/** Multiply-adds of one row in the forward pass. */
export function multiplyAdds(layers: readonly number[]): number {
  return layers.slice(1).reduce((sum, outputs, index) => sum + layers[index] * outputs, 0);
}

/**
 * Floating point operations of a training step in which nothing is left out: three products per dense layer, of which the
 * first needs no gradient of its input.
 */
export function stepFlops({ layers, batch }: Pick<NetworkJob, "layers" | "batch">): number {
  return 2 * batch * (3 * multiplyAdds(layers) - layers[0] * layers[1]);
}

export function productFlops(size: number): number {
  return 2 * size ** 3;
}
