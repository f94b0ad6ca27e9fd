import * as drowse from "drowse";
import { type BatchSource, type Data, DrowseError, type FitOptions, type Model } from "drowse";
import { describe, expect, it } from "vitest";
import { classes } from "./tasks.ts";

// A wrong call is refused in words: the operation, the value received, what to do. Each case shows what of the message
// it stands for; nothing is repaired, nothing is half done, and no other error leaves the library.

const { sequential, dense, relu, leakyRelu, elu, gelu, dropout, flatten, sgd, crossEntropy, takeRows } = drowse;

/** Anything at all, as an untyped caller may give it. */
const given = (value: unknown) => value as never;

const data = classes({ rows: 20 });
const optimizer = sgd({ learningRate: 0.1 });
const good: FitOptions = { loss: "crossEntropy", optimizer };
const build = (): Model => sequential({ input: [8], seed: 1 }, [dense(6), relu(), dropout({ rate: 0.5 }), dense(3)]);
const fitted = (changes: object, on: unknown = data) => build().fit(given(on), given({ ...good, ...changes }));
const ending = (...layers: drowse.Layer[]): Model => sequential({ input: [8], seed: 1 }, layers);
/** The rows with what is true or not of each. */
const truths = { x: data.x, y: Float32Array.from(data.y, (label) => (label === 0 ? 0 : 1)) };
const numbers = (count: number, value = 0.5) => new Float32Array(count).fill(value);

/** A source over the good data, with something about it changed. */
function source(changes: object = {}): BatchSource {
  return {
    ...{ count: 20, inputShape: [8], inputType: "f32", inputScale: 1, targetType: "classes", targetSize: 1 },
    gather(rows, { x, y }) {
      for (const [i, row] of rows.entries()) {
        x.set(data.x.subarray(row * 8, row * 8 + 8), i * 8);
        if (y) y[i] = data.y[row];
      }
    },
    ...changes,
  } as BatchSource;
}
/** A source whose row 7 holds these. */
const spoiled = ({ input, target }: { input?: number; target?: number }) =>
  source({
    gather(rows: Uint32Array, { x, y }: { x: Float32Array; y?: Int32Array }) {
      x.fill(0);
      y?.fill(0);
      const at = rows.indexOf(7);
      if (at >= 0 && input !== undefined) x[at * 8 + 2] = input;
      if (at >= 0 && target !== undefined && y) y[at] = target;
    },
  });

type Case = readonly [operation: string, received: string, remedy: string, call: () => unknown];

