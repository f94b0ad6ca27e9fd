import { beforeAll, describe, expect, it } from "vitest";
import { conformanceKernels } from "./generated/conformance-kernels.ts";
import type { Kernels } from "./kernels.ts";
import { instantiateKernels, kernelModule } from "./module.ts";

// 10^7 draws for each rate, with keys that never change: what passes once passes always, and a generator that
// is not uniform or not independent does not pass.
const UNITS = 4096;
const ROWS = 612;
const PASSES = 4;
const DRAWS = UNITS * ROWS * PASSES;
const LAGS = 32;
/** Word w of block b mod 16 serves the units u with one value of u mod 64: the 4 words of 16 lanes. */
const CELLS = 64;
/** Among the 250 statistics below one at random lies beyond 4.5 deviations in one of 600 sets of keys. */
const DEVIATIONS = 4.5;

let kernels: Kernels;
let words: Uint32Array;
beforeAll(async () => {
  const memory = new WebAssembly.Memory({ initial: 2, maximum: 2 });
  kernels = await instantiateKernels([await kernelModule(conformanceKernels, false)], memory);
  words = new Uint32Array(memory.buffer, 0, UNITS);
});

/** Fills `words` for one row. */
type Draw = (row: number, pass: number, stream: number) => void;

function maskWordsOf(key: number): Draw {
  return (row, pass, stream) => kernels.maskWords(row, pass, stream, 0x1234567, key, UNITS, words.byteOffset, 0, 1);
}

/** The kept units of one row, 32 to a word. */
type Bits = Int32Array<ArrayBuffer>;

function keptUnits(rate: number, kept: Float64Array): Bits {
  const threshold = Math.round(rate * 2 ** 32);
  const bits = new Int32Array(UNITS / 32);
  for (let unit = 0; unit < UNITS; unit++) {
    if (words[unit] < threshold) continue;
    kept[unit % CELLS]++;
    bits[unit >> 5] |= 1 << (unit & 31);
  }
  return bits;
}

function ones(word: number): number {
  let n = word - ((word >>> 1) & 0x55555555);
  n = (n & 0x33333333) + ((n >>> 2) & 0x33333333);
  return (((n + (n >>> 4)) & 0x0f0f0f0f) * 0x01010101) >>> 24;
}

/** Counts over pairs of draws: how often both are kept, how often the first and the second. */
class Pairs {
  both = 0;
  first = 0;
  second = 0;
  count = 0;

  add(a: number, b: number): void {
    this.both += ones(a & b);
    this.first += ones(a);
    this.second += ones(b);
    this.count += 32;
  }

  /** sum of (a - keep)(b - keep) in its standard deviations, which for independent draws is keep (1 - keep) sqrt(count). */
  deviations(keep: number): number {
    const sum = this.both - keep * (this.first + this.second) + keep * keep * this.count;
    return sum / (keep * (1 - keep) * Math.sqrt(this.count));
  }
}

interface Statistics {
  /** The share of kept units, in deviations from keep. */
  rate: number;
  /** The chi-square of the cells, sum of (kept - n keep)^2 / (n keep (1 - keep)), in deviations from its mean. */
  cells: number;
  /** Correlations in deviations, by what lies between the two draws. */
  correlations: Map<string, number>;
}

