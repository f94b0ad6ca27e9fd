import { curveData, curveNames } from "./curve.ts";
import { planeData, shapeNames } from "./plane.ts";

// All data sets by their names: points of two classes in the plane, or numbers over a line; and those of a file.

/** Rows of inputs and what belongs to them. */
export interface Points {
  /** The inputs, one row after the other. */
  readonly x: Float32Array;
  /** Classes, 0 or 1; or numbers. */
  readonly y: Int32Array | Float32Array;
}

/** What is to be learned. */
export interface Task {
  /** Numbers in a row. */
  readonly inputs: number;
  readonly loss: "binaryCrossEntropy" | "meanSquaredError";
}

/** What is to be learned from, and what tells whether it was. */
export interface DataSet {
  readonly task: Task;
  readonly train: Points;
  readonly test: Points;
}

export const dataNames = [...shapeNames, ...curveNames] as const;
export type DataName = (typeof dataNames)[number];
/** The data of a file, which no address holds. */
export const OWN = "own";

const CLASSES: Task = { inputs: 2, loss: "binaryCrossEntropy" };
const NUMBERS: Task = { inputs: 1, loss: "meanSquaredError" };

function isOf<Name extends string>(names: readonly Name[], name: string): name is Name {
  return names.some((one) => one === name);
}

/** What is learned from a data set. */
export function taskOf(name: DataName): Task {
  return isOf(curveNames, name) ? NUMBERS : CLASSES;
}

/** How data and answers are drawn: over the plane, along a line, or not at all. */
export function pictureOf({ inputs, loss }: Task): "plane" | "line" | undefined {
  if (loss === "binaryCrossEntropy") return inputs === 2 ? "plane" : undefined;
  return inputs === 1 ? "line" : undefined;
}

/**
 * A data set: the same for the same arguments, in every runtime.
 * @param options.noise - standard deviation of what is added to each coordinate, or to each number.
 */
export function makeData(name: DataName, options: { points: number; noise: number; seed: number }): DataSet {
  const points = isOf(curveNames, name) ? curveData(name, options) : planeData(name, options);
  return { task: taskOf(name), ...points };
}

/**
 * The data of the settings.
 * @param own - those of a file, if one was given.
 */
export function dataOf(
  { data, ...options }: { data: DataName | typeof OWN; points: number; noise: number; seed: number },
  own: DataSet | undefined,
): DataSet {
  if (data !== OWN) return makeData(data, options);
  if (!own) throw new Error("the file is gone; choose it again");
  return own;
}
