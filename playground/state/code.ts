import { type DataSet, dataOf, OWN } from "../data/data-set.ts";
import { GRID } from "../data/rounding.ts";
import type { Settings } from "./settings.ts";

// The right network as a program of its own, which ends in the same bits.

/** Numbers in lines of up to 100 characters. */
function list(numbers: ArrayLike<number>): string {
  const lines = [""];
  for (const number of Array.from(numbers)) {
    if (lines[lines.length - 1].length > 96) lines.push("");
    lines[lines.length - 1] += `${number}, `;
  }
  return lines.map((line) => `  ${line.trimEnd()}`).join("\n");
}

/** The options of a call that are not left out. */
function options(given: Readonly<Record<string, string | number | undefined>>): string {
  const parts = Object.entries(given).filter(([, value]) => value !== undefined);
  return `{ ${parts.map(([name, value]) => `${name}: ${typeof value === "string" ? JSON.stringify(value) : value}`).join(", ")} }`;
}

function dropoutCall({ kind, scaling }: Settings, rate: number, name: string): string[] {
  if (rate === 0) return [];
  if (kind === "gaussian") return [`gaussianDropout(${options({ rate, name })})`];
  return [`dropout(${options({ rate, scaling: scaling === "standard" ? scaling : undefined, name })})`];
}

function optimizerCall({ optimizer, learningRate, maxNorm }: Settings): { name: string; call: string } {
  const name = optimizer === "momentum" ? "sgd" : optimizer;
  const momentum = optimizer === "momentum" ? 0.9 : undefined;
  return { name, call: `${name}(${options({ learningRate, momentum, maxNorm: maxNorm > 0 ? maxNorm : undefined })})` };
}

/**
 * TypeScript that trains the network of the settings, without the page, for some epochs.
 * @param own - the data of a file, where the settings say so.
 */
export function codeOf(settings: Settings, epochs: number, own?: DataSet): string {
  const { data, noise, points, hidden, activation, kind, rate, inputRate, batch, seed } = settings;
  const { train, task } = dataOf(settings, own);
  const isClasses = task.loss === "binaryCrossEntropy";
  const optimizer = optimizerCall(settings);
  const sleeps = rate > 0 || inputRate > 0;
  const names = [
    "dense",
    activation,
    optimizer.name,
    "sequential",
    ...(sleeps ? [kind === "gaussian" ? "gaussianDropout" : "dropout"] : []),
  ].sort();
  const layers = [
    dropoutCall(settings, inputRate, "input"),
    ...hidden.map((units, index) => [`dense(${units})`, `${activation}()`, ...dropoutCall(settings, rate, `hidden${index + 1}`)]),
    ["dense(1)"],
  ].filter((line) => line.length > 0);
  return `import { ${names.join(", ")} } from "drowse";

// ${data === OWN ? `${train.y.length} rows of a file, standardised` : `${points} points, ${data} with noise ${noise}`}, in steps of 1 / ${GRID}${isClasses ? ", and their classes" : ""}.
const x = Float32Array.from([
${list(train.x.map((value) => value * GRID))}
], (step) => step / ${GRID});
const y = ${
    isClasses
      ? `[\n${list(train.y)}\n]`
      : `Float32Array.from([\n${list(train.y.map((value) => value * GRID))}\n], (step) => step / ${GRID})`
  };

const model = sequential({ input: [${task.inputs}], seed: ${seed} }, [
${layers.map((line) => `  ${line.join(", ")},`).join("\n")}
]);
await model.fit({ x, y }, {
  loss: ${JSON.stringify(task.loss)},
  optimizer: ${optimizer.call},
  batchSize: ${batch},
  epochs: ${Math.max(1, epochs)},
});
const { data } = await model.predict(x); // nothing sleeps: ${isClasses ? "the probability of class 1" : "a number"}, point by point
console.log(Array.from(data, (answer) => answer.toFixed(2)).join(" "));
`;
}
