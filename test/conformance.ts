/**
 * The laboratory of the conformance tests: kernels run in a memory in which every byte is watched. Between the
 * buffers lie canaries, and after each call everything that the call did not declare as written must be as before.
 */
import { Buffer } from "node:buffer";
import type { Entry } from "../src/reference/compression.ts";
import { allKernels } from "../src/wasm/all-kernels.ts";
import { conformanceKernels } from "../src/wasm/generated/conformance-kernels.ts";
import { familyKernels } from "../src/wasm/generated/family-kernels.ts";
import { argumentNames, type KernelArguments, type KernelName, type Kernels } from "../src/wasm/kernels.ts";
import { BLOCK, FACTOR_HEAD, listBytes, type Matrix, PANEL, panelBytes, SCRATCH_BYTES, strideOf } from "../src/wasm/layout.ts";
import { instantiateKernels, kernelModules } from "../src/wasm/module.ts";

/** What fills canaries and outputs before a call: as f32 it is -2.9e-16, so that nobody takes it for a zero. */
const CANARY = 0xa5;
const CANARY_BYTES = 64;
/** What stands for the lengths of the lists where a group is packed: see `kernels/compress.ts`. */
const PACKED = -1;
const ARGUMENTS = argumentNames([familyKernels, conformanceKernels]);
/** Numbers of threads whose results must be one. */
export const THREADS = [1, 2, 3, 8];
const MOST_THREADS = 8;
const MEMORY_BYTES = 24 * 2 ** 20;
const SCRATCH = MEMORY_BYTES - MOST_THREADS * SCRATCH_BYTES - CANARY_BYTES;
const UNTOUCHED = Buffer.alloc(MEMORY_BYTES - SCRATCH, CANARY);

/** A named buffer: `count` runs of `bytes` bytes, `step` bytes apart. What lies between the runs is not to be written. */
export interface Region {
  readonly name: string;
  readonly pointer: number;
  readonly bytes: number;
  readonly step: number;
  readonly count: number;
}

export type MatrixRegion = Region & Matrix;
export type ListsRegion = { readonly lists: Region; readonly counts: Region };
/** The factors of a weight gradient: one in lists, whether that is D, and where the kernels look for it and for the other one. */
export type FactorsRegion = ListsRegion & { readonly factor: Region; readonly listsD: boolean };

export class Laboratory {
  readonly kernels: Kernels;
  /** Address of the scratch memory of all threads. A call that takes scratch may write its own threads' part. */
  readonly scratch = SCRATCH;
  readonly #bytes: Buffer;
  #regions: Region[] = [];
  #end = CANARY_BYTES;

  private constructor(memory: WebAssembly.Memory, kernels: Kernels) {
    this.#bytes = Buffer.from(memory.buffer);
    this.#bytes.fill(CANARY);
    this.kernels = kernels;
  }

  static async open(): Promise<Laboratory> {
    const pages = MEMORY_BYTES / 65536;
    const memory = new WebAssembly.Memory({ initial: pages, maximum: pages });
    return new Laboratory(
      memory,
      await instantiateKernels(await kernelModules([...allKernels, familyKernels, conformanceKernels], false), memory),
    );
  }

  /** Forgets all buffers. */
  clear(): void {
    this.#bytes.fill(CANARY, 0, this.#end);
    this.#bytes.fill(CANARY, SCRATCH - CANARY_BYTES);
    this.#regions = [];
    this.#end = CANARY_BYTES;
  }

  /** A contiguous buffer with these contents, or with garbage when only its length in bytes is given. */
  buffer(name: string, contents: ArrayBufferView | number): Region {
    const bytes = typeof contents === "number" ? contents : contents.byteLength;
    const region = this.#reserve(name, bytes, bytes, 1);
    if (typeof contents !== "number") this.#write(region.pointer, contents);
    return region;
  }

  /** An activation matrix: rows of whole vectors, the pads zero; without values an output full of garbage. */
  matrix(name: string, rows: number, columns: number, values?: ArrayLike<number>): MatrixRegion {
    const stride = strideOf(columns);
    const region = this.#reserve(name, wholeVectors(columns) * 4, stride * 4, rows);
    for (let row = 0; values && row < rows; row++) {
      const padded = new Float32Array(wholeVectors(columns));
      for (let column = 0; column < columns; column++) padded[column] = values[row * columns + column];
      this.#write(region.pointer + row * stride * 4, padded);
    }
    return { ...region, rows, columns, stride };
  }

  /** Weights [K, N] in panels [panel][K][PANEL], the columns beyond N zero. */
  panels(name: string, K: number, N: number, values: ArrayLike<number>): Region {
    return this.panelsInARow(name, K, N, [values]);
  }

  /** Several matrices [K, N] in panels, one behind the other, as the slots of an optimizer lie. */
  panelsInARow(name: string, K: number, N: number, matrices: readonly ArrayLike<number>[]): Region {
    const size = Math.ceil(N / PANEL) * K * PANEL;
    const panels = new Float32Array(size * matrices.length);
    for (const [i, values] of matrices.entries()) {
      for (let k = 0; k < K; k++) for (let n = 0; n < N; n++) panels[i * size + placeInPanels(k, n, K)] = values[k * N + n];
    }
    return this.buffer(name, panels);
  }

