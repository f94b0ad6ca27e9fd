import { type DataSet, dataOf } from "../data/data-set.ts";
import { codeOfData } from "./code-of-data.ts";
import { layerCalls, options } from "./code-of-layers.ts";
import type { Settings } from "./settings.ts";

// The right network as a program of its own, which ends in the same bits.

function optimizerCall({ optimizer, learningRate, maxNorm }: Settings): { name: string; call: string } {
  const name = optimizer === "momentum" ? "sgd" : optimizer;
  const momentum = optimizer === "momentum" ? 0.9 : undefined;
  return { name, call: `${name}(${options({ learningRate, momentum, maxNorm: maxNorm > 0 ? maxNorm : undefined })})` };
}

/** The schedules that a setting names, as calls. */
const scheduleCalls: Readonly<Record<Settings["schedule"], string | undefined>> = {
  constant: undefined,
  early: "rateSchedule.early({ until: 0.5 })",
  late: "rateSchedule.late()",
  curriculum: "rateSchedule.curriculum()",
  linear: "rateSchedule.linear()",
  frontLoaded: "rateSchedule.frontLoaded()",
};

/** What is said of the answers of a prediction. */
const answers: Readonly<Record<DataSet["task"]["loss"], string>> = {
  binaryCrossEntropy: "the probability of class 1, point by point",
  crossEntropy: "the probabilities of the ten digits, image by image",
  meanSquaredError: "a number, point by point",
};

/**
 * TypeScript that trains the network of the settings, without the page, for some epochs.
 * @param given - images or the data of a file, where the settings say so.
 */
export function codeOf(settings: Settings, epochs: number, given?: DataSet): string {
  const { batch, seed, span } = settings;
  const set = dataOf(settings, given);
  const { task, train } = set;
  const stepsPerEpoch = Math.ceil(train.y.length / batch);
  const data = codeOfData(settings, set);
  const optimizer = optimizerCall(settings);
  const layers = layerCalls(settings, task.outputs);
  const called = layers.flatMap((line) => line.map(({ of }) => of));
  const sleeps = called.some((name) => /drop|standout/i.test(name));
  const schedule = sleeps ? scheduleCalls[settings.schedule] : undefined;
  const names = new Set([...called, optimizer.name, "sequential", ...data.names, ...(schedule ? ["rateSchedule"] : [])]);
  const training = `  loss: ${JSON.stringify(task.loss)},
  optimizer: ${optimizer.call},
  batchSize: ${batch},
`;
  const count = Math.max(1, epochs);
  const learned = schedule
    ? `const trainer = await model.trainer({ x, y }, {
${training}  dropoutSchedule: ${schedule}, // for ${span} epochs
  steps: ${span * stepsPerEpoch},
});
await trainer.run(${count} * trainer.stepsPerEpoch);
await trainer.commit();
trainer.close();
`
    : `await model.fit({ x, y }, {
${training}  epochs: ${count},
});
`;
  return `${data.imports}import { ${[...names].sort().join(", ")} } from "drowse";

${data.lines}
const model = sequential({ input: [${task.inputs}], seed: ${seed} }, [
${layers.map((line) => `  ${line.map(({ text }) => text).join(", ")},`).join("\n")}
]);
${learned}const { data } = await model.predict(x); // nothing sleeps: ${answers[task.loss]}
console.log(Array.from(data${task.loss === "crossEntropy" ? ".subarray(0, 10)" : ""}, (answer) => answer.toFixed(2)).join(" "));
`;
}