function statisticsOf(rate: number, draw: Draw): Statistics {
  const keep = 1 - Math.round(rate * 2 ** 32) / 2 ** 32;
  const kept = new Float64Array(CELLS);
  const pairs = new Map<string, Pairs>();
  for (let lag = 1; lag <= LAGS; lag++) pairs.set(`${lag} units`, new Pairs());
  for (const name of ["row", "pass", "stream"]) pairs.set(`one ${name}`, new Pairs());
  const between = (name: string, a: Bits, b: Bits | undefined) => {
    for (let i = 0; b && i < b.length; i++) pairs.get(name)?.add(a[i], b[i]);
  };

  let passBefore: Bits[] = [];
  for (let pass = 0; pass < PASSES; pass++) {
    const rows: Bits[] = [];
    for (let row = 0; row < ROWS; row++) {
      // the last two passes are one pass of two streams
      draw(row, Math.min(pass, 2), pass < 3 ? 0 : 1);
      const bits = keptUnits(rate, kept);
      for (let lag = 1; lag <= LAGS; lag++) addLag(bits, lag, pairs.get(`${lag} units`) as Pairs);
      between("one row", bits, rows.at(-1));
      between(pass < 3 ? "one pass" : "one stream", bits, passBefore[row]);
      rows.push(bits);
    }
    passBefore = rows;
  }

  const deviation = (count: number, n: number) => (count - n * keep) / Math.sqrt(n * keep * (1 - keep));
  const total = kept.reduce((sum, count) => sum + count, 0);
  const chiSquare = kept.reduce((sum, count) => sum + deviation(count, DRAWS / CELLS) ** 2, 0);
  // Wilson and Hilferty: the cube root of a chi-square over its degrees of freedom is nearly normal
  const spread = 2 / (9 * CELLS);
  return {
    rate: deviation(total, DRAWS),
    cells: (Math.cbrt(chiSquare / CELLS) - (1 - spread)) / Math.sqrt(spread),
    correlations: new Map([...pairs].map(([name, pair]) => [name, pair.deviations(keep)])),
  };
}

/** Pairs of each unit with the one `lag` units further, in the same row. */
function addLag(bits: Bits, lag: number, pairs: Pairs): void {
  for (let i = 0; i + 1 < bits.length; i++) {
    pairs.add(bits[i], lag === 32 ? bits[i + 1] : (bits[i] >>> lag) | (bits[i + 1] << (32 - lag)));
  }
}

describe.each([0.01, 0.1, 0.2, 0.5, 0.9, 0.99])("10^7 mask words at rate %f", (rate) => {
  let statistics: Statistics;
  beforeAll(() => {
    statistics = statisticsOf(rate, maskWordsOf(Math.round(rate * 1e6)));
  });

  it("keep the share that they should, within 4 deviations", () => {
    expect(DRAWS).toBeGreaterThanOrEqual(1e7);
    expect(Math.abs(statistics.rate)).toBeLessThan(4);
  });

  it("are alike in all words and lanes (chi-square)", () => {
    expect(Math.abs(statistics.cells)).toBeLessThan(DEVIATIONS);
  });

  it("are not correlated between units 1 to 32 apart, rows, passes and streams", () => {
    expect(statistics.correlations.size).toBe(LAGS + 3);
    for (const [between, deviations] of statistics.correlations) {
      expect(Math.abs(deviations), between).toBeLessThan(DEVIATIONS);
    }
  });
});

describe("the statistics are seen to fail", () => {
  const draw = maskWordsOf(7);

  it("for a keep rate that is off by two thousandths", () => {
    const biased = statisticsOf(0.5, (...keys) => {
      draw(...keys);
      for (let unit = 0; unit < UNITS; unit += 250) words[unit] = 0;
    });
    expect(Math.abs(biased.rate)).toBeGreaterThan(4);
  });

  it("for a lane that differs from the others", () => {
    const uneven = statisticsOf(0.5, (row, ...keys) => {
      draw(row, ...keys);
      for (let unit = 5; unit < UNITS; unit += CELLS) words[unit] = row % 20 === 0 ? 0 : words[unit];
    });
    expect(uneven.cells).toBeGreaterThan(DEVIATIONS);
  });

  it("for words that come again", () => {
    const repeating = statisticsOf(0.5, (row, pass, stream) => {
      draw(row >> 1, pass >> 1, stream);
      for (let unit = 0; unit + 17 < UNITS; unit += 34) words[unit + 17] = words[unit];
    });
    const caught = [...repeating.correlations].filter(([, deviations]) => Math.abs(deviations) > DEVIATIONS);
    expect(caught.map(([between]) => between)).toEqual(expect.arrayContaining(["17 units", "one row", "one pass"]));
  });
});
