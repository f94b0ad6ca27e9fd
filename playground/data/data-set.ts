import { curveData, curveNames } from "./curve.ts";
import { planeData, shapeNames } from "./plane.ts";

// All data sets by their names: points of two classes in the plane, or numbers over a line.

/** Rows of inputs and what belongs to them. */
export interface Points {
  /** The inputs, one row after the other. */
  readonly x: Float32Array;
  /** Classes, 0 or 1; or numbers. */
  readonly y: Int32Array | Float32Array;
}

/** What is to be learned. */
export interface Task {
  /** 2: a class from a place in the plane. 1: a number from a place on a line. */
  readonly inputs: 1 | 2;
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

const CLASSES: Task = { inputs: 2, loss: "binaryCrossEntropy" };
const NUMBERS: Task = { inputs: 1, loss: "meanSquaredError" };

function isOf<Name extends string>(names: readonly Name[], name: string): name is Name {
  return names.some((one) => one === name);
}

/** What is learned from a data set. */
export function taskOf(name: DataName): Task {
  return isOf(curveNames, name) ? NUMBERS : CLASSES;
}

/**
 * A data set: the same for the same arguments, in every runtime.
 * @param options.noise - standard deviation of what is added to each coordinate, or to each number.
 */
export function makeData(name: DataName, options: { points: number; noise: number; seed: number }): DataSet {
  const points = isOf(curveNames, name) ? curveData(name, options) : planeData(name, options);
  return { task: taskOf(name), ...points };
}
