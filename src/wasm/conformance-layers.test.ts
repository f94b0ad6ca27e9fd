import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { expectExact, inCase } from "../../test/closeness.ts";
import { Laboratory } from "../../test/conformance.ts";
import { Draws } from "../../test/draws.ts";
import { dropoutParameters } from "../../test/records.ts";
import { compressColumns, compressRows, type Entry } from "../reference/compression.ts";
import { dropout, dropoutMask, type Scaling, trainingScale } from "../reference/dropout.ts";
import { maskWord, maskWords } from "../reference/mask-words.ts";
import { philox } from "../reference/philox.ts";
import { relu, reluGradient } from "../reference/relu.ts";
import { scale } from "../reference/scale.ts";
import { BLOCK, listBytes, SCRATCH_BYTES } from "./layout.ts";

/** Each dimension through all sizes with the other drawn, and around the ends of blocks and of padded strides. */
const CASES = [...Array(68).keys(), 127, 128, 129, 191, 192, 193, 255, 256, 257, 385].flatMap((size) => {
  const draws = new Draws(size);
  const density = [0, 0.1, 0.5, 0.9, 1][size % 5];
  return [
    { rows: size, columns: draws.integer(0, 67), density },
    { rows: draws.integer(0, 9), columns: size, density },
  ];
});
/** Numbers at which a comparison or a product may go wrong. */
const SPECIAL = [Number.NaN, Infinity, -Infinity, 0, -0, 1e-45, -1e-45, 1.1754944e-38, 3.4028235e38, -3.4028235e38, 1, -1];

let lab: Laboratory;
beforeAll(async () => {
  lab = await Laboratory.open();
});

function numbersOf({ rows, columns, density }: (typeof CASES)[number]): Float32Array {
  const draws = new Draws(rows * 1000 + columns);
  return draws
    .floats(rows * columns, density)
    .map((value) => (draws.integer(0, 9) === 0 ? SPECIAL[draws.integer(0, 11)] : value));
}

function eachCase(test: (values: (typeof CASES)[number] & { x: Float32Array; draws: Draws }) => void): void {
  for (const values of CASES) {
    inCase(values, () => {
      lab.clear();
      test({ ...values, x: numbersOf(values), draws: new Draws(values.rows + 77 * values.columns) });
    });
  }
}

describe("rectifier", () => {
  it("relu is the twin's to the bit, NaN stays NaN", () => {
    eachCase(({ rows, columns, x }) => {
      const from = lab.matrix("x", rows, columns, x);
      const to = lab.matrix("y", rows, columns);
      lab.run("relu", { x: from.pointer, y: to.pointer, stride: to.stride, rows, columns }, [to]);
      expectExact(lab.readMatrix(to), relu(x), "relu");
    });
  });

  it("reluGradient is the twin's to the bit, also in place", () => {
    eachCase(({ rows, columns, x, draws }) => {
      const gradient = draws.floats(rows * columns, 0.9);
      const y = lab.matrix("y", rows, columns, x);
      const dy = lab.matrix("dy", rows, columns, gradient);
      const dx = lab.matrix("dx", rows, columns);
      const common = { y: y.pointer, dy: dy.pointer, stride: y.stride, rows, columns };
      lab.run("reluGradient", { ...common, dx: dx.pointer }, [dx]);
      expectExact(lab.readMatrix(dx), reluGradient(x, gradient), "apart");
      lab.run("reluGradient", { ...common, dx: dy.pointer }, [dy]);
      expectExact(lab.readMatrix(dy), reluGradient(x, gradient), "in place");
    });
  });
});

