import fc from "fast-check";
import { expect, it } from "vitest";
import { inOrder } from "./in-order.ts";

async function* from(count: number) {
  for (let item = 0; item < count; item++) yield item;
}

it("gives the result of each item once, in order, whatever is ready first, and takes no more than it may", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.nat(3), { maxLength: 30 }), fc.integer({ min: 1, max: 6 }), async (turns, most) => {
      let [running, highest] = [0, 0];
      const work = async (item: number) => {
        highest = Math.max(highest, ++running);
        for (let turn = 0; turn < turns[item]; turn++) await new Promise((resolve) => setImmediate(resolve));
        running--;
        return 10 * item;
      };
      const given: [number, number][] = [];
      for await (const one of inOrder(from(turns.length), work, (pending) => pending.length < most)) given.push(one);
      expect(given).toEqual(turns.map((_, item) => [item, 10 * item]));
      expect(highest).toBeLessThanOrEqual(most);
    }),
    { numRuns: 60, seed: 3 },
  );
});

it("fails where an item does, when it is its turn", async () => {
  const work = async (item: number) => {
    if (item === 3) throw new Error("the third");
    return item;
  };
  const given: number[] = [];
  const all = async () => {
    for await (const [item] of inOrder(from(9), work, (pending) => pending.length < 5)) given.push(item);
  };
  await expect(all()).rejects.toThrow("the third");
  expect(given).toEqual([0, 1, 2]);
});
