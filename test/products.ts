import { BLOCK, PANEL } from "../src/wasm/layout.ts";
import { sameBytes } from "./closeness.ts";
import type { Laboratory, ListsRegion, Region } from "./conformance.ts";
import { Draws } from "./draws.ts";

// What the tests of the products share: sizes, sums in order, all paths with all numbers of threads, and what is counted.

export interface ProductCase {
  B: number;
  K: number;
  N: number;
  density: number;
}

const SIZES = Array.from({ length: 68 }, (_, size) => size);
/** Around the ends of a panel (28), of the rows finished together (128) and of a block (192). */
const EDGES = [83, 84, 85, 127, 128, 129, 191, 192, 193, 255, 257, 384, 385];
/** On both sides of 0.85, above which path 0 packs. */
const DENSITIES = [1, 0.5, 0, 0.83, 0.02, 0.88, 0.95, 0.2];
const SPARSE = 1;
const DENSE = 2;
const AUTO = 0;

/** Each dimension goes through all sizes while the other two are drawn; then corners at which several tails meet. */
export function* productCases(): Generator<ProductCase> {
  const draws = new Draws(1);
  let turn = 0;
  const density = () => DENSITIES[turn++ % DENSITIES.length];
  for (const size of [...SIZES, ...EDGES]) {
    const other = () => draws.integer(1, 67);
    yield { B: size, K: other(), N: other(), density: density() };
    yield { B: other(), K: size, N: other(), density: density() };
    yield { B: other(), K: other(), N: size, density: density() };
  }
  for (const B of [129, 193]) {
    for (const K of [57, 193]) for (const N of [29, 193]) yield { B, K, N, density: density() };
  }
}

/** A sum of products as the kernels promise it: single precision, one term after the other, no term fused. */
export function sumInOrder(terms: number, left: (i: number) => number, right: (i: number) => number): number {
  let sum = 0;
  for (let i = 0; i < terms; i++) sum = Math.fround(sum + Math.fround(left(i) * right(i)));
  return sum;
}

/** A matrix [rows, columns] from its entries. */
export function entriesOf(rows: number, columns: number, entry: (row: number, column: number) => number): Float32Array {
  return Float32Array.from({ length: rows * columns }, (_, i) => entry(Math.floor(i / columns), i % columns));
}

export const pointersOf = ({ lists, counts }: ListsRegion) => ({ lists: lists.pointer, counts: counts.pointer });

const PATHS = [
  [SPARSE, "the sparse"],
  [AUTO, "the chosen"],
  [DENSE, "the dense"],
] as const;
/** Those of a weight gradient, of which either factor may be listed. */
export const FACTOR_PATHS = [...PATHS, [3, "the gradient's sparse"], [4, "the gradient's dense"]] as const;

/** All paths, each with all numbers of threads: the same bits everywhere. The result of the last stays. */
export function runPaths<Lists extends ListsRegion>(
  lab: Laboratory,
  product: (lists: Lists) => void,
  compress: (path: number) => Lists,
  outputs: readonly Region[],
  paths: readonly (readonly [path: number, name: string])[] = PATHS,
): void {
  let sparse: Uint8Array[] | undefined;
  for (const [path, name] of paths) {
    const lists = compress(path);
    lab.spoil(...outputs);
    product(lists);
    const bytes = outputs.map((output) => lab.bytes(output));
    sparse ??= bytes;
    outputs.forEach((output, i) => {
      if (!sameBytes(bytes[i], sparse?.[i] as Uint8Array))
        throw new Error(`${output.name}: ${name} path differs from the sparse`);
    });
  }
}

/** Multiply-adds of A [rows, inner] times [inner, outputs] with A as it is listed and packed, counted by its entries. */
export function termsOf(lab: Laboratory, lists: ListsRegion, rows: number, inner: number, outputs: number): number {
  const { entries, packed } = lab.readLists(lists, rows, inner);
  const blocks = Math.ceil(inner / BLOCK);
  let terms = 0;
  entries.forEach((row, index) => {
    row.forEach((list, block) => {
      const isPacked = packed[Math.floor(index / 4) * blocks + block];
      terms += isPacked ? Math.min(BLOCK, inner - block * BLOCK) : list.length;
    });
  });
  return terms * outputs;
}

/** Of the columns of a matrix [rows, columns] those that a product computes: the awake ones of a panel where they fill fewer vectors. */
export function computedColumns(matrix: Float32Array, rows: number, columns: number): number {
  let computed = 0;
  for (let first = 0; first < columns; first += PANEL) {
    const width = Math.min(PANEL, columns - first);
    let awake = 0;
    for (let column = first; column < first + width; column++) {
      for (let row = 0; row < rows; row++) {
        if (matrix[row * columns + column] === 0) continue;
        awake++;
        break;
      }
    }
    computed += Math.ceil(awake / 4) < Math.ceil(width / 4) ? awake : width;
  }
  return computed;
}
