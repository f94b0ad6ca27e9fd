import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { allKernels } from "./all-kernels.ts";
import { Arena } from "./arena.ts";
import { conformanceKernels } from "./generated/conformance-kernels.ts";
import { trainingKernels } from "./generated/kernels.ts";
import { predictionKernels } from "./generated/prediction-kernels.ts";
import { createLocalMachine } from "./local-machine.ts";
import { createMemory } from "./memory.ts";
import { instantiateKernels, kernelModule } from "./module.ts";

describe("an arena", () => {
  it("gives every buffer lines of its own: none at address 0, none over another, none beyond the end", () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 500 }), { minLength: 1 }), (sizes) => {
        const arena = new Arena();
        let end = 64;
        for (const bytes of sizes) {
          const pointer = arena.allocate(bytes);
          expect(pointer % 64).toBe(0);
          expect(pointer).toBeGreaterThanOrEqual(end);
          end = pointer + bytes;
        }
        expect(arena.bytes).toBeGreaterThanOrEqual(end);
        expect(arena.bytes).toBeLessThan(end + 64);
      }),
    );
  });
});

describe("a run's memory", () => {
  it("is as large as asked for, in whole pages, zeroed, and cannot grow", () => {
    for (const [bytes, pages] of [
      [0, 1],
      [1, 1],
      [65536, 1],
      [65537, 2],
    ]) {
      for (const shared of [false, true]) {
        const memory = createMemory(bytes, shared);
        expect(memory.buffer.byteLength).toBe(pages * 65536);
        expect(memory.buffer instanceof SharedArrayBuffer).toBe(shared);
        expect(new Uint8Array(memory.buffer).every((byte) => byte === 0)).toBe(true);
        expect(() => memory.grow(1)).toThrow(RangeError);
      }
    }
  });

  it("is refused beyond what 32-bit addresses reach", () => {
    expect(() => createMemory(2 ** 32 + 1, true)).toThrow(
      "memory: the run needs 4097 MiB, but WebAssembly has 4096; take a smaller batch or fewer units",
    );
  });
});

describe("the kernel module", () => {
  it("is compiled once for shared and once for unshared memory, and takes only that", async () => {
    const [shared, unshared] = await Promise.all([kernelModule(trainingKernels, true), kernelModule(trainingKernels, false)]);
    expect(await kernelModule(trainingKernels, true)).toBe(shared);
    expect(await kernelModule(trainingKernels, false)).toBe(unshared);
    for (const [module, right] of [
      [shared, true],
      [unshared, false],
    ] as const) {
      const kernels = await instantiateKernels([module], createMemory(65536, right));
      expect(kernels.dropout).toBeTypeOf("function");
      await expect(instantiateKernels([module], createMemory(65536, !right))).rejects.toThrow(WebAssembly.LinkError);
    }
  });
});

describe("a local machine", () => {
  it("writes and reads bytes of any view, and runs its programs", async () => {
    const calls = [{ kernel: "exp", layer: "test", barrier: true, arguments: [{ record: 0 }, { result: 0 }, 2] }] as const;
    const specification = {
      bytes: 4096,
      programs: [{ name: "test", calls }],
      state: { barrier: 64, status: 128, statusWords: 1 },
      kernels: [...allKernels, conformanceKernels],
    };
    await expect(createLocalMachine({ ...specification, kernels: [predictionKernels] })).rejects.toThrow(
      "the kernel exp of test is not among those that were loaded",
    );
    const machine = await createLocalMachine(specification);
    machine.write(1024, Float32Array.of(9, 0, 1, 9).subarray(1, 3));
    const outcome = await machine.run(0, { record: 1024, recordBytes: 0, result: 2048, resultBytes: 0, count: 1 });
    expect(outcome).toEqual({ clean: 1, lost: false });
    const result = new Float32Array(await machine.read(2048, 8));
    expect([...result]).toEqual([1, Math.fround(Math.E)]);
    result.fill(0);
    expect(new Float32Array(await machine.read(2048, 4))[0]).toBe(1);
  });
});
