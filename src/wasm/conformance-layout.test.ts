import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { Laboratory } from "../../test/conformance.ts";
import { Draws } from "../../test/draws.ts";
import { conformanceArguments } from "./conformance-arguments.ts";
import { familyArguments } from "./family-arguments.ts";
import { type KernelName, kernelArguments } from "./kernels.ts";
import { BLOCK, fromPanels, listBytes, PANEL, panelBytes, SCRATCH_BYTES, strideOf, toPanels, vectorBytes } from "./layout.ts";

const allArguments = { ...kernelArguments, ...familyArguments(), ...conformanceArguments() };

let lab: Laboratory;
beforeAll(async () => {
  lab = await Laboratory.open();
});

describe("what TypeScript repeats of the kernels", () => {
  it("has the module's constants", () => {
    const { kernels } = lab;
    expect({ PANEL, BLOCK, SCRATCH_BYTES }).toEqual({
      PANEL: kernels.panelColumns(),
      BLOCK: kernels.blockRows(),
      SCRATCH_BYTES: kernels.scratchBytes(),
    });
  });

  it.each(Object.keys(allArguments) as KernelName[])("%s takes as many arguments as it is listed with", (name) => {
    // thread and threads come last and are not listed
    expect(lab.kernels[name].length - 2).toBe(allArguments[name].length);
  });

  it("lists every export that is a kernel", () => {
    const others = ["memory", "barrier", "panelColumns", "blockRows", "scratchBytes"];
    const exported = Object.keys(lab.kernels).filter((name) => !others.includes(name));
    expect(exported.sort()).toEqual(Object.keys(allArguments).sort());
  });
});

describe("panels", () => {
  const size = fc.integer({ min: 1, max: 90 });

  it("hold weights and give them back", () => {
    fc.assert(
      fc.property(size, size, fc.nat(), (N, K, seed) => {
        const weight = new Draws(seed).floats(N * K);
        const panels = toPanels(weight, N, K);
        expect(panels.byteLength).toBe(panelBytes(K, N));
        expect(fromPanels(panels, N, K)).toEqual(weight);
      }),
    );
  });

  it("lie as the kernels read them, with zeros beyond the last column", () => {
    fc.assert(
      fc.property(size, size, fc.nat(), (N, K, seed) => {
        const weight = new Draws(seed).floats(N * K);
        lab.clear();
        const panels = lab.buffer("panels", toPanels(weight, N, K));
        const transposed = Float32Array.from(weight, (_, i) => weight[(i % N) * K + Math.floor(i / N)]);
        expect(lab.readPanels(panels, K, N)).toEqual(transposed);
      }),
    );
  });
});

describe("sizes of buffers", () => {
  it("strides hold whole vectors and are no multiple of 1024 bytes", () => {
    for (let columns = 1; columns < 3000; columns++) {
      const stride = strideOf(columns);
      expect(stride).toBeGreaterThanOrEqual(columns);
      expect(stride % 4).toBe(0);
      expect(stride % 256).not.toBe(0);
      expect(stride - columns).toBeLessThan(20);
    }
  });

  it("vectors fill whole panels, and lists have room for every entry", () => {
    expect([0, 1, 28, 29].map(vectorBytes)).toEqual([0, 112, 112, 224]);
    expect(listBytes(3, 193)).toEqual({ lists: 4 * 193 * 8, counts: 4 * 2 * 4 });
    expect(listBytes(8, 192)).toEqual({ lists: 8 * 192 * 8, counts: 8 * 4 });
  });
});
