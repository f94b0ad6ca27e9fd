import { DrowseError, show } from "../tensor/errors.ts";
import { type BatchSource, targetsOf } from "./source.ts";

/** One factor per class, at least 0; or `"balanced"`: rows / (classes * rows of the class), so that all classes count alike. */
export type ClassWeights = ArrayLike<number> | "balanced";

/**
 * A source whose rows weigh what their classes do, times what they weigh already. "balanced" reads the source once.
 * @param classes - how many classes the targets tell apart; 0: they are no classes.
 * @param rows - those to train on, among which classes are counted.
 * @throws {DrowseError} on targets that are no classes, and on weights that are not one number of at least 0 per class.
 */
export async function weighClasses(
  operation: string,
  source: BatchSource,
  weights: ClassWeights,
  { classes, rows }: { classes: number; rows: Uint32Array },
): Promise<BatchSource> {
  if (classes === 0) {
    const received = "there are classWeights, and the targets are no classes";
    throw new DrowseError(operation, received, "give a weight for each row instead, { x, y, sampleWeights }");
  }
  const perClass = weights === "balanced" ? await balanced(operation, source, classes, rows) : given(operation, weights, classes);
  return {
    ...describe(source),
    weighted: true,
    async gather(rows, { x, y, weights: into }) {
      await source.gather(rows, { x, y, weights: source.weighted ? into : undefined });
      if (!into || !y) return;
      if (!source.weighted) into.fill(1);
      for (let i = 0; i < rows.length; i++) into[i] *= perClass[classOf(operation, y[i], rows[i])];
    },
  };
}

function describe({ count, inputShape, inputType, inputScale, targetType, targetSize }: BatchSource) {
  return { count, inputShape, inputType, inputScale, targetType, targetSize };
}

function classOf(operation: string, target: number, row: number): number {
  if (!Number.isInteger(target)) {
    throw new DrowseError(operation, `the target of row ${row} is ${target}`, "give 0 or 1 where classes have weights");
  }
  return target;
}

function given(operation: string, weights: unknown, classes: number): Float32Array {
  const isList = Array.isArray(weights) || (ArrayBuffer.isView(weights) && !(weights instanceof DataView));
  const list = isList ? (weights as ArrayLike<unknown>) : undefined;
  if (list?.length !== classes) {
    throw new DrowseError(operation, `classWeights is ${show(weights)}`, `give ${classes} numbers, one per class, or "balanced"`);
  }
  return Float32Array.from(list as ArrayLike<number>, (weight, index) =>
    checkWeight(operation, `the weight of class ${index}`, weight),
  );
}

/** A weight as single precision holds it. */
export function checkWeight(operation: string, what: string, weight: unknown): number {
  const single = typeof weight === "number" ? Math.fround(weight) : Number.NaN;
  if (!(single >= 0 && single < Infinity))
    throw new DrowseError(operation, `${what} is ${show(weight)}`, "give numbers of at least 0");
  return single;
}

async function balanced(operation: string, source: BatchSource, classes: number, rows: Uint32Array): Promise<Float32Array> {
  const targets = await targetsOf(source);
  const counts = new Float64Array(classes);
  for (const row of rows) counts[classOf(operation, targets[row], row)]++;
  // A class without rows is never asked for.
  return Float32Array.from(counts, (count) => (count === 0 ? 0 : rows.length / (classes * count)));
}
