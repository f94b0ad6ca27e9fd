import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { philox as twin } from "../reference/philox.ts";
import { type Key, philox } from "./philox.ts";

const word = fc.integer({ min: 0, max: 0xffffffff });

/** The block of a counter, as an array. */
function block([c0, c1, c2, c3]: readonly number[], key: Key): number[] {
  const out = new Uint32Array(4);
  philox(c0, c1, c2, c3, key, out);
  return [...out];
}

describe("philox", () => {
  // Random123, kat_vectors: all rows of philox4x32 with 10 rounds.
  it.each([
    [
      [0, 0, 0, 0],
      [0, 0],
      [0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8],
    ],
    [
      [0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff],
      [0xffffffff, 0xffffffff],
      [0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd],
    ],
    [
      [0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344],
      [0xa4093822, 0x299f31d0],
      [0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1],
    ],
  ] as [number[], Key, number[]][])("gives the published answer for counter %j", (counter, key, answer) => {
    expect(block(counter, key)).toEqual(answer);
  });

  it("is the twin for every counter and key", () => {
    fc.assert(
      fc.property(fc.tuple(word, word, word, word), fc.tuple(word, word), (counter, key) => {
        expect(block(counter, key)).toEqual(twin(counter, key));
      }),
      { numRuns: 2000 },
    );
  });

  it("takes words that were made negative by integer arithmetic for the same words", () => {
    fc.assert(
      fc.property(fc.tuple(word, word, word, word), fc.tuple(word, word), (counter, key) => {
        const signed = counter.map((value) => value | 0);
        expect(block(signed, [key[0] | 0, key[1] | 0])).toEqual(block(counter, key));
      }),
    );
  });
});
