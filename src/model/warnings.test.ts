import { describe, expect, it, vi } from "vitest";
import { batchNorm } from "../layers/batch-norm.ts";
import { dense } from "../layers/dense.ts";
import { concreteDropout } from "../layers/dropout/concrete-dropout.ts";
import { dropConnect } from "../layers/dropout/drop-connect.ts";
import { dropout } from "../layers/dropout/dropout.ts";
import { gaussianDropout } from "../layers/dropout/gaussian-dropout.ts";
import type { Block, Layer } from "../layers/layer.ts";
import { layerNorm } from "../layers/layer-norm.ts";
import { relu } from "../layers/relu.ts";
import { residual } from "../layers/residual.ts";
import { sgd } from "../optimizers/sgd.ts";
import type { BeginEvent, FitEvent } from "./fit-events.ts";
import { sequential } from "./sequential.ts";

const build = (layers: (Layer | Block)[]) => sequential({ input: [4], seed: 1 }, layers);
const kinds = (layers: (Layer | Block)[]) => build(layers).warnings.map(({ kind, layer }) => `${kind} ${layer}`);

describe("a model's warnings", () => {
  it("are none for networks as they are meant to be", () => {
    expect(kinds([dropout({ rate: 0.2 }), dense(8), relu(), dropout({ rate: 0.5 }), dense(3)])).toEqual([]);
    expect(kinds([dense(8), batchNorm(), relu(), dropout({ rate: 0.5 }), dense(3)])).toEqual([]);
    expect(kinds([dropout({ rate: 0.2 }), dense(8), layerNorm(), relu(), dropConnect(3, { rate: 0.5 })])).toEqual([]);
    expect(kinds([dense(8), relu(), concreteDropout(), dense(3)])).toEqual([]);
  });

  it("name the dropout before a batch normalisation, wherever it stands, and each normalisation", () => {
    const layers = [
      dropout({ rate: 0.2 }),
      dense(8),
      batchNorm(),
      relu(),
      gaussianDropout({ rate: 0.3 }),
      dense(8),
      batchNorm(),
      dense(3),
    ];
    const { warnings } = build(layers);
    expect(warnings.map(({ layer }) => layer)).toEqual(["batchNorm1", "batchNorm2"]);
    expect(warnings[0].message).toMatch(/^dropout1 stands before batchNorm1, .*1801\.05134/);
    expect(warnings[1].message).toMatch(/^gaussianDropout1 stands before batchNorm2/);
    expect(kinds([dropConnect(8, { rate: 0.5 }), batchNorm(), dense(3)])).toEqual(["dropoutBeforeBatchNorm batchNorm1"]);
  });

  it("name what drops the outputs", () => {
    expect(kinds([dense(8), relu(), dense(3), dropout({ rate: 0.5 })])).toEqual(["outputsDropped dropout1"]);
    expect(kinds([dropout({ rate: 0.5 })])).toEqual(["outputsDropped dropout1"]);
  });

  it("name a layer in which every unit sleeps", () => {
    expect(kinds([dense(8), dropout({ rate: 1 }), dense(3)])).toEqual(["everyUnitSleeps dropout1"]);
  });

  it("are none about a branch that is dropped as a whole", () => {
    const block = residual([dense(4), batchNorm(), relu(), dense(4)], { dropPath: 0.3 });
    expect(
      kinds([block, residual([dense(4), batchNorm()], { dropPath: 1 }), dense(3), residual([dense(3)], { dropPath: 0.2 })]),
    ).toEqual([]);
    expect(kinds([residual([dense(4), dropout({ rate: 0.2 }), dense(4)]), batchNorm(), dense(3)])).toEqual([
      "dropoutBeforeBatchNorm batchNorm1",
    ]);
  });

  it("go by the rates: at 0 nothing sleeps", () => {
    expect(kinds([dropout({ rate: 0 }), dense(8), batchNorm(), dense(3), dropout({ rate: 0 })])).toEqual([]);
  });

  it("stand in the summary and in what fit tells first, and nowhere on the console", async () => {
    const console_ = vi.spyOn(console, "warn");
    const model = build([dense(3), dropout({ rate: 0.4 })]);
    expect(model.summary()).toMatch(/\nwarning: dropout1 drops the network's outputs: .*$/);
    expect(build([dense(3)]).summary()).not.toContain("warning");
    const begins: BeginEvent[] = [];
    const settings = { loss: "meanSquaredError", optimizer: sgd({ learningRate: 0.1 }), epochs: 1 } as const;
    const hear = (event: FitEvent) => {
      if (event.event === "begin") begins.push(event);
    };
    const data = { x: [[1, 2, 3, 4]], y: [[1, 2, 3]] };
    await model.fit(data, { ...settings, onEvent: hear });
    expect(begins.map(({ warnings }) => warnings)).toEqual([model.warnings]);
    await build([dense(3)]).fit(data, { ...settings, onEvent: hear });
    expect(begins[1]).not.toHaveProperty("warnings");
    expect(console_).not.toHaveBeenCalled();
  });
});