  /** A vector of N numbers, padded with zeros to whole panels. */
  vector(name: string, values: ArrayLike<number>): Region {
    const padded = new Float32Array(Math.ceil(values.length / PANEL) * PANEL);
    padded.set(Float32Array.from(values));
    return this.buffer(name, padded);
  }

  /** A matrix [rows, columns] as products take it: its rows, or with `compressColumns` its columns, in groups of four. */
  compress(kernel: "compressRows" | "compressColumns", source: MatrixRegion, path: number): ListsRegion {
    const { pointer, stride, rows, columns } = source;
    const { lists, counts } = listBytes(...(kernel === "compressRows" ? ([rows, columns] as const) : ([columns, rows] as const)));
    const region = { lists: this.buffer("lists", lists), counts: this.buffer("counts", counts) };
    const places = { lists: region.lists.pointer, counts: region.counts.pointer };
    this.run(kernel, { source: pointer, stride, rows, columns, ...places, path }, [region.lists, region.counts], 1);
    return region;
  }

  /** The factors of a weight gradient as its product takes them: the columns of h or of d are listed, the other is in panels. */
  factors(h: MatrixRegion, d: MatrixRegion, path: number): FactorsRegion {
    const { rows: B, columns: K } = h;
    const N = d.columns;
    const { lists, counts } = listBytes(Math.max(K, N), B);
    const region = { lists: this.buffer("lists", lists), counts: this.buffer("counts", counts) };
    const factor = this.buffer("factor", FACTOR_HEAD + panelBytes(B, K));
    this.run(
      "compressFactor",
      {
        ...{ h: h.pointer, hStride: h.stride, K, d: d.pointer, dStride: d.stride, N, B, path },
        ...{ lists: region.lists.pointer, counts: region.counts.pointer, factor: factor.pointer },
      },
      [region.lists, region.counts, factor],
      1,
    );
    return { ...region, factor, listsD: this.integers(factor)[0] === 1 };
  }

  /** The entries of each row in each block, read from lists and packed groups alike, and which groups are packed. */
  readLists({ lists, counts }: ListsRegion, rows: number, inner: number): { entries: Entry[][][]; packed: boolean[] } {
    const [bytes, words] = [this.bytes(lists), this.integers(counts)];
    const view = new DataView(bytes.buffer);
    const blocks = Math.ceil(inner / BLOCK);
    const entries: Entry[][][] = Array.from({ length: rows }, () => []);
    const packed: boolean[] = [];
    for (let group = 0; group < Math.ceil(rows / 4); group++) {
      for (let block = 0; block < blocks; block++) {
        const count = Math.min(BLOCK, inner - block * BLOCK);
        const start = 32 * (group * inner + block * BLOCK);
        const lengths = words.subarray(4 * (group * blocks + block));
        packed.push(lengths[0] === PACKED);
        for (let row = 0; row < Math.min(4, rows - 4 * group); row++) {
          const listed = (i: number) => ({
            index: view.getUint32(start + 8 * (row * count + i), true) / (PANEL * 4),
            value: view.getFloat32(start + 8 * (row * count + i) + 4, true),
          });
          const kept = (index: number) => ({ index, value: view.getFloat32(start + 16 * index + 4 * row, true) });
          const length = lengths[0] === PACKED ? count : lengths[row];
          const all = Array.from({ length }, (_, i) => (lengths[0] === PACKED ? kept(i) : listed(i)));
          entries[4 * group + row].push(lengths[0] === PACKED ? all.filter(({ value }) => value !== 0) : all);
        }
      }
    }
    return { entries, packed };
  }

