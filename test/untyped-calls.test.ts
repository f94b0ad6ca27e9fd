import {
  type BatchSource,
  classMeasures,
  DrowseError,
  dense,
  f1,
  loadFitState,
  loadModel,
  precision,
  readIdx,
  recall,
  relu,
  saveFitState,
  saveModel,
  sequential,
  sgd,
  type Trainer,
  takeRows,
  topKAccuracy,
} from "drowse";
import { describe, expect, it } from "vitest";
import { maskOfRow } from "../src/random/mask.ts";
import { classes } from "./tasks.ts";

// What a caller without types may give, and the compiler would have refused: never another error than a DrowseError,
// and never a value that is quietly taken for something else.

const data = classes({ rows: 20 });
const good = { loss: "crossEntropy", optimizer: sgd({ learningRate: 0.1 }) } as const;
const build = () => sequential({ input: [8], seed: 1 }, [dense(6), relu(), dense(3)]);
const given = (value: unknown) => value as never;
const fitted = (changes: object) => build().fit(data, given({ ...good, ...changes }));
const source: BatchSource = {
  ...{ count: 20, inputShape: [8], inputType: "f32", inputScale: 1, targetType: "classes", targetSize: 1 },
  gather: (_, { x, y }) => {
    x.fill(0);
    y?.fill(0);
  },
};

function endless(): unknown[] {
  const rows: unknown[] = [];
  rows.push(rows);
  return rows;
}

async function withTrainer(use: (trainer: Trainer) => unknown): Promise<void> {
  const trainer = await build().trainer(data, good);
  try {
    await use(trainer);
  } finally {
    trainer.close();
  }
}

const huge = () => {
  const model = sequential({ input: [1], seed: 1 }, [dense(2, { initializer: [3e38, 3e38] })]);
  return model.predict([[0], [1], [1e38]]);
};

