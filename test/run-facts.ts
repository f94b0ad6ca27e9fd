import type { ReportEpoch, RunFacts } from "../src/report/run-facts.ts";
import { withTemperature } from "../src/uncertainty/temperature.ts";
import { Draws } from "./draws.ts";

// Runs for tests of reports, without a training.

interface ClassOptions {
  readonly classes?: readonly string[];
  readonly column?: string;
  readonly data?: string;
  readonly target?: string;
  readonly rows?: number;
  /** Factor of the logits: how sure the network is. */
  readonly sure?: number;
  readonly rate?: (epoch: number) => number;
}

const EPOCHS = 40;

/** A run that has got better until epoch 20, and then worse. */
export const epochsOf = (rate: (epoch: number) => number = () => 0.2): ReportEpoch[] =>
  Array.from({ length: EPOCHS }, (_, index) => ({
    epoch: index + 1,
    loss: 1 / (index + 2),
    error: 0.5 / (index + 2),
    heldLoss: 0.2 + ((index - 19) / 50) ** 2,
    heldError: 0.1 + Math.abs(index - 19) / 400,
    skipped: 0.4 + index / 400,
    rate: rate(index + 1),
  }));

const common = {
  version: "1.2.3",
  things: "rows",
  counts: { training: 700, validation: 150, test: 150 },
  network: { units: [3, 16, 16, 2], parameters: 370, activation: "relu", dropout: 0.2, inputDropout: 0 },
  held: "validation",
  mostEpochs: 200,
  bestEpoch: 20,
  reason: "patience",
  seconds: 1.5,
  weightsHash: "ab".repeat(32),
  command: "drowse train data.csv --dropout 0.3",
} as const;

function columnsOf(name: string, target: RunFacts["task"]): Pick<RunFacts, "columns" | "importance"> {
  const inputs = [
    { name, type: "number", mean: 5, deviation: 2, fill: 4, indicator: true },
    { name: `${name} colour`, type: "category", levels: ["red", name], fill: 0, indicator: false },
    { name: `${name} words`, type: "vector", mean: [1, 2], deviation: [1, 1], indicator: false },
  ] as const;
  const ignored = [{ name: `${name} id`, reason: "it counts the rows" }];
  const reading = { header: true, decimal: ".", missing: [""] } as const;
  const prepared =
    target.kind === "classification"
      ? ({ name: target.target, task: target.kind, classes: target.classes } as const)
      : ({ name: target.target, task: target.kind, mean: 0, deviation: 1 } as const);
  const columns = inputs.map((input, index) => ({ name: input.name, rise: 0.3 - index / 5, error: 0.05 }));
  return {
    columns: { preparation: { inputs, ignored, reading, target: prepared }, kinds: [{ name, type: "number", missing: 12 }] },
    importance: { set: "test", rows: 150, repeats: 5, loss: 0.3, columns },
  };
}

/** A run on classes. */
export function classFacts(options: ClassOptions = {}): RunFacts {
  const { classes = ["no", "yes"], column = "size", data = "data.csv", target = "kind", rows = 150, sure = 1, rate } = options;
  const draws = new Draws(7);
  const K = classes.length;
  const targets = Int32Array.from({ length: rows }, (_, row) => (row % 4 === 0 ? (row / 4) % K : 0));
  const shape = [rows, K];
  const logits = {
    shape,
    data: Float32Array.from({ length: rows * K }, (_, i) => {
      const isTarget = i % K === targets[Math.floor(i / K)];
      return sure * ((isTarget ? 1.5 : 0) + 2 * draws.unit());
    }),
  };
  const task = { kind: "classification", target, classes } as const;
  return {
    ...common,
    data,
    task,
    epochs: epochsOf(rate),
    rateMoves: rate !== undefined,
    measured: { kind: "classification", set: "test", rows, targets, logits, probabilities: withTemperature(logits, 1) },
    classCounts: classes.map((_, index) => (index === 0 ? 600 : 100)),
    ...columnsOf(column, task),
  };
}

/** A run on numbers. */
export function numberFacts(): RunFacts {
  const draws = new Draws(8);
  const targets = Float64Array.from({ length: 150 }, () => 100 * draws.unit());
  const predictions = targets.map((value) => value + 10 * (draws.unit() - 0.5));
  const task = { kind: "regression", target: "price" } as const;
  return {
    ...common,
    data: "prices.csv",
    task,
    epochs: epochsOf().map(({ error: _, heldError: __, ...rest }) => rest),
    measured: { kind: "regression", set: "test", rows: 150, targets, predictions },
    ...columnsOf("size", task),
  };
}
