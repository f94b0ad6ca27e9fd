import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { maskWord, maskWords } from "./mask-words.ts";
import { type Block, type Key, philox } from "./philox.ts";

const word = fc.integer({ min: 0, max: 0xffffffff });

describe("philox", () => {
  // Random123, kat_vectors: all rows of philox4x32 with 10 rounds.
  const knownAnswers: { counter: Block; key: Key; block: Block }[] = [
    {
      counter: [0, 0, 0, 0],
      key: [0, 0],
      block: [0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8],
    },
    {
      counter: [0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff],
      key: [0xffffffff, 0xffffffff],
      block: [0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd],
    },
    {
      counter: [0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344],
      key: [0xa4093822, 0x299f31d0],
      block: [0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1],
    },
  ];
  it.each(knownAnswers)("gives the published answer for $counter", ({ counter, key, block }) => {
    expect(philox(counter, key)).toEqual(block);
  });

  it("is a bijection of the counter: different counters, different blocks", () => {
    const counter = fc.tuple(word, word, word, word);
    fc.assert(
      fc.property(counter, counter, fc.tuple(word, word), (a, b, key) => {
        fc.pre(a.some((value, i) => value !== b[i]));
        expect(philox(a, key)).not.toEqual(philox(b, key));
      }),
    );
  });
});

describe("mask words", () => {
  it("use every word of every block exactly once", () => {
    const keys = { key: [1, 2] as const, stream: 3, pass: 4 };
    const words = new Set(maskWords(160, 5, keys));
    const blocks = Array.from({ length: 40 }, (_, block) => philox([block, 5, 4, 3], [1, 2]));
    expect(words).toEqual(new Set(blocks.flat()));
    expect(words.size).toBe(160);
  });

  it("are one function of unit, row and keys, however many units are asked for", () => {
    const keys = fc.record({ key: fc.tuple(word, word), stream: word, pass: word });
    fc.assert(
      fc.property(fc.nat(40), fc.nat(40), word, keys, (unit, more, row, k) => {
        expect(maskWords(unit + 1 + more, row, k)[unit]).toBe(maskWord(unit, row, k));
      }),
    );
  });
});
