import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { imageFolder } from "./image-folder.ts";

const files = (...paths: readonly string[]) => paths.map((path) => ({ path, source: new Blob([path]) }));
const told = (images: readonly { path: string; label: number }[] | undefined) =>
  images?.map(({ path, label }) => `${path}=${label}`);

describe("imageFolder", () => {
  it("takes the folders for classes, in their order, whatever the order of the files", () => {
    const paths = ["dog/2.png", "cat/b/9.png", "ant/x.png", "cat/a.png"];
    fc.assert(
      fc.property(fc.shuffledSubarray(paths, { minLength: paths.length }), (shuffled) => {
        const { classes, all, train, test } = imageFolder(files(...shuffled));
        expect(classes).toEqual(["ant", "cat", "dog"]);
        expect(told(all)).toEqual(["ant/x.png=0", "cat/a.png=1", "cat/b/9.png=1", "dog/2.png=2"]);
        expect([train, test]).toEqual([undefined, undefined]);
      }),
    );
  });

  it("sorts names that are numbers by size", () => {
    expect(imageFolder(files("10/a.png", "9/a.png", "-1/a.png")).classes).toEqual(["-1", "9", "10"]);
  });

  it("takes train and test for sets where classes are in them", () => {
    const { classes, all, train, test } = imageFolder(files("train/b/1.png", "test/b/1.png", "train/a/1.png", "test/c/1.png"));
    expect([classes, all]).toEqual([["a", "b"], undefined]);
    expect(told(train)).toEqual(["train/a/1.png=0", "train/b/1.png=1"]);
    expect(told(test)).toEqual(["test/b/1.png=1", "test/c/1.png=-1"]);
    expect(imageFolder(files("train/1.png", "test/1.png", "play/1.png")).classes).toEqual(["play", "test", "train"]);
    expect(imageFolder(files("test/a/1.png", "test/b/1.png"))).toMatchObject({
      classes: ["a", "b"],
      test: [{ label: 0 }, { label: 1 }],
    });
  });

  it("labels by the classes that a model knows", () => {
    expect(told(imageFolder(files("b/1.png", "c/1.png"), { classes: ["a", "b"] }).all)).toEqual(["b/1.png=1", "c/1.png=-1"]);
  });

  it("has classes of any name", () => {
    expect(imageFolder(files("__proto__/1.png", "constructor/1.png")).classes).toEqual(["__proto__", "constructor"]);
  });

  it.each([
    [[], /there are no PNG images/],
    [["1.png", "a/1.png"], /1\.png lies in no folder of a class; give a folder whose folders are the classes/],
    [["a/1.png", "a/2.png"], /all images are of the class "a"/],
    [["train/a/1.png", "train/b/1.png", "val/a/1.png"], /val\/a\/1\.png lies beside the classes of train/],
    [["train/a/1.png", "train/b/1.png", "x.png"], /x\.png lies beside the classes of train/],
  ])("refuses %j", (paths, message) => {
    expect(() => imageFolder(files(...paths))).toThrow(message);
  });
});
