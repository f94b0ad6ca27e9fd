import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  alphaDropout,
  batchNorm,
  dense,
  dropout,
  elu,
  gelu,
  layerNorm,
  leakyRelu,
  loadStateDict,
  relu,
  saveModel,
  selu,
  sequential,
  sigmoid,
  softplus,
  swish,
  tanh,
} from "drowse";
import { toOnnx } from "drowse/onnx";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { resolveLoss } from "../src/losses/resolve.ts";
import { Draws } from "./draws.ts";
import { lossOf, make, recipes } from "./networks.ts";
import { findPython, runPython } from "./python.ts";
import { feedsOf, predictedOf, rowsOf, trainedTable } from "./trained-table.ts";

// What the tools of Python make of our files, where there is a Python that has them.

const TOLERANCE = 1e-5;

let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "drowse-python-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A test that a Python with some modules takes part in, or a skipped one that says why. */
function withPython(modules: readonly string[], name: string, test: (python: string) => Promise<void> | void): void {
  const found = findPython(modules);
  if ("path" in found) it(name, { timeout: 300_000 }, () => test(found.path));
  else it.skip(`${name} (could not run: ${found.missing})`, () => {});
}

function expectNear(actual: ArrayLike<number>, expected: ArrayLike<number>): void {
  expect(actual.length).toBe(expected.length);
  for (let i = 0; i < expected.length; i++) {
    expect(Math.abs(actual[i] - expected[i])).toBeLessThanOrEqual(TOLERANCE * Math.max(1, Math.abs(expected[i])));
  }
}

describe("PyTorch", () => {
  const build = (seed: number) =>
    sequential({ input: [13], seed }, [
      dropout({ rate: 0.2 }),
      ...[dense(40, { bias: false }), batchNorm(), relu(), dropout({ rate: 0.5 })],
      ...[
        dense(30),
        layerNorm(),
        gelu(),
        dense(20),
        gelu({ approximation: "tanh" }),
        dense(20),
        selu(),
        alphaDropout({ rate: 0.1 }),
      ],
      ...[dense(20), leakyRelu({ slope: 0.1 }), dense(20), elu({ alpha: 0.5 }), dense(20), sigmoid()],
      ...[dense(20), tanh(), dense(20), softplus(), dense(20), swish(), dense(4)],
    ]);

  withPython(
    ["torch", "safetensors"],
    "takes a model's tensors into a torch.nn.Sequential, and ours those of a state dict",
    async (python) => {
      const model = build(1);
      const [file, out] = [join(folder, "model.safetensors"), join(folder, "state-dict.safetensors")];
      writeFileSync(file, saveModel(model));
      const draws = new Draws(3);
      const x = Array.from({ length: 50 }, () => [...draws.floats(13, 1)]);
      const { logits, imported } = runPython(python, "torch_sequential.py", { model: file, x, out }) as Record<
        string,
        number[][]
      >;
      expectNear(logits.flat(), (await model.predict(x, { output: "logits" })).data);
      const other = build(2);
      const { converted, ignored } = loadStateDict(other, readFileSync(out));
      expectNear(imported.flat(), (await other.predict(x, { output: "logits" })).data);
      expect(new Set(converted.values())).toEqual(new Set(["F64", "F16", "BF16"]));
      expect(ignored).toEqual(["2.num_batches_tracked"]);
    },
  );
});

describe("onnx.checker and Python's onnxruntime", () => {
  withPython(["onnx", "onnxruntime"], "find nothing to complain of, and predict the same", async (python) => {
    const expected: (readonly number[])[] = [];
    const jobs: object[] = [];
    const add = (bytes: Uint8Array, inputs: object, own: ArrayLike<number>) => {
      const file = join(folder, `${jobs.length}.onnx`);
      writeFileSync(file, bytes);
      jobs.push({ file, inputs });
      expected.push(Array.from(own));
    };
    for (const recipe of fc.sample(recipes, { numRuns: 40, seed: 8 })) {
      const { model, data, inputs } = make(recipe);
      const { link } = resolveLoss("test", lossOf(recipe.loss));
      model.accept(model.weights, { graph: model.graph, pass: 1, link, inputScale: undefined });
      const input = { type: "float32", shape: [recipe.count, ...recipe.input], data: [...inputs] };
      const own = (await model.predict(data.x, { output: "logits" })).data;
      add(toOnnx(model, { output: "logits" }), { input }, own);
      if (model.graph.nodes.every(({ layer }) => !layer.isRandom)) continue;
      const training_mode = { type: "bool", shape: [], data: [false] };
      add(toOnnx(model, { output: "logits", liveDropout: true }), { input, training_mode }, own);
    }
    const table = await trainedTable("kind", true);
    const rows = rowsOf(30, 5);
    const inputs = Object.entries(feedsOf(table.preparation, rows)).map(([name, { data, shape }]) => {
      const type = data instanceof Float64Array ? "float64" : data instanceof Float32Array ? "float32" : "string";
      return [name, { type, shape, data: Array.from<number | string>(data) }];
    });
    add(toOnnx(table.model, { preparation: table.preparation }), Object.fromEntries(inputs), await predictedOf(table, rows));
    const results = runPython(python, "check_onnx.py", jobs) as Record<string, number[]>[];
    results.forEach(({ logits, probabilities }, i) => {
      expectNear(logits ?? probabilities, expected[i]);
    });
    expect(results).toHaveLength(expected.length);
  });
});
