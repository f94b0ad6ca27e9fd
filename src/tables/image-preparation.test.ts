import { describe, expect, it } from "vitest";
import { saveModel } from "../formats/model-file.ts";
import { dense } from "../layers/dense.ts";
import { flatten } from "../layers/flatten.ts";
import { sequential } from "../model/sequential.ts";
import { imagePreparationText, readImagePreparation } from "./image-preparation.ts";
import { loadTableModel, saveImageModel } from "./table-model.ts";

const model = (input: readonly number[], outputs: number) => sequential({ input, seed: 1 }, [flatten(), dense(outputs)]);
const pets = { classes: ["cat", "dog", "__proto__"], channels: "grey" } as const;

describe("an image preparation", () => {
  it("comes back with its model", () => {
    const { images, preparation, model: loaded } = loadTableModel(saveImageModel(model([4, 5], 3), pets));
    expect([images, preparation]).toEqual([pets, undefined]);
    expect(loaded.inputShape).toEqual([4, 5]);
    expect(loadTableModel(saveModel(model([4, 5], 3))).images).toBeUndefined();
    expect(readImagePreparation('{"format":"drowse-table/1"}')).toBeUndefined();
  });

  it("is of a model that takes such images", () => {
    const colours = { ...pets, channels: "rgb" } as const;
    expect(() => saveImageModel(model([4, 5], 2), pets)).toThrow(
      "saveImageModel: the model makes [2] of [4, 5]; the preparation is for a model that makes [3] of [rows, columns]",
    );
    expect(() => saveImageModel(model([20], 3), pets)).toThrow("the model makes [3] of [20]");
    expect(() => saveImageModel(model([4, 5], 3), colours)).toThrow("that makes [3] of [rows, columns, 3]");
    expect(loadTableModel(saveImageModel(model([4, 5, 3], 3), colours)).images).toEqual(colours);
    // A file that says it of another model.
    const preparation = imagePreparationText(pets);
    expect(() => loadTableModel(saveModel(model([20], 3), { preparation }))).toThrow(
      "loadTableModel: the model makes [3] of [20]",
    );
  });

  it.each([
    ["{}x", /preparation: /],
    ["[]", /it is an array of 0|it is \[\]/],
    ['{"format":"drowse-images/1","classes":["a"],"channels":"grey"}', /the classes are \["a"\]/],
    ['{"format":"drowse-images/1","classes":["a","a"],"channels":"grey"}', /the classes are/],
    ['{"format":"drowse-images/1","classes":["a",1],"channels":"grey"}', /classes of it/],
    ['{"format":"drowse-images/1","classes":["a","b"],"channels":"red"}', /channels is "red"/],
    ['{"format":"drowse-images/1","classes":["a","b"]}', /channels of it is undefined/],
  ])("is refused where it is damaged: %s", (text, message) => {
    expect(() => readImagePreparation(text)).toThrow(message);
  });
});