describe("inputs and scale", () => {
  it("scale is the twin's to the bit, also in place", () => {
    eachCase(({ rows, columns, x, draws }) => {
      const factor = Math.fround(draws.unit());
      const from = lab.matrix("x", rows, columns, x);
      const to = lab.matrix("y", rows, columns);
      lab.run("scale", { x: from.pointer, y: to.pointer, stride: to.stride, rows, columns, factor }, [to]);
      expectExact(lab.readMatrix(to), scale(x, factor), "apart");
      lab.run("scale", { x: from.pointer, y: from.pointer, stride: to.stride, rows, columns, factor }, [from]);
      expectExact(lab.readMatrix(from), scale(x, factor), "in place");
    });
  });

  it("inputBytes is the twin's to the bit", () => {
    eachCase(({ rows, columns, draws }) => {
      const pixels = Uint8Array.from({ length: rows * columns }, () => draws.integer(0, 255));
      const factor = Math.fround(1 / 255);
      const source = lab.buffer("source", pixels);
      const to = lab.matrix("target", rows, columns);
      const call = { source: source.pointer, target: to.pointer, stride: to.stride, rows, columns, scale: factor };
      lab.run("inputBytes", call, [to]);
      expectExact(lab.readMatrix(to), scale(pixels, factor), "inputs");
    });
  });

  it("inputFloats keeps every number", () => {
    eachCase(({ rows, columns, x }) => {
      const source = lab.buffer("source", x);
      const to = lab.matrix("target", rows, columns);
      lab.run("inputFloats", { source: source.pointer, target: to.pointer, stride: to.stride, rows, columns }, [to]);
      expectExact(lab.readMatrix(to), x, "inputs");
    });
  });
});

describe("compression", () => {
  /** The matrix itself, listed, packed or chosen by density: always the twin's entries. */
  function check(kernel: "compressRows" | "compressColumns", twin: typeof compressRows): void {
    eachCase(({ rows, columns, density, x }) => {
      const [outer, inner] = kernel === "compressRows" ? [rows, columns] : [columns, rows];
      const matrix = lab.matrix("source", rows, columns, x);
      const { lists, counts } = listBytes(outer, inner);
      const region = { lists: lab.buffer("lists", lists), counts: lab.buffer("counts", counts) };
      const places = { source: matrix.pointer, lists: region.lists.pointer, counts: region.counts.pointer };
      const expected: Entry[][][] = twin(x, rows, columns, BLOCK);
      for (const path of [0, 1, 2]) {
        lab.spoil(region.lists, region.counts);
        lab.run(kernel, { ...places, stride: matrix.stride, rows, columns, path }, [region.lists, region.counts]);
        const { entries, packed } = lab.readLists(region, outer, inner);
        expect(entries, `path ${path}, density ${density}`).toEqual(expected);
        expect(packed, `groups packed on path ${path}, density ${density}`).toEqual(
          groupsOf(expected, inner).map(({ rows, nonZero, count }) => rows === 4 && [nonZero > 3.4 * count, false, true][path]),
        );
      }
    });
  }

  /** Per group of four rows and block: its rows, its entries that are not zero, and the length of the block. */
  function groupsOf(lists: Entry[][][], inner: number): { rows: number; nonZero: number; count: number }[] {
    return Array.from({ length: Math.ceil(lists.length / 4) }, (_, group) => lists.slice(4 * group, 4 * group + 4)).flatMap(
      (rows) =>
        Array.from({ length: Math.ceil(inner / BLOCK) }, (_, block) => ({
          rows: rows.length,
          nonZero: rows.reduce((sum, blocks) => sum + blocks[block].length, 0),
          count: Math.min(BLOCK, inner - block * BLOCK),
        })),
    );
  }

  it("compressRows keeps the twin's entries", () => check("compressRows", compressRows));
  it("compressColumns keeps the twin's entries", () => check("compressColumns", compressColumns));
});

const word = fc.oneof(fc.integer({ min: 0, max: 0xffffffff }), fc.constantFrom(0, 1, 0x7fffffff, 0x80000000, 0xffffffff));

