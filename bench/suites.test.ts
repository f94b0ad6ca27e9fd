import { describe, expect, it } from "vitest";
import type { Field } from "./field.ts";
import { multiplyAdds, stepFlops } from "./job.ts";
import { type Lab, suites } from "./suites.ts";

const command = (program: string) => ({ program, arguments: [] });
const all: Field = {
  drowse: command("drowse"),
  queue: command("queue"),
  torch: ["1.13", "2.15"].map((version) => ({ version, command: command(`torch ${version}`) })),
  onnxruntime: { version: "1", command: command("onnxruntime") },
  jax: command("jax"),
  tfjs: { wasm: command("wasm"), cpu: command("cpu") },
  missing: [],
};
const alone: Field = {
  drowse: all.drowse,
  queue: all.queue,
  torch: [],
  onnxruntime: undefined,
  jax: undefined,
  tfjs: undefined,
  missing: [],
};
const data = { rows: 1, x: "x", y: "y" };

function lab(field: Field): Lab {
  const files = { rows: () => data, images: async () => data, initial: () => "initial", trained: async () => "trained" };
  return { field, threads: 2, epochs: 10, ...files };
}

describe.each(Object.keys(suites))("the suite %s", (suite) => {
  it("times this engine first, with rates and threads for every contestant", async () => {
    const cases = await suites[suite](lab(all));
    expect(cases.length).toBeGreaterThan(0);
    for (const { entries, flops } of cases) {
      expect(flops).toBeGreaterThan(0);
      expect(entries[0].command).toBe(suite === "queue" ? all.queue : all.drowse);
      expect(entries.some((entry) => entry.command !== all.drowse)).toBe(true);
      for (const { job } of entries) {
        expect(job.threads).toBeGreaterThan(0);
        if ("layers" in job) expect(job.rates).toHaveLength(job.layers.length - 1);
      }
    }
    expect(new Set(cases.map(({ title }) => title)).size).toBe(cases.length);
  });

  it("goes without the peers that are missing", async () => {
    const cases = await suites[suite](lab(alone));
    for (const { entries } of cases) {
      expect(entries.every(({ command }) => command === all.drowse || command === all.queue)).toBe(true);
    }
  });
});

describe("the operations of a step", () => {
  it("are three products a layer, but two for the first", () => {
    expect(multiplyAdds([784, 1024, 1024, 10])).toBe(784 * 1024 + 1024 * 1024 + 10_240);
    const products = 2 * 784 * 1024 + 3 * 1024 * 1024 + 3 * 10_240;
    expect(stepFlops({ layers: [784, 1024, 1024, 10], batch: 128 })).toBe(2 * 128 * products);
  });
});
