import type { TaskKind } from "../tables/table-task.ts";

/**
 * What `drowse train` takes for a table where its user says nothing: a small network, and as many epochs as help; dropout by
 * {@link tableDropout}, rows of a step by {@link tableBatchSize}. A setting that is given is taken as it is given.
 */
export const tableDefaults = {
  hidden: [128, 128] as readonly number[],
  inputDropout: 0,
  optimizer: "adamW",
  schedule: "constant",
  maxNorm: "none",
  epochs: 200,
  validation: 0.15,
  earlyStopping: 20,
  /** Share of the rows to test on. */
  test: 0.15,
  /** Whether it is trained again on all rows but those to test on. */
  refit: true,
} as const;

/** From how many rows on there is less to be learned by heart, and a network is trained sooner that drops less. */
const MANY_ROWS = 20_000;

/**
 * The rate of the hidden layers: the paper's half for classes, which on small tables makes fewer mistakes than less; a fifth for numbers, whose
 * smooth functions noise bends, and where there are many rows.
 */
export const tableDropout = (task: TaskKind, rows: number) => (task === "classification" && rows < MANY_ROWS ? 0.5 : 0.2);

/** Rows of a step: few where there are few rows, so that an epoch has steps enough. */
export const tableBatchSize = (rows: number) => (rows < 5000 ? 32 : rows < 50_000 ? 128 : 256);
