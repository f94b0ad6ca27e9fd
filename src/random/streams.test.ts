import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Block, type Key, philox as twin } from "../reference/philox.ts";
import { checkSeed, streamKey, WordStream } from "./streams.ts";

const word = fc.integer({ min: 0, max: 0xffffffff });
const keys = fc.tuple(word, word);

/** The key of a stream, said again over the twin: eight bytes of the name at a time, xored into the first two words. */
function keyOf(seed: number, name: string): Key {
  const bytes = [...new TextEncoder().encode(name)];
  const seedKey: Key = [seed % 2 ** 32, Math.floor(seed / 2 ** 32)];
  let state: Block = [0, 0, 0, bytes.length];
  for (let start = 0; start === 0 || start < bytes.length; start += 8) {
    const [low, high] = [0, 4].map(
      (at) => new DataView(Uint8Array.from({ length: 4 }, (_, i) => bytes[start + at + i] ?? 0).buffer),
    );
    const [c0, c1, c2, c3] = state;
    state = twin([(c0 ^ low.getUint32(0, true)) >>> 0, (c1 ^ high.getUint32(0, true)) >>> 0, c2, c3], seedKey);
  }
  return [state[0], state[1]];
}

describe("the key of a stream", () => {
  it("is Philox over the name's bytes under the seed", () => {
    fc.assert(
      fc.property(fc.maxSafeNat(), fc.string({ unit: fc.constantFrom(..."az09/._-é日🌙\0"), maxLength: 40 }), (seed, name) => {
        expect(streamKey(seed, name)).toEqual(keyOf(seed, name));
      }),
    );
  });

  it("is the one that released models were trained with", () => {
    expect(streamKey(42, "mask/dropout1")).toEqual([4079072879, 2187143460]);
  });

  it("differs for every seed and every name", () => {
    const names = Array.from({ length: 60 }, (_, i) => `mask/dropout${i}`);
    const seeds = [0, 1, 2, 2 ** 31, 2 ** 32, 2 ** 32 + 1, 2 ** 53 - 1];
    const all = ["", "a", "a\0", "\0a", "mask", "mask/", ...names].flatMap((name) =>
      seeds.map((seed) => streamKey(seed, name).join()),
    );
    expect(new Set(all).size).toBe(all.length);
  });
});

describe("a stream of words", () => {
  it("is the blocks of its key in order, the pass in the third word of the counter", () => {
    fc.assert(
      fc.property(keys, fc.nat(2 ** 31), fc.nat(30), (key, pass, count) => {
        const stream = new WordStream(key, pass);
        const words = Array.from({ length: count }, () => stream.next());
        const blocks = Array.from({ length: Math.ceil(count / 4) }, (_, i) => twin([i, 0, pass, 0], key));
        expect(words).toEqual(blocks.flat().slice(0, count));
      }),
    );
  });

  it("gives whole numbers below a bound: the high half of word x bound, words of the uneven rest rejected", () => {
    const bounds = fc.oneof(
      fc.integer({ min: 1, max: 100 }),
      fc.integer({ min: 1, max: 0xffffffff }),
      fc.constantFrom(2 ** 31 + 1, 3 * 2 ** 30),
    );
    fc.assert(
      fc.property(keys, bounds, (key, bound) => {
        const [stream, words] = [new WordStream(key), new WordStream(key)];
        for (let i = 0; i < 20; i++) {
          let product: bigint;
          do product = BigInt(words.next()) * BigInt(bound);
          while (product % 2n ** 32n < 2n ** 32n % BigInt(bound));
          expect(stream.below(bound)).toBe(Number(product / 2n ** 32n));
        }
      }),
    );
  });

  it.each([2, 3, 7, 10, 1000])("gives each number below %i equally often", (bound) => {
    const draws = 200 * bound;
    const counts = new Uint32Array(bound);
    const stream = new WordStream([1, bound]);
    for (let i = 0; i < draws; i++) counts[stream.below(bound)]++;
    const chiSquare = counts.reduce((sum, count) => sum + (count - 200) ** 2 / 200, 0);
    expect(Math.abs(chiSquare - (bound - 1))).toBeLessThan(4 * Math.sqrt(2 * (bound - 1)));
  });

  it("gives each number below 3 x 2^30 equally often, where a quarter of all words is rejected", () => {
    // by the top: multiply and shift without rejection would give even thirds of 3 x 2^30 another share than odd ones
    const stream = new WordStream([5, 6]);
    const counts = [0, 0, 0];
    for (let i = 0; i < 30_000; i++) counts[stream.below(3 * 2 ** 30) % 3]++;
    const chiSquare = counts.reduce((sum, count) => sum + (count - 10_000) ** 2 / 10_000, 0);
    expect(chiSquare).toBeLessThan(18.4);
  });
});

describe("a seed", () => {
  it("is any whole number from 0 to 2^53 - 1, and nothing else", () => {
    fc.assert(
      fc.property(fc.maxSafeNat(), (seed) => {
        expect(checkSeed("test", seed)).toBe(seed);
      }),
    );
    for (const wrong of [-1, 0.5, 2 ** 53, Number.NaN, Number.POSITIVE_INFINITY, "1", 1n, null, undefined]) {
      expect(() => checkSeed("test", wrong)).toThrow("give a whole number from 0 to 9007199254740991");
    }
  });
});
