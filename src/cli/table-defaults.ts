/**
 * What `drowse train` takes for a table where its user says nothing: a small network with some dropout, and as many epochs as help.
 * A setting that is given is taken as it is given.
 */
export const tableDefaults = {
  hidden: [128, 128] as readonly number[],
  dropout: 0.2,
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

/** Rows of a step: few where there are few rows, so that an epoch has steps enough. */
export const tableBatchSize = (rows: number) => (rows < 5000 ? 32 : rows < 50_000 ? 128 : 256);