  /**
   * Calls a kernel for each of `threads` threads in turn, the last first, and checks that only `writes` changed.
   * Without `threads`: with each number of threads from the same memory, checking that all results have the same bits.
   */
  run<Name extends KernelName>(kernel: Name, values: KernelArguments<Name>, writes: readonly Region[], threads?: number): void {
    if (threads !== undefined) {
      this.#call(kernel, values, writes, threads);
      return;
    }
    const before = Buffer.from(this.#bytes.subarray(0, this.#end));
    let single: Buffer | undefined;
    for (const count of THREADS) {
      before.copy(this.#bytes);
      this.#call(kernel, values, writes, count);
      single ??= Buffer.from(this.#bytes.subarray(0, this.#end));
      this.#expectSame(single, `${kernel} with ${count} threads differs from one thread`);
    }
  }

  /** Fills outputs with garbage again, so that what an earlier call left there does not pass for a result. */
  spoil(...regions: readonly Region[]): void {
    for (const { pointer, bytes, step, count } of regions) {
      for (let i = 0; i < count; i++) this.#bytes.fill(CANARY, pointer + i * step, pointer + i * step + bytes);
    }
  }

  /** Puts back what {@link bytes} has taken. */
  put({ pointer, bytes, step, count }: Region, contents: Uint8Array): void {
    for (let i = 0; i < count; i++) this.#bytes.set(contents.subarray(i * bytes, (i + 1) * bytes), pointer + i * step);
  }

  /** A copy of a buffer's bytes. */
  bytes(region: Region): Uint8Array<ArrayBuffer> {
    const runs = Array.from({ length: region.count }, (_, i) => {
      const start = region.pointer + i * region.step;
      return this.#bytes.subarray(start, start + region.bytes);
    });
    return Uint8Array.from(Buffer.concat(runs));
  }

  floats(region: Region): Float32Array {
    return new Float32Array(this.bytes(region).buffer);
  }

  doubles(region: Region): Float64Array {
    return new Float64Array(this.bytes(region).buffer);
  }

  integers(region: Region): Int32Array {
    return new Int32Array(this.bytes(region).buffer);
  }

  /** The numbers [rows, columns] of an activation matrix, its pads checked to be zero. */
  readMatrix(matrix: MatrixRegion): Float32Array {
    const padded = this.floats(matrix);
    const width = wholeVectors(matrix.columns);
    return takeUnpadded(matrix, padded, (i) => (i % width < matrix.columns ? i : -1));
  }

  /** The numbers [K, N] of weights in panels, the columns beyond N checked to be zero. */
  readPanels(region: Region, K: number, N: number): Float32Array {
    const panels = this.floats(region);
    const values = new Float32Array(K * N);
    for (let k = 0; k < K; k++) for (let n = 0; n < N; n++) values[k * N + n] = panels[placeInPanels(k, n, K)];
    takeUnpadded(region, panels, (i) => (Math.floor(i / (K * PANEL)) * PANEL + (i % PANEL) < N ? i : -1));
    return values;
  }

  /** The first N numbers of a vector, the rest of the last whole vector checked to be zero. */
  readVector(region: Region, N: number): Float32Array {
    return takeUnpadded(region, this.floats(region).subarray(0, wholeVectors(N)), (i) => (i < N ? i : -1));
  }

  #reserve(name: string, bytes: number, step: number, count: number): Region {
    const pointer = Math.ceil((this.#end + CANARY_BYTES) / CANARY_BYTES) * CANARY_BYTES;
    const region = { name, pointer, bytes, step, count };
    this.#end = pointer + step * count + CANARY_BYTES;
    if (this.#end > SCRATCH - CANARY_BYTES) throw new Error(`the laboratory has no room for ${name}`);
    this.#regions.push(region);
    return region;
  }

  #write(pointer: number, contents: ArrayBufferView): void {
    this.#bytes.set(new Uint8Array(contents.buffer, contents.byteOffset, contents.byteLength), pointer);
  }

  #call<Name extends KernelName>(kernel: Name, values: KernelArguments<Name>, writes: readonly Region[], threads: number): void {
    const names: readonly KernelArguments<Name>[keyof KernelArguments<Name>][] = ARGUMENTS[kernel].map(
      (name) => values[name as keyof KernelArguments<Name>],
    );
    const before = Buffer.from(this.#bytes.subarray(0, this.#end));
    for (let thread = threads - 1; thread >= 0; thread--) this.kernels[kernel](...names, thread, threads);
    for (const { pointer, bytes, step, count } of writes) {
      for (let start = pointer; start < pointer + step * count; start += step) {
        this.#bytes.copy(before, start, start, start + bytes);
      }
    }
    this.#expectSame(before, `${kernel} with ${threads} threads wrote where it should not`);
    const ownScratch = "scratch" in values ? threads * SCRATCH_BYTES : 0;
    for (const side of [this.#bytes.subarray(SCRATCH - CANARY_BYTES, SCRATCH), this.#bytes.subarray(SCRATCH + ownScratch)]) {
      if (!side.equals(UNTOUCHED.subarray(0, side.length))) {
        throw new Error(`${kernel} with ${threads} threads wrote outside its scratch`);
      }
    }
    this.#bytes.fill(CANARY, SCRATCH, SCRATCH + ownScratch);
  }

  #expectSame(expected: Buffer, complaint: string): void {
    const actual = this.#bytes.subarray(0, this.#end);
    if (actual.equals(expected)) return;
    const at = actual.findIndex((byte, i) => byte !== expected[i]);
    const near = this.#regions.findLast(({ pointer }) => pointer - CANARY_BYTES <= at);
    throw new Error(
      `${complaint}: byte ${at - (near?.pointer ?? 0)} of ${near?.name ?? "memory"} (${near?.bytes} x ${near?.count})`,
    );
  }
}

/** Columns rounded up to whole vectors of four. */
export function wholeVectors(columns: number): number {
  return Math.ceil(columns / 4) * 4;
}

function placeInPanels(k: number, n: number, K: number): number {
  return (Math.floor(n / PANEL) * K + k) * PANEL + (n % PANEL);
}

/** The entries whose place is not -1; the others are pads and must be +0. */
function takeUnpadded({ name }: Region, padded: Float32Array, place: (i: number) => number): Float32Array {
  return padded.filter((value, i) => {
    if (place(i) >= 0) return true;
    if (!Object.is(value, 0)) throw new Error(`the pad ${i} of ${name} is ${value}`);
    return false;
  });
}