const cases: readonly (readonly [name: string, message: string, call: () => unknown])[] = [
  ["saveModel(nothing)", "saveModel: the model is undefined; give a model", () => saveModel(given(undefined))],
  ["saveModel(weights)", "saveModel: the model is an object with dense1; give a model", () => saveModel(given({ dense1: [1] }))],
  ["loadModel(a promise)", "the file is an object with no keys; give its bytes", () => loadModel(given(Promise.resolve()))],
  ["saveFitState(nothing)", "saveFitState: the state is undefined; give one that fit gave", () => saveFitState(given(undefined))],
  ["saveFitState(a model)", "saveFitState: the state is an object with", () => saveFitState(given(build()))],
  ["loadFitState(nothing)", "the file is undefined; give its bytes", () => loadFitState(given(undefined))],
  ["loadFitState(numbers)", "the file is [1, 2, 3, 4, 5]; give its bytes", () => loadFitState(given([1, 2, 3, 4, 5]))],
  ["f1(null)", "f1: the options are null; give an object with average", () => f1([1], [1], given(null))],
  ["precision(macro)", 'precision: the options are "macro"', () => precision([1], [1], given("macro"))],
  ["recall(averages)", 'recall: unknown option "averages"', () => recall([1], [1], given({ averages: "macro" }))],
  [
    "classMeasures(average)",
    'classMeasures: unknown option "average"',
    () => classMeasures([1], [1], given({ average: "macro" })),
  ],
  ["topKAccuracy(nothing)", "topKAccuracy: the options are undefined", () => topKAccuracy([1], [[0, 1]], given(undefined))],
  ["readIdx(nothing)", "readIdx: the data is undefined; give", () => readIdx(given(undefined))],
  [
    "takeRows(nothing)",
    "takeRows: the source is undefined; give a source of batches",
    () => takeRows(given(undefined), new Uint32Array()),
  ],
  [
    "takeRows(arrays)",
    "takeRows: the source is an object with x, y; give a source",
    () => takeRows(given(data), new Uint32Array()),
  ],
  ["takeRows(source)", "takeRows: the rows are undefined; give a Uint32Array", () => takeRows(source, given(undefined))],
  ["takeRows(source, numbers)", "takeRows: the rows are [1, 2.5]; give a Uint32Array", () => takeRows(source, given([1, 2.5]))],
  [
    "takeRows(source, rows beyond)",
    "takeRows: a row is 20; give indices from 0 to 19",
    () => takeRows(source, Uint32Array.of(19, 20)),
  ],
  ["maskOfRow(rate NaN)", "maskOfRow: the rate is NaN; give a number from 0 to 1", () => maskOfRow([1, 2], Number.NaN, 4, row)],
  ["maskOfRow(rate 2)", "maskOfRow: the rate is 2; give a number from 0 to 1", () => maskOfRow([1, 2], 2, 4, row)],
  ["maskOfRow(-1 units)", "maskOfRow: the units are -1; give a whole number", () => maskOfRow([1, 2], 0.5, -1, row)],
  [
    "setWeights(nothing)",
    "setWeights: the weights are undefined; give numbers by name",
    () => build().setWeights(given(undefined)),
  ],
  [
    "setWeights(a number)",
    "setWeights: dense1.bias: the numbers are 3; give",
    () => build().setWeights({ "dense1.bias": given(3) }),
  ],
  [
    "setWeights(null)",
    "setWeights: dense1.bias: the numbers are null; give",
    () => build().setWeights({ "dense1.bias": given(null) }),
  ],
  [
    "setWeights(digits)",
    'setWeights: dense1.bias: the numbers are "123456"',
    () => build().setWeights({ "dense1.bias": given("123456") }),
  ],
  [
    "setWeights(texts)",
    'setWeights: dense2.bias: a value is "2"',
    () => build().setWeights({ "dense2.bias": given([1, "2", 3]) }),
  ],
  ["fit(signal)", 'fit: the signal is "stop"; give an AbortSignal', () => fitted({ signal: "stop" })],
  ["fit(onEvent)", 'fit: onEvent is "log"; give a function', () => fitted({ onEvent: "log" })],
  ["fit(validation null)", "fit: validation: the data is null; give { x, y }", () => fitted({ validation: null })],
  ["fit(validation 2)", "fit: validation is 2; give a share above 0 and below 1", () => fitted({ validation: 2 })],
  ["fit(metrics)", 'fit: metrics is "f1"; give an array of names', () => fitted({ metrics: "f1" })],
  ["fit(metrics of numbers)", "fit: the metric is 5; the metrics are", () => fitted({ metrics: [5], validation: 0.5 })],
  ["fit(shuffle)", "fit: shuffle is 0; give true or false", () => fitted({ shuffle: 0 })],
  ["fit(onEpoch)", "fit: onEpoch is true; give a function", () => fitted({ onEpoch: true })],
  ["fit(earlyStopping)", "earlyStopping: the options are 5; give an object", () => fitted({ earlyStopping: 5, validation: 0.5 })],
  [
    "fit(reduceLearningRateOnPlateau)",
    "reduceLearningRateOnPlateau: the options are true; give an object",
    () => fitted({ reduceLearningRateOnPlateau: true }),
  ],
  ["fit(earlyStopping null)", "earlyStopping: the options are null", () => fitted({ earlyStopping: null, validation: 0.5 })],
  [
    "fit(reduceLearningRateOnPlateau false)",
    "reduceLearningRateOnPlateau: the options are false",
    () => fitted({ reduceLearningRateOnPlateau: false }),
  ],
  ["fit(checkpoint 0)", "checkpoint: the options are 0", () => fitted({ checkpoint: 0 })],
  ["fit(validation false)", "fit: validation: the data is false; give { x, y }", () => fitted({ validation: false })],
  ["fit(a loss of the caller's)", "fit: the loss is an object with kind; give", () => fitted({ loss: { kind: "crossEntropy" } })],
  ["fit(loss null)", "fit: the loss is null; give", () => fitted({ loss: null })],
  [
    "evaluate(signal)",
    "evaluate: the signal is 5; give an AbortSignal",
    () => build().evaluate(data, { loss: "crossEntropy", signal: given(5) }),
  ],
  ["predict(signal)", "predict: the signal is true; give an AbortSignal", () => build().predict(data.x, { signal: given(true) })],
  [
    "predict(an array in itself)",
    "predict: x: the numbers are nested more than 32 deep",
    () => build().predict(given(endless())),
  ],
  [
    "predict(a big integer)",
    "predict: x: a value is 8n; give numbers only",
    () => build().predict(given([[1, 2, 3, 4, 5, 6, 7, 8n]])),
  ],
  ["predict(nothing)", "predict: x: the numbers are undefined; give", () => build().predict(given(undefined))],
  ["predict(beyond single precision)", "predict: the output is Infinity in row 2; scale the inputs", huge],
  ["evaluate(null)", "evaluate: the options are null; give an object", () => build().evaluate(data, given(null))],
  [
    "run(null)",
    "run: the options are null; give an object with onSteps, signal",
    () => withTrainer((trainer) => trainer.run(1, given(null))),
  ],
  ["run(unknown)", 'run: unknown option "epochs"', () => withTrainer((trainer) => trainer.run(1, given({ epochs: 2 })))],
  ["run(onSteps)", "run: onSteps is 1; give a function", () => withTrainer((trainer) => trainer.run(1, { onSteps: given(1) }))],
  [
    "run(signal)",
    "run: the signal is an object with",
    () => withTrainer((trainer) => trainer.run(1, { signal: given(new AbortController()) })),
  ],
  [
    "trainer.evaluate(signal)",
    "evaluate: the signal is 1",
    () => withTrainer((trainer) => trainer.evaluate(data, { signal: given(1) })),
  ],
  ["trainer.evaluate(options)", "evaluate: the options are 1", () => withTrainer((trainer) => trainer.evaluate(data, given(1)))],
  [
    "setRate(nothing)",
    'setRate: there is no layer "undefined"; the model has no dropout layer',
    () => withTrainer((trainer) => trainer.setRate(given(undefined), 0.5)),
  ],
  [
    "learningRateFactor",
    'trainer: learningRateFactor is "0.5"; give a number above 0',
    () =>
      withTrainer((trainer) => {
        trainer.learningRateFactor = given("0.5");
      }),
  ],
  [
    "trainer.evaluate(nothing)",
    "evaluate: the data is undefined",
    () => withTrainer((trainer) => trainer.evaluate(given(undefined))),
  ],
  [
    "restore(nothing)",
    "restore: the state has version undefined",
    () => withTrainer((trainer) => trainer.restore(given(undefined))),
  ],
];
const row = { row: 0, pass: 0, stream: 0 };

describe("a call that no type allows is refused in words", () => {
  it.each(cases)("%s", async (_, message, call) => {
    let thrown: unknown;
    try {
      await call();
    } catch (error) {
      thrown = error;
    }
    expect(thrown).toBeInstanceOf(DrowseError);
    expect((thrown as Error).message).toContain(message);
  });
});
