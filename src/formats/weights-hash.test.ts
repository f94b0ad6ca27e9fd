import { createHash } from "node:crypto";
import { expect, it } from "vitest";
import { weightsHash } from "./weights-hash.ts";

it("the hash of weights is that of their names and little-endian floats, in order", async () => {
  const bytes = Buffer.concat([Buffer.from("dense1.weight"), Buffer.from([0, 0, 0x80, 0x3f, 0, 0, 0, 0xc0])]);
  expect(await weightsHash(new Map([["dense1.weight", Float32Array.of(1, -2)]]))).toBe(
    createHash("sha256").update(bytes).digest("hex"),
  );
  const [a, b] = [
    ["a", Float32Array.of(1)],
    ["b", Float32Array.of(2)],
  ] as const;
  expect(await weightsHash(new Map([a, b]))).not.toBe(await weightsHash(new Map([b, a])));
});