describe("Philox and mask words", () => {
  it.each([
    ["zeros", [0, 0, 0, 0], [0, 0], "6627e8d5 e169c58d bc57ac4c 9b00dbd8"],
    ["all ones", Array(4).fill(0xffffffff), Array(2).fill(0xffffffff), "408f276d 41c83b0e a20bc7c6 6d5451fd"],
    [
      "the digits of pi",
      [0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344],
      [0xa4093822, 0x299f31d0],
      "d16cfe09 94fdcceb 5001e420 24126ea1",
    ],
  ])("philoxBlock gives Random123's known answer for %s", (_, counter, key, answer) => {
    expect(block(counter, key).map((value) => value.toString(16).padStart(8, "0"))).toEqual(answer.split(" "));
  });

  it("philoxBlock is the twin's for any counter and key", () => {
    fc.assert(
      fc.property(fc.tuple(word, word, word, word), fc.tuple(word, word), (counter, key) => {
        expect(block(counter, key)).toEqual([...philox(counter, key)]);
      }),
    );
  });

  function block(counter: number[], key: number[]): number[] {
    lab.clear();
    const counterBuffer = lab.buffer("counter", Uint32Array.from(counter));
    const keyBuffer = lab.buffer("key", Uint32Array.from(key));
    const out = lab.buffer("out", 16);
    const scratch = lab.buffer("scratch", 64);
    const places = { counter: counterBuffer.pointer, key: keyBuffer.pointer, out: out.pointer, scratch: scratch.pointer };
    lab.run("philoxBlock", places, [out, scratch]);
    return [...new Uint32Array(lab.bytes(out).buffer)];
  }

  it("maskWords are the twin's for any unit, row and keys", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 67 }), word, word, word, fc.tuple(word, word), (units, row, pass, stream, key) => {
        lab.clear();
        const padded = Math.ceil(units / 32) * 32;
        const out = lab.buffer("out", padded * 4);
        lab.run("maskWords", { row, pass, stream, key0: key[0], key1: key[1], units, out: out.pointer }, [out]);
        expect(new Uint32Array(lab.bytes(out).buffer)).toEqual(maskWords(padded, row, { key, stream, pass }));
      }),
    );
  });
});