const cases: Record<string, readonly Case[]> = {
  "dropout's rate": [
    ["dropout", "no rate is given", "give { rate } (the probability to drop a unit) or { keep }", () => dropout({})],
    ["dropout", "both rate 0.5 and keep 0.5 are given", "give one of them", () => dropout({ rate: 0.5, keep: 0.5 })],
    ["dropout", "rate is -0.1", "from 0 (drop nothing) to 1 (drop everything)", () => dropout({ rate: -0.1 })],
    ["dropout", "rate is 1.5", "from 0 (drop nothing) to 1 (drop everything)", () => dropout({ rate: 1.5 })],
    ["dropout", "rate is NaN", "give a number", () => dropout({ rate: Number.NaN })],
    ["dropout", "rate is Infinity", "give a number", () => dropout({ rate: Number.POSITIVE_INFINITY })],
    ["dropout", 'rate is "0.5"', "give a number", () => dropout({ rate: given("0.5") })],
    ["dropout", "rate is null", "give a number", () => dropout({ rate: given(null) })],
    ["dropout", "keep is 2", "from 0 (drop everything) to 1 (drop nothing)", () => dropout({ keep: 2 })],
    ["dropout", "keep is NaN", "give a number", () => dropout({ keep: Number.NaN })],
    ["dropout", "the options are undefined", "give an object with rate, keep", () => dropout(given(undefined))],
    ["dropout", "the options are 0.5", "give an object with rate, keep", () => dropout(given(0.5))],
    ["dropout", 'scaling is "none"', 'give "inverted" or "standard"', () => dropout({ rate: 0.5, scaling: given("none") })],
  ],
  layers: [
    [
      "dropout",
      'unknown option "p"',
      "the options are rate, keep, scaling, sharedAcross, name",
      () => dropout(given({ p: 0.5 })),
    ],
    ["dense", 'unknown option "activation"', "bias, initializer, gain, name", () => dense(3, given({ activation: "relu" }))],
    ["relu", 'unknown option "alpha"', "the options are name", () => relu(given({ alpha: 0.1 }))],
    [
      "relu",
      'unknown option "slope"',
      "slope is an option of leakyRelu; the options are name",
      () => relu(given({ slope: 0.1 })),
    ],
    ["elu", 'unknown option "slope"', "slope is an option of leakyRelu; the options are alpha", () => elu(given({ slope: 0.1 }))],
    [
      "dense",
      'unknown option "rate"',
      "rate is an option of dropout; the options are bias",
      () => dense(3, given({ rate: 0.5 })),
    ],
    ["tanh", 'unknown option "approximation"', "is an option of gelu", () => drowse.tanh(given({ approximation: "tanh" }))],
    ["swish", 'unknown option "beta"', "the options are name", () => drowse.swish(given({ beta: 1 }))],
    ["leakyRelu", "slope is 0", "give a number above 0", () => leakyRelu({ slope: 0 })],
    ["leakyRelu", "slope is -0.1", "give a number above 0", () => leakyRelu({ slope: -0.1 })],
    ["leakyRelu", "slope is NaN", "give a number above 0", () => leakyRelu({ slope: Number.NaN })],
    ["elu", 'alpha is "1"', "give a number above 0", () => elu({ alpha: given("1") })],
    ["elu", "alpha is Infinity", "give a number above 0", () => elu({ alpha: Number.POSITIVE_INFINITY })],
    ["gelu", 'approximation is "erf"', 'give "none" or "tanh"', () => gelu({ approximation: given("erf") })],
    ["gelu", "the options are 0.1", "give an object with approximation", () => gelu(given(0.1))],
    ["softplus", 'the name is "my layer"', "give 1 to 64 letters", () => drowse.softplus({ name: "my layer" })],
    ["flatten", 'unknown option "axis"', "the options are name", () => flatten(given({ axis: 1 }))],
    ["dense", "units is 0", "give a whole number from 1", () => dense(0)],
    ["dense", "units is 2.5", "give a whole number from 1", () => dense(2.5)],
    ["dense", "units is undefined", "give a whole number from 1", () => dense(given(undefined))],
    ["dense", 'units is "10"', "give a whole number from 1", () => dense(given("10"))],
    [
      "dense",
      'the initializer is "xavier"',
      'give "he", "glorot", "lecun" or the weights',
      () => dense(3, { initializer: given("xavier") }),
    ],
    ["dense", 'the initializer is "toString"', 'give "he"', () => dense(3, { initializer: given("toString") })],
    ["relu", 'the name is "my layer"', "give 1 to 64 letters", () => relu({ name: "my layer" })],
    ["dense", 'the name is "1st"', "beginning with a letter", () => dense(3, { name: "1st" })],
    ["dropout", 'the name is ""', "give 1 to 64 letters", () => dropout({ rate: 0.5, name: "" })],
    ["flatten", "the name is 5", "give 1 to 64 letters", () => flatten({ name: given(5) })],
  ],
  "given numbers": [
    [
      "dense1.weight",
      "5 numbers are given",
      "give 6, for the shape [3, 2]",
      () => sequential({ input: [2], seed: 1 }, [dense(3, { initializer: [1, 2, 3, 4, 5] })]),
    ],
    [
      "dense1.weight",
      "numbers of shape [2, 3] are given",
      "give 6, for the shape [3, 2]",
      () =>
        sequential({ input: [2], seed: 1 }, [
          dense(3, {
            initializer: [
              [1, 2, 3],
              [4, 5, 6],
            ],
          }),
        ]),
    ],
    [
      "dense1.weight",
      "number 1 is NaN",
      "give finite numbers",
      () => sequential({ input: [2], seed: 1 }, [dense(1, { initializer: [1, Number.NaN] })]),
    ],
    [
      "dense1.weight",
      "the numbers are 5",
      "give an array of numbers",
      () => sequential({ input: [2], seed: 1 }, [dense(1, { initializer: given(5) })]),
    ],
    [
      "dense1.bias",
      "2 numbers are given",
      "give 3, for the shape [3]",
      () => sequential({ input: [2], seed: 1 }, [dense(3, { bias: [1, 2] })]),
    ],
    [
      "dense1.bias",
      "number 0 is Infinity",
      "give finite numbers",
      () => sequential({ input: [2], seed: 1 }, [dense(1, { bias: [1 / 0] })]),
    ],
    [
      "setWeights",
      'there is no "dense3.weight"',
      "the weights are dense1.weight, dense1.bias",
      () => build().setWeights({ "dense3.weight": [1] }),
    ],
    ["setWeights", "dense2.bias has 2 numbers", "give 3", () => build().setWeights({ "dense2.bias": [1, 2] })],
    [
      "setWeights",
      "number 2 of dense2.bias is NaN",
      "give finite numbers",
      () => build().setWeights({ "dense2.bias": [1, 2, Number.NaN] }),
    ],
  ],
  networks: [
    [
      "dense1",
      "its input has shape [28, 28]",
      "put flatten() before a dense layer",
      () => sequential({ input: [28, 28], seed: 1 }, [dense(10)]),
    ],
    ["sequential", "the layers are []", "give an array of at least one layer", () => sequential({ input: [2], seed: 1 }, [])],
    ["sequential", "the layers are undefined", "give an array", () => sequential({ input: [2], seed: 1 }, given(undefined))],
    [
      "sequential",
      "layer 1 is 10",
      "give layers, such as dense(10)",
      () => sequential({ input: [2], seed: 1 }, [relu(), given(10)]),
    ],
    [
      "sequential",
      "layer 0 is function dense",
      "give layers, such as dense(10)",
      () => sequential({ input: [2], seed: 1 }, [given(dense)]),
    ],
    [
      "sequential",
      'two layers are named "a"',
      "give each layer a name of its own",
      () => sequential({ input: [2], seed: 1 }, [relu({ name: "a" }), relu({ name: "a" })]),
    ],
    [
      "sequential",
      'two layers are named "dense2"',
      "give each layer a name",
      () => sequential({ input: [2], seed: 1 }, [dense(2, { name: "dense2" }), dense(2)]),
    ],
    ["sequential: input", "the shape is undefined", "such as [784]", () => sequential(given({ seed: 1 }), [dense(1)])],
    ["sequential: input", "the shape is 784", "such as [784]", () => sequential({ input: given(784), seed: 1 }, [dense(1)])],
    ["sequential: input", "the shape is [28, 0]", "such as [784]", () => sequential({ input: [28, 0], seed: 1 }, [flatten()])],
    ["sequential", "the seed is undefined", "give a whole number from 0", () => sequential(given({ input: [2] }), [dense(1)])],
    ["sequential", "the seed is -1", "give a whole number from 0", () => sequential({ input: [2], seed: -1 }, [dense(1)])],
    ["sequential", "the seed is 0.5", "give a whole number from 0", () => sequential({ input: [2], seed: 0.5 }, [dense(1)])],
    [
      "sequential",
      'unknown option "layers"',
      "the options are input, seed",
      () => sequential(given({ input: [2], seed: 1, layers: [] }), [dense(1)]),
    ],
    [
      "dense1",
      "it has 16777216 units of 784 inputs",
      "take fewer",
      () => sequential({ input: [784], seed: 1 }, [dense(2 ** 24)]),
    ],
    [
      "memory",
      "the run needs",
      "take a smaller batch or fewer units",
      () => sequential({ input: [2 ** 24], seed: 1 }, [relu()]).predict(new Uint8Array(2 ** 24)),
    ],
  ],
  options: [
    ["fit", "the options are undefined", "give an object with loss, optimizer", () => build().fit(data, given(undefined))],
    ["fit", 'unknown option "batch_size"', "the options are loss, optimizer, batchSize", () => fitted({ batch_size: 32 })],
    [
      "trainer",
      'unknown option "epochs"',
      "the options are loss, optimizer, batchSize, shuffle, threads",
      () => build().trainer(data, given({ ...good, epochs: 2 })),
    ],
    [
      "evaluate",
      'unknown option "batchSize"',
      "the options are threads, signal, loss",
      () => build().evaluate(data, given({ batchSize: 2 })),
    ],
    [
      "predict",
      'unknown option "mode"',
      "the options are threads, signal, output",
      () => build().predict(data.x, given({ mode: "logits" })),
    ],
    [
      "trace",
      'unknown option "epochs"',
      "the options are loss, optimizer, rows, pass, batch, path",
      () => build().trace(data, given({ loss: "crossEntropy", epochs: 1 })),
    ],
    [
      "sgd",
      'unknown option "lr"',
      "the options are learningRate, l2, maxNorm, clipValue, clipNorm, momentum, nesterov",
      () => sgd(given({ lr: 0.1 })),
    ],
    ["fit", "epochs is 0", "give a whole number of at least 1", () => fitted({ epochs: 0 })],
    ["fit", "epochs is 1.5", "give a whole number of at least 1", () => fitted({ epochs: 1.5 })],
    ["fit", "batchSize is 0", "give a whole number of at least 1", () => fitted({ batchSize: 0 })],
    ["fit", "batchSize is -32", "give a whole number of at least 1", () => fitted({ batchSize: -32 })],
    [
      "fit",
      "threads is -1",
      "give a whole number from 1 to 64, 0 for the calling thread, or leave it out",
      () => fitted({ threads: -1 }),
    ],
    ["fit", 'threads is "2"', "give a whole number from 1 to 64", () => fitted({ threads: "2" })],
    [
      "evaluate",
      "threads is 65",
      "give a whole number from 1 to 64",
      () => build().evaluate(data, { loss: "crossEntropy", threads: 65 }),
    ],
    ["predict", "threads is 1.5", "give a whole number from 1 to 64", () => build().predict(data.x, { threads: 1.5 })],
    [
      "predict",
      'output is "probabilities"',
      'give "link" or "logits"',
      () => build().predict(data.x, { output: given("probabilities") }),
    ],
    ["run", "the number of steps is 0", "give a whole number of at least 1", () => withTrainer((trainer) => trainer.run(0))],
    ["trace", "path is 5", "give 0, 1, 2, 3 or 4", () => build().trace(data, { loss: "crossEntropy", path: given(5) })],
    ["trace", "pass is -1", "give a whole number of at least 0", () => build().trace(data, { loss: "crossEntropy", pass: -1 })],
    ["trace", "the rows are [20]", "give indices from 0 to 19", () => build().trace(data, { loss: "crossEntropy", rows: [20] })],
    [
      "trace",
      "the rows are [0.5]",
      "give indices from 0 to 19",
      () => build().trace(data, { loss: "crossEntropy", rows: [0.5] }),
    ],
    ["trace", "the rows are []", "give indices from 0 to 19", () => build().trace(data, { loss: "crossEntropy", rows: [] })],
  ],
  "last layers": [
    [
      "fit",
      "the model has 1 output, and crossEntropy needs one per class",
      'end in dense(2) or more, or give loss: "binaryCrossEntropy"',
      () => ending(dense(1)).fit(data, good),
    ],
    [
      "fit",
      "the last layer is sigmoid1, and binaryCrossEntropy brings its own sigmoid",
      "leave sigmoid1 out: end in a dense layer",
      () => ending(dense(1), drowse.sigmoid()).fit(truths, { ...good, loss: "binaryCrossEntropy" }),
    ],
    [
      "fit",
      "the last layer is relu1, and crossEntropy brings its own softmax",
      "leave relu1 out",
      () => ending(dense(3), relu()).fit(data, good),
    ],
    [
      "trainer",
      "the last layer is tanh1",
      "leave tanh1 out",
      () => ending(dense(3), drowse.tanh(), dropout({ rate: 0.1 })).trainer(data, good),
    ],
    [
      "fit",
      "y is 2 in row",
      'give 0, 1 or probabilities; for more classes than two loss: "crossEntropy"',
      () => ending(dense(1)).fit(data, { ...good, loss: "binaryCrossEntropy" }),
    ],
    [
      "fit",
      "y is -0.5 in row 0",
      "give 0, 1 or probabilities",
      () => ending(dense(1)).fit({ ...truths, y: truths.y.with(0, -0.5) }, { ...good, loss: "binaryCrossEntropy" }),
    ],
    [
      "fit",
      "the source gave the target 1.5 in row 7",
      "give 0, 1 or probabilities",
      () =>
        ending(dense(1)).fit(given({ ...spoiled({ target: 1.5 }), targetType: "values" }), {
          ...good,
          loss: "binaryCrossEntropy",
        }),
    ],
  ],
  "weights of rows": [
    [
      "fit",
      "sampleWeights is [1, 2]",
      "give 20 numbers, one for each row of x",
      () => fitted({}, { ...data, sampleWeights: [1, 2] }),
    ],
    ["fit", "sampleWeights is 1", "give 20 numbers", () => fitted({}, { ...data, sampleWeights: 1 })],
    [
      "fit",
      "the weight of row 3 is -1",
      "give numbers of at least 0",
      () => fitted({}, { ...data, sampleWeights: numbers(20).with(3, -1) }),
    ],
    [
      "fit",
      "the weight of row 0 is NaN",
      "give numbers of at least 0",
      () => fitted({}, { ...data, sampleWeights: numbers(20).with(0, Number.NaN) }),
    ],
    [
      "fit",
      "the weight of row 1 is Infinity",
      "give numbers",
      () => fitted({}, { ...data, sampleWeights: numbers(20).with(1, 1 / 0) }),
    ],
    ["fit", 'the weight of row 19 is "1"', "give numbers", () => fitted({}, { ...data, sampleWeights: [...numbers(19), "1"] })],
    ["fit: validation", "sampleWeights is [1]", "give 20 numbers", () => fitted({ validation: { ...data, sampleWeights: [1] } })],
    ["fit", "the source's weighted is 1", "give true or false", () => fitted({}, source({ weighted: 1 }))],
    ["fit", "the source gave the weight NaN in row", "give numbers of at least 0", () => fitted({}, source({ weighted: true }))],
    ["fit", "classWeights is [1, 2]", 'give 3 numbers, one per class, or "balanced"', () => fitted({ classWeights: [1, 2] })],
    ["fit", 'classWeights is "auto"', 'give 3 numbers, one per class, or "balanced"', () => fitted({ classWeights: "auto" })],
    ["fit", "classWeights is null", "give 3 numbers", () => fitted({ classWeights: null })],
    ["fit", "classWeights is an object with 0, 1, 2", "give 3 numbers", () => fitted({ classWeights: { 0: 1, 1: 1, 2: 1 } })],
    ["fit", "the weight of class 1 is -1", "give numbers of at least 0", () => fitted({ classWeights: [1, -1, 1] })],
    [
      "fit",
      "there are classWeights, and the targets are no classes",
      "give a weight for each row instead, { x, y, sampleWeights }",
      () => ending(dense(1)).fit(truths, { ...good, loss: "meanSquaredError", classWeights: "balanced" }),
    ],
    [
      "fit",
      "the target of row 4 is 0.5",
      "give 0 or 1 where classes have weights",
      () =>
        ending(dense(1)).fit(
          { ...truths, y: truths.y.with(4, 0.5) },
          { ...good, loss: "binaryCrossEntropy", classWeights: [1, 2] },
        ),
    ],
  ],
  "losses and optimizers": [
    [
      "fit",
      'the loss is "mse"',
      'give "crossEntropy", "binaryCrossEntropy", "meanSquaredError", "meanAbsoluteError" or "huber"',
      () => fitted({ loss: "mse" }),
    ],
    [
      "meanSquaredError",
      'unknown option "delta"',
      "delta is an option of huber; leave it out",
      () => drowse.meanSquaredError(given({ delta: 1 })),
    ],
    [
      "huber",
      'unknown option "labelSmoothing"',
      "is an option of crossEntropy; the options are delta",
      () => drowse.huber(given({ labelSmoothing: 0.1 })),
    ],
    ["meanAbsoluteError", 'unknown option "weight"', "it has no options", () => drowse.meanAbsoluteError(given({ weight: 1 }))],
    ["crossEntropy", "labelSmoothing is 1.1", "give a number from 0 (none) to 1", () => crossEntropy({ labelSmoothing: 1.1 })],
    ["crossEntropy", "labelSmoothing is NaN", "give a number from 0", () => crossEntropy({ labelSmoothing: Number.NaN })],
    [
      "binaryCrossEntropy",
      "labelSmoothing is -1",
      "give a number from 0",
      () => drowse.binaryCrossEntropy({ labelSmoothing: -1 }),
    ],
    ["huber", "delta is 0", "give a number above 0", () => drowse.huber({ delta: 0 })],
    ["huber", 'delta is "1"', "give a number above 0", () => drowse.huber({ delta: given("1") })],
    ["fit", "the loss is undefined", 'give "crossEntropy"', () => fitted({ loss: undefined })],
    ["fit", "the loss is function crossEntropy", 'give "crossEntropy"', () => fitted({ loss: crossEntropy })],
    ["evaluate", 'the loss is "toString"', 'give "crossEntropy"', () => build().evaluate(data, { loss: given("toString") })],
    ["evaluate", "the model has not been trained, and no loss is given", "give one", () => build().evaluate(data)],
    ["fit", "the optimizer is undefined", "give one, such as sgd", () => fitted({ optimizer: undefined })],
    ["fit", 'the optimizer is "sgd"', "give one, such as sgd", () => fitted({ optimizer: "sgd" })],
    [
      "trace",
      'the optimizer is "sgd"',
      "give one, such as sgd",
      () => build().trace(data, { loss: "crossEntropy", optimizer: given("sgd") }),
    ],
    [
      "fit",
      "the model has no weights",
      "add a layer that learns",
      () => sequential({ input: [8], seed: 1 }, [relu()]).fit(data, good),
    ],
    ["sgd", "learningRate is 0", "give a number above 0", () => sgd({ learningRate: 0 })],
    ["sgd", "learningRate is NaN", "give a number above 0", () => sgd({ learningRate: Number.NaN })],
    ["sgd", "learningRate is undefined", "give a number above 0", () => sgd(given({}))],
    ["sgd", "learningRate at step 0 is undefined", "give a number above 0", () => sgd({ learningRate: given(() => {}) })],
    ["sgd", "momentum is 1", "give a number from 0 to below 1", () => sgd({ learningRate: 1, momentum: 1 })],
    ["sgd", "l2 is -1", "give a number of at least 0", () => sgd({ learningRate: 1, l2: -1 })],
    ["constant", "the value is NaN", "give a finite number", () => drowse.constant(Number.NaN)],
    [
      "stepDecay",
      "steps is 0.5",
      "give a whole number of at least 1",
      () => drowse.stepDecay({ initial: 1, factor: 0.5, steps: 0.5 }),
    ],
    ["stepDecay", "factor is 0", "give a number above 0", () => drowse.stepDecay({ initial: 1, factor: 0, steps: 1 })],
    [
      "stepDecay",
      'unknown option "every"',
      "the options are initial, factor, steps",
      () => drowse.stepDecay(given({ every: 1 })),
    ],
    ["exponentialDecay", "steps is 0", "give a number above 0", () => drowse.exponentialDecay({ initial: 1, steps: 0 })],
    [
      "exponentialDecay",
      "factor is -1",
      "give a number above 0",
      () => drowse.exponentialDecay({ initial: 1, factor: -1, steps: 1 }),
    ],
    ["inverseTime", "initial is undefined", "give a finite number", () => drowse.inverseTime(given({ steps: 1 }))],
    ["linear", "end is Infinity", "give a finite number", () => drowse.linear({ initial: 1, end: Infinity, steps: 1 })],
    ["cosine", "the options are 0.1", "give an object with initial, end, steps", () => drowse.cosine(given(0.1))],
    ["linearWarmup", "schedule is undefined", "give a number or a schedule", () => drowse.linearWarmup(given({ steps: 1 }))],
    [
      "linearWarmup",
      "from is NaN",
      "give a finite number",
      () => drowse.linearWarmup({ steps: 1, from: Number.NaN, schedule: 1 }),
    ],
    ["sgd", "maxNorm is 0", "give a number above 0, or leave it out", () => sgd({ learningRate: 1, maxNorm: 0 })],
    ["sgd", "clipValue is -1", "give a number above 0, or leave it out", () => sgd({ learningRate: 1, clipValue: -1 })],
    ["sgd", "clipNorm is NaN", "give a number above 0, or leave it out", () => sgd({ learningRate: 1, clipNorm: Number.NaN })],
    ["adam", "both clipValue 1 and clipNorm 2 are given", "give one of them", () => drowse.adam({ clipValue: 1, clipNorm: 2 })],
    ["sgd", "nesterov is 1", "give true or false", () => sgd({ learningRate: 1, momentum: 0.5, nesterov: given(1) })],
    ["sgd", "nesterov is true without momentum", "give a momentum", () => sgd({ learningRate: 1, nesterov: true })],
    [
      "adam",
      'unknown option "nesterov"',
      "it is an option of sgd; those of adam are learningRate",
      () => drowse.adam(given({ nesterov: true })),
    ],
    ["adam", 'unknown option "weightDecay"', "it is an option of adamW", () => drowse.adam(given({ weightDecay: 0.1 }))],
    ["adamW", 'unknown option "l2"', "it is an option of sgd, adam, rmsprop, adagrad", () => drowse.adamW(given({ l2: 0.1 }))],
    [
      "sgd",
      'unknown option "beta1"',
      "it is an option of adam, adamW; those of sgd",
      () => sgd(given({ learningRate: 1, beta1: 0.9 })),
    ],
    [
      "adagrad",
      'unknown option "beta"',
      "the options are learningRate",
      () => drowse.adagrad(given({ learningRate: 1, beta: 0.9 })),
    ],
    ["adam", "the options are null", "give an object with learningRate", () => drowse.adam(given(null))],
    ["adam", "beta1 is 1", "give a number from 0 to below 1", () => drowse.adam({ beta1: 1 })],
    ["adam", "beta2 is -0.1", "give a number from 0 to below 1", () => drowse.adam({ beta2: -0.1 })],
    ["adam", "epsilon is 0", "give a number from 1e-37 to 1", () => drowse.adam({ epsilon: 0 })],
    ["adamW", "weightDecay is -1", "give a number of at least 0", () => drowse.adamW({ weightDecay: -1 })],
    [
      "adamW",
      "weightDecay at step 0 is NaN",
      "give a number of at least 0",
      () => drowse.adamW({ weightDecay: () => Number.NaN }),
    ],
    ["rmsprop", "rho is 1.5", "give a number from 0 to below 1", () => drowse.rmsprop({ learningRate: 1, rho: 1.5 })],
    ["rmsprop", "learningRate is undefined", "give a number above 0", () => drowse.rmsprop(given({}))],
    [
      "adagrad",
      "epsilon is Infinity",
      "give a number from 1e-37 to 1",
      () => drowse.adagrad({ learningRate: 1, epsilon: Infinity }),
    ],
  ],
  data: [
    ["fit", "the data is null", "give { x, y } or a source of batches", () => fitted({}, null)],
    ["fit", "the data is Float32Array of 640 bytes", "give { x, y }", () => fitted({}, numbers(160))],
    ["fit", "the data has no y", "give { x, y }, a target for each row", () => fitted({}, { x: data.x })],
    ["fit: x", "the numbers are undefined", "give an array of numbers", () => fitted({}, { x: undefined, y: data.y })],
    ["fit", "x has no rows", "give at least one row", () => fitted({}, { x: [], y: [] })],
    ["predict", "x has no rows", "give at least one row", () => build().predict(new Float32Array(0))],
    [
      "evaluate",
      "x has no rows",
      "give at least one row",
      () => build().evaluate({ x: new Uint8Array(0), y: [] }, { loss: "crossEntropy" }),
    ],
    [
      "fit",
      "x has 159 numbers",
      "give a multiple of 8, the size of the model's input [8]",
      () => fitted({}, { x: numbers(159), y: data.y }),
    ],
    [
      "predict",
      "the rows of x have shape [7]",
      "give rows of the model's input shape [8]",
      () => build().predict([[1, 2, 3, 4, 5, 6, 7]]),
    ],
    [
      "predict",
      "the rows of x have shape [2, 4]",
      "give rows of the model's input shape [8]",
      () => build().predict({ data: numbers(16), shape: [2, 2, 4] }),
    ],
    [
      "predict: x",
      "data is Float32Array of 64 bytes and shape [3, 8]",
      "give a Float32Array or Uint8Array and the shape",
      () => build().predict({ data: numbers(16), shape: [3, 8] }),
    ],
    [
      "predict: x",
      "data is [1, 2] and shape [1, 2]",
      "give a Float32Array or Uint8Array",
      () => build().predict(given({ data: [1, 2], shape: [1, 2] })),
    ],
    ["predict", "x is an Int32Array", "give a Float32Array, a Uint8Array", () => build().predict(given(new Int32Array(8)))],
    ["predict: x", "a row of length 1 among rows of length 2", "give rows of one length", () => build().predict([[1, 2], [3]])],
    ["predict: x", 'a value is "1"', "give numbers only", () => build().predict(given([["1", 2, 3, 4, 5, 6, 7, 8]]))],
    [
      "fit",
      "x is NaN at row 2, column 3",
      "fill or drop missing values first",
      () => fitted({}, { x: data.x.with(19, Number.NaN), y: data.y }),
    ],
    [
      "evaluate",
      "x is Infinity at row 0, column 0",
      "give finite numbers",
      () => build().evaluate({ x: data.x.with(0, 1 / 0), y: data.y }, { loss: "crossEntropy" }),
    ],
    ["predict", "x is -Infinity at row 0, column 7", "give finite numbers", () => build().predict(data.x.with(7, -1 / 0))],
    [
      "fit",
      "scale is NaN",
      "give the factor of a byte, such as 1 / 255",
      () => fitted({}, { x: new Uint8Array(160), y: data.y, scale: Number.NaN }),
    ],
    [
      "fit",
      "y has 19 numbers for 20 rows of x",
      "give 20 class indices or 20 one-hot rows of 3",
      () => fitted({}, { x: data.x, y: data.y.slice(1) }),
    ],
    [
      "fit",
      "the label of row 4 is 3",
      "give whole numbers from 0 to 2, or a last layer with an output per class",
      () => fitted({}, { x: data.x, y: data.y.with(4, 3) }),
    ],
    ["fit", "the label of row 0 is -1", "give whole numbers from 0 to 2", () => fitted({}, { x: data.x, y: data.y.with(0, -1) })],
    [
      "fit",
      "the label of row 1 is 0.5",
      "give whole numbers from 0 to 2",
      () => fitted({}, { x: data.x, y: [0, 0.5, ...Array(18).fill(0)] }),
    ],
    [
      "fit",
      "the label of row 0 is NaN",
      "give whole numbers from 0 to 2",
      () => fitted({}, { x: data.x, y: [Number.NaN, ...Array(19).fill(0)] }),
    ],
    [
      "fit",
      "row 1 of y is all zeros",
      "give one-hot rows",
      () =>
        fitted(
          {},
          {
            x: numbers(16),
            y: [
              [1, 0, 0],
              [0, 0, 0],
            ],
          },
        ),
    ],
    [
      "fit",
      "row 0 of y holds 1 beside other numbers than 0",
      "give one-hot rows",
      () =>
        fitted(
          {},
          {
            x: numbers(16),
            y: [
              [1, 0, 1],
              [0, 1, 0],
            ],
          },
        ),
    ],
    [
      "fit",
      "row 1 of y holds 0.5 beside other numbers than 0",
      "give one-hot rows",
      () =>
        fitted(
          {},
          {
            x: numbers(16),
            y: [
              [1, 0, 0],
              [0.5, 0.5, 0],
            ],
          },
        ),
    ],
    [
      "fit",
      "y has 3 rows for 2 rows of x",
      "give a row of targets for each row of x",
      () =>
        fitted(
          {},
          {
            x: numbers(16),
            y: [
              [1, 0],
              [0, 1],
              [1, 0],
            ],
          },
        ),
    ],
    ["fit", "y has 20 numbers for 20 rows of x", "give 20 rows of 3", () => fitted({ loss: "meanSquaredError" })],
    [
      "fit",
      "y is NaN at row 1, column 2",
      "give finite numbers",
      () => fitted({ loss: "meanSquaredError" }, { x: numbers(16), y: numbers(6).with(5, Number.NaN) }),
    ],
    [
      "fit: validation",
      "the rows of x have shape [3]",
      "give rows of the model's input shape [8]",
      () => fitted({ validation: { x: [[1, 2, 3]], y: [0] } }),
    ],
    [
      "fit: validation",
      "the label of row 0 is 9",
      "give whole numbers from 0 to 2",
      () => fitted({ validation: { x: numbers(8), y: [9] } }),
    ],
  ],
  sources: [
    ["fit", "the source counts 0 rows", "give a source of 1 to 4294967295 rows", () => fitted({}, source({ count: 0 }))],
    [
      "fit",
      "the source counts 4294967296 rows",
      "give a source of 1 to 4294967295 rows",
      () => fitted({}, source({ count: 2 ** 32 })),
    ],
    ["fit", "the source counts undefined rows", "give a source of 1", () => fitted({}, source({ count: undefined }))],
    [
      "fit",
      "the source's rows have shape [9]",
      "give rows of the model's input shape [8]",
      () => fitted({}, source({ inputShape: [9] })),
    ],
    [
      "fit: the source's rows",
      "the shape is undefined",
      "give an array of whole numbers",
      () => fitted({}, source({ inputShape: undefined })),
    ],
    ["fit", 'the source\'s inputs are "u16" times 1', 'give "u8" or "f32"', () => fitted({}, source({ inputType: "u16" }))],
    [
      "fit",
      'the source\'s inputs are "f32" times NaN',
      "the factor of a byte",
      () => fitted({}, source({ inputScale: Number.NaN })),
    ],
    [
      "fit",
      "the source's targets are none (0 per row)",
      "give classes (1 per row)",
      () => fitted({}, source({ targetType: "none", targetSize: 0 })),
    ],
    [
      "fit",
      "the source's targets are classes (1 per row)",
      "give values (3 per row), or take another loss",
      () => fitted({ loss: "meanSquaredError" }, source()),
    ],
    ["fit", "the source gave the input NaN in row 7", "give finite numbers", () => fitted({}, spoiled({ input: Number.NaN }))],
    [
      "evaluate",
      "the source gave the input Infinity in row 7",
      "give finite numbers",
      () => build().evaluate(spoiled({ input: 1 / 0 }), { loss: "crossEntropy" }),
    ],
    [
      "predict",
      "the source gave the input NaN in row 7",
      "give finite numbers",
      () => build().predict(spoiled({ input: Number.NaN })),
    ],
    ["fit", "the source gave the target 3 in row 7", "give classes from 0 to 2", () => fitted({}, spoiled({ target: 3 }))],
    [
      "fit",
      "the source gave the target -1 in row 1",
      "give classes from 0 to 2",
      () => fitted({}, takeRows(spoiled({ target: -1 }), Uint32Array.of(1, 7))),
    ],
  ],
};

