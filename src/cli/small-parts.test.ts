import { createHash } from "node:crypto";
import { expect, it } from "vitest";
import { formatTable } from "./table.ts";
import { Throttle } from "./throttle.ts";
import { weightsHash } from "./weights-hash.ts";

it("a table has names on the left, numbers on the right and a rule below its heading", () => {
  const rows = [
    ["", "without", "with"],
    ["test error", "1.5%", "12%"],
  ];
  expect(formatTable(rows)).toEqual(["             without   with", "─".repeat(27), "test error      1.5%    12%"]);
});

it("a throttle lets the first through, and one per interval", () => {
  let time = 5;
  const throttle = new Throttle(0.5, () => time);
  const due = [0, 0.125, 0.25, 0.125, 0.375, 3, 0].map((passed) => {
    time += passed;
    return throttle.isDue();
  });
  expect(due).toEqual([true, false, false, true, false, true, false]);
});

it("the hash of weights is that of their names and little-endian floats, in order", () => {
  const bytes = Buffer.concat([Buffer.from("dense1.weight"), Buffer.from([0, 0, 0x80, 0x3f, 0, 0, 0, 0xc0])]);
  expect(weightsHash(new Map([["dense1.weight", Float32Array.of(1, -2)]]))).toBe(
    createHash("sha256").update(bytes).digest("hex"),
  );
  const [a, b] = [
    ["a", Float32Array.of(1)],
    ["b", Float32Array.of(2)],
  ] as const;
  expect(weightsHash(new Map([a, b]))).not.toBe(weightsHash(new Map([b, a])));
});
