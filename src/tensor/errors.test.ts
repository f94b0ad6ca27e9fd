import { describe, expect, it } from "vitest";
import { DivergenceError, DrowseError, show, WorkerError } from "./errors.ts";

describe("an error", () => {
  it("says the operation, what it received and what to do about it, and keeps the three apart", () => {
    const error = new DrowseError("dropout", "rate is 2", "give a number from 0 to 1");
    expect(error.message).toBe("dropout: rate is 2; give a number from 0 to 1");
    expect(error).toMatchObject({ operation: "dropout", received: "rate is 2", remedy: "give a number from 0 to 1" });
    expect(error).toBeInstanceOf(Error);
  });

  it("of divergence names layer, step and batch", () => {
    const error = new DivergenceError("fit", { layer: "dense2", step: 123, batch: 4 }, "lower the learning rate");
    expect(error.message).toBe(
      "fit: the numbers of dense2 are not finite at step 123 (batch 4 of its epoch); lower the learning rate",
    );
    expect(error).toMatchObject({ layer: "dense2", step: 123, batch: 4 });
    expect(error).toBeInstanceOf(DrowseError);
  });

  it("has the name of its class, which survives where classes do not", () => {
    const names = [
      new DrowseError("a", "b", "c"),
      new DivergenceError("a", { layer: "b", step: 0, batch: 0 }, "c"),
      new WorkerError("a", "b", "c"),
    ];
    expect(names.map(({ name }) => name)).toEqual(["DrowseError", "DivergenceError", "WorkerError"]);
    expect(names.map(String)[0]).toBe("DrowseError: a: b; c");
  });
});

describe("a value in a message", () => {
  it.each(
    [
      [0.5, "0.5"],
      [Number.NaN, "NaN"],
      [true, "true"],
      [null, "null"],
      [undefined, "undefined"],
      [12n, "12n"],
      ["0.5", '"0.5"'],
      ["two\nlines", '"two\\nlines"'],
      ["x".repeat(100), `"${"x".repeat(57)}..."`],
      [[1, "2", [3]], '[1, "2", [3]]'],
      [Array(9).fill(0), "an array of 9"],
      [new Float32Array(3), "Float32Array of 12 bytes"],
      [Math.max, "function max"],
      [
        (
          () => () =>
            0
        )(),
        "a function",
      ],
      [{ a: 1, b: 2 }, "an object with a, b"],
      [{}, "an object with no keys"],
    ].map(([value, text]) => ({ value, text })),
  )("can be $text", ({ value, text }) => {
    expect(show(value)).toBe(text);
  });
});