describe("dropout", () => {
  it("is the twin's to the bit, forward and backward, also in place, at any rate, scaling, size and key", () => {
    const keys = fc.record({ key: fc.tuple(word, word), stream: word, pass: word });
    const rate = fc.oneof(
      fc.constantFrom(0, 0.2, 0.5, 0.9, 1, Number.MIN_VALUE, 1 - 2 ** -53),
      fc.double({ min: 0, max: 1, noNaN: true }),
    );
    const scaling = fc.constantFrom<Scaling>("inverted", "standard");
    const size = fc.record({ rows: fc.integer({ min: 0, max: 6 }), columns: fc.integer({ min: 0, max: 67 }) });
    fc.assert(
      fc.property(keys, rate, scaling, size, fc.nat(), (k, r, s, { rows, columns }, seed) => {
        lab.clear();
        const draws = new Draws(seed);
        const x = numbersOf({ rows, columns, density: draws.unit() });
        const rowIndices = Uint32Array.from({ length: rows }, () => draws.word());
        const factor = Math.fround(trainingScale(r, s));
        const indices = lab.buffer("indices", rowIndices);
        const parameters = lab.buffer("parameters", dropoutParameters(r, factor));
        const from = lab.matrix("x", rows, columns, x);
        const to = lab.matrix("y", rows, columns);
        const common = {
          ...{ x: from.pointer, stride: from.stride, rows, columns, indices: indices.pointer, parameters: parameters.pointer },
          ...{ pass: k.pass, stream: k.stream, key0: k.key[0], key1: k.key[1] },
          ...{ scratch: lab.scratch, scratchBytes: SCRATCH_BYTES },
        };
        const expected = dropout(x, dropoutMask(r, rowIndices, columns, k), factor);
        lab.run("dropout", { ...common, y: to.pointer }, [to]);
        expectExact(lab.readMatrix(to), expected, "apart");
        lab.run("dropout", { ...common, y: from.pointer }, [from]);
        expectExact(lab.readMatrix(from), expected, "in place");

        // One row for all: the row of the batch's place, also where nothing is kept of it.
        const batch = draws.word();
        const one = dropoutMask(r, new Uint32Array(rows).fill(batch), columns, k);
        const row = lab.matrix("mask", 1, columns);
        const { pass, stream, key0, key1, scratch, scratchBytes } = common;
        const words = { columns, batch, parameters: parameters.pointer, pass, stream, key0, key1, scratch, scratchBytes };
        lab.run("sharedMask", { ...words, mask: row.pointer }, [row]);
        if (rows > 0)
          expectExact(lab.readMatrix(row), dropout(new Float32Array(columns).fill(1), one.subarray(0, columns), factor), "row");
        const shared = lab.matrix("shared", rows, columns, x);
        const rowsOf = { stride: shared.stride, rows, columns, mask: row.pointer };
        lab.run("maskRows", { ...rowsOf, x: shared.pointer, y: to.pointer }, [to]);
        expectExact(lab.readMatrix(to), dropout(x, one, factor), "shared, apart");
        lab.run("maskRows", { ...rowsOf, x: shared.pointer, y: shared.pointer }, [shared]);
        expectExact(lab.readMatrix(shared), dropout(x, one, factor), "shared, in place");
      }),
      { numRuns: process.env.DROWSE_DEEP ? 2000 : 200 },
    );
  });

  it("keeps a unit whose word is the threshold itself", () => {
    const keys = { key: [3, 4], stream: 2, pass: 1 } as const;
    for (let unit = 0; unit < 20; unit++) {
      const rate = maskWord(unit, 7, keys) / 2 ** 32;
      expect(dropoutMask(rate, [7], 20, keys)[unit]).toBe(1);
      lab.clear();
      const indices = lab.buffer("indices", Uint32Array.of(7));
      const parameters = lab.buffer("parameters", dropoutParameters(rate, 1));
      const x = lab.matrix("x", 1, 20, new Float32Array(20).fill(1));
      const call = {
        ...{ x: x.pointer, y: x.pointer, stride: x.stride, rows: 1, columns: 20, indices: indices.pointer },
        ...{ parameters: parameters.pointer, pass: keys.pass, stream: keys.stream, key0: keys.key[0], key1: keys.key[1] },
      };
      lab.run("dropout", { ...call, scratch: lab.scratch, scratchBytes: SCRATCH_BYTES }, [x]);
      expectExact(lab.readMatrix(x), dropoutMask(rate, [7], 20, keys), `unit ${unit}`);
    }
  });

  it("at rate 0 is the identity, at rate 1 gives zeros, whatever the numbers", () => {
    const columns = SPECIAL.length;
    for (const scaling of ["inverted", "standard"] as const) {
      for (const [rate, expected] of [
        [0, SPECIAL],
        [1, SPECIAL.map(() => 0)],
      ] as const) {
        lab.clear();
        const indices = lab.buffer("indices", Uint32Array.of(7));
        const parameters = lab.buffer("parameters", dropoutParameters(rate, trainingScale(rate, scaling)));
        const x = lab.matrix("x", 1, columns, SPECIAL);
        const y = lab.matrix("y", 1, columns);
        const call = {
          ...{ x: x.pointer, y: y.pointer, stride: x.stride, rows: 1, columns, indices: indices.pointer },
          ...{ parameters: parameters.pointer, pass: 1, stream: 2, key0: 3, key1: 4 },
        };
        lab.run("dropout", { ...call, scratch: lab.scratch, scratchBytes: SCRATCH_BYTES }, [y]);
        expectExact(lab.readMatrix(y), expected, `rate ${rate}`);
      }
    }
  });
});