async function withTrainer(use: (trainer: drowse.Trainer) => Promise<unknown>): Promise<unknown> {
  const trainer = await build().trainer(data, good);
  try {
    return await use(trainer);
  } finally {
    trainer.close();
  }
}

describe.each(Object.entries(cases))("wrong %s", (_, group) => {
  it.each(group)("%s: %s", async (operation, received, remedy, call) => {
    let error: unknown;
    try {
      await call();
    } catch (thrown) {
      error = thrown;
    }
    expect(error).toBeInstanceOf(DrowseError);
    const refusal = error as DrowseError;
    expect(refusal.operation).toBe(operation);
    expect(refusal.received).toContain(received);
    expect(refusal.remedy).toContain(remedy);
  });
});

describe("a refused call", () => {
  it("leaves the model as it was, and the next call works", async () => {
    const model = build();
    const before = [...(model.weights.get("dense1.weight") ?? [])];
    for (const wrong of [{ ...data, y: data.y.with(19, 3) }, spoiled({ target: 5 }), spoiled({ input: Number.NaN })] as Data[]) {
      await expect(model.fit(wrong, { ...good, epochs: 3, batchSize: 2 })).rejects.toThrow(DrowseError);
    }
    expect([...(model.weights.get("dense1.weight") ?? [])]).toEqual(before);
    expect(model).toMatchObject({ pass: 0, link: undefined });
    expect((await model.fit(data, good)).loss).toHaveLength(1);
  });

  it("is no other for a source that another call has taken before", async () => {
    const wrong = spoiled({ target: 3 });
    await build().predict(wrong);
    await expect(fitted({}, wrong)).rejects.toThrow("fit: the source gave the target 3 in row 7");
    const narrow = sequential({ input: [4], seed: 1 }, [dense(3)]);
    await expect(narrow.predict(wrong)).rejects.toThrow("predict: the source's rows have shape [8]");
  });

  it("rejects and does not throw, where the call is asynchronous", () => {
    const wrong = given({ unknown: 1 });
    const model = build();
    const calls = [
      model.fit(data, wrong),
      model.trainer(data, wrong),
      model.evaluate(data, wrong),
      model.predict(data.x, wrong),
      model.trace(data, wrong),
    ];
    return Promise.all(calls.map((call) => expect(call).rejects.toThrow('unknown option "unknown"')));
  });
});
