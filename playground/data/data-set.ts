import { curveData, curveNames } from "./curve.ts";
import { planeData, shapeNames } from "./plane.ts";

// All data sets by their names: points of two classes in the plane, or numbers over a line; images of digits; and those of a file.

/** Rows of inputs and what belongs to them. */
export interface Points {
  /** The inputs, one row after the other; of images a byte per pixel, which counts byte / 255. */
  readonly x: Float32Array | Uint8Array;
  /** Classes from 0; or numbers. */
  readonly y: Int32Array | Float32Array;
}

/** What is to be learned. */
export interface Task {
  /** Numbers in a row. */
  readonly inputs: number;
  /** Numbers that a network ends in. */
  readonly outputs: number;
  readonly loss: "binaryCrossEntropy" | "crossEntropy" | "meanSquaredError";
}

/** What is to be learned from, and what tells whether it was. */
export interface DataSet {
  readonly task: Task;
  readonly train: Points;
  readonly test: Points;
  /** What the training loss is measured on, where `train` is too large for it to be done all the time. */
  readonly measured?: Points;
}

/** Sets that follow from their names and a seed. */
export const madeNames = [...shapeNames, ...curveNames] as const;
export type MadeName = (typeof madeNames)[number];
/** Sets of images, which are loaded when they are chosen. */
export const imageNames = ["digits", "mnist"] as const;
export type ImageName = (typeof imageNames)[number];
/** The data of a file, which no address holds. */
export const OWN = "own";
/** All that an address can name. */
export const dataNames = [...madeNames, ...imageNames, OWN] as const;
export type DataName = (typeof dataNames)[number];

const CLASSES: Task = { inputs: 2, outputs: 1, loss: "binaryCrossEntropy" };
const NUMBERS: Task = { inputs: 1, outputs: 1, loss: "meanSquaredError" };

function isOf<Name extends string>(names: readonly Name[], name: string): name is Name {
  return names.some((one) => one === name);
}

/** Whether a set is made from its name and a seed. */
export function isMade(name: string): name is MadeName {
  return isOf(madeNames, name);
}

/** Whether a set is of images. */
export function isImages(name: string): name is ImageName {
  return isOf(imageNames, name);
}

/** How data and answers are drawn: over the plane, along a line, as images, or not at all. */
export function pictureOf({ inputs, loss }: Task): "plane" | "line" | "images" | undefined {
  if (loss === "crossEntropy") return "images";
  if (loss === "binaryCrossEntropy") return inputs === 2 ? "plane" : undefined;
  return inputs === 1 ? "line" : undefined;
}

/**
 * A data set: the same for the same arguments, in every runtime.
 * @param options.noise - standard deviation of what is added to each coordinate, or to each number.
 */
export function makeData(name: MadeName, options: { points: number; noise: number; seed: number }): DataSet {
  return isOf(curveNames, name) ? { task: NUMBERS, ...curveData(name, options) } : { task: CLASSES, ...planeData(name, options) };
}

/**
 * The data of the settings.
 * @param given - images or the data of a file, where the settings say so.
 */
export function dataOf(
  { data, ...options }: { data: DataName; points: number; noise: number; seed: number },
  given: DataSet | undefined,
): DataSet {
  if (isMade(data)) return makeData(data, options);
  if (!given)
    throw new Error(data === OWN ? "the file is gone; choose it again" : "the images are not loaded yet; wait a moment");
  return given;
}
