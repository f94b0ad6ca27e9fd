import { beforeAll, describe, expect, it } from "vitest";
import { SCRATCH_BYTES } from "../src/wasm/layout.ts";
import { expectClose, expectExact } from "./closeness.ts";
import { Laboratory } from "./conformance.ts";

// A checker must be seen to fail: each fault that the laboratory watches for is committed here.
let lab: Laboratory;
beforeAll(async () => {
  lab = await Laboratory.open();
});

function prepare() {
  lab.clear();
  const x = lab.matrix("x", 3, 5, new Float32Array(15).fill(1));
  const y = lab.matrix("y", 3, 5);
  return { x, y, call: { x: x.pointer, y: y.pointer, stride: y.stride, rows: 3, columns: 5 } };
}

describe("the laboratory", () => {
  it("lets a right call pass", () => {
    const { y, call } = prepare();
    lab.run("relu", call, [y]);
    expect(lab.readMatrix(y)).toEqual(new Float32Array(15).fill(1));
  });

  it("sees a write beyond a buffer's end, before its start and between its rows", () => {
    const { y, call } = prepare();
    expect(() => lab.run("relu", { ...call, rows: 4 }, [y])).toThrow("relu with 1 threads wrote where it should not");
    expect(() => lab.run("relu", { ...prepare().call, y: prepare().y.pointer - 4 }, [y])).toThrow("wrote where");
    lab.clear();
    const wide = lab.matrix("wide", 2, 256);
    expect(wide.stride).toBe(272);
    const wider = { x: wide.pointer, y: wide.pointer, stride: 272, rows: 2, columns: 260 };
    expect(() => lab.run("relu", wider, [wide])).toThrow("wrote where");
  });

  it("sees a write to an input, and names it", () => {
    const { x, y, call } = prepare();
    expect(() => lab.run("scale", { ...call, y: x.pointer, factor: 2 }, [y])).toThrow(/byte \d+ of x/);
  });

  it("sees a write beyond the scratch of the call's threads", () => {
    const { y, call } = prepare();
    const [indices, parameters] = [lab.buffer("indices", Int32Array.of(0, 1, 2)), lab.buffer("parameters", 12)];
    const random = { indices: indices.pointer, parameters: parameters.pointer, pass: 0, stream: 0, key0: 0, key1: 0 };
    const dropout = (offset: number, scratchBytes: number) =>
      lab.run("dropout", { ...call, ...random, scratch: lab.scratch + offset, scratchBytes }, [y], 2);
    expect(() => dropout(0, 2 * SCRATCH_BYTES)).toThrow("wrote outside its scratch");
    prepare(); // whole canaries again
    expect(() => dropout(-4, 0)).toThrow("wrote outside its scratch");
  });

  it("sees a result that depends on the number of threads", () => {
    // each row is twice the row before: right only where the threads take the rows in order
    lab.clear();
    const x = lab.buffer("x", new Float32Array(64).fill(1));
    const shifted = { x: x.pointer, y: x.pointer + 16, stride: 4, rows: 8, columns: 4, factor: 2 };
    expect(() => lab.run("scale", shifted, [x])).toThrow("differs from one thread");
  });

  it("sees pads that are not zero", () => {
    const { y } = prepare();
    expect(() => lab.readMatrix(y)).toThrow("the pad 5 of y");
    const garbage = lab.buffer("panels", 2 * 28 * 4);
    expect(() => lab.readPanels(garbage, 2, 27)).toThrow("the pad 27 of panels");
    expect(() => lab.readVector(garbage, 3)).toThrow("the pad 3 of panels");
    expect(() => lab.readVector(lab.buffer("negative", Float32Array.of(1, -0, 0, 0)), 1)).toThrow("the pad 1 of negative");
  });
});

describe("closeness", () => {
  it("is refused to different lengths, numbers too far away and NaN", () => {
    expect(() => expectClose([1, 2], [1], "x")).toThrow("2 numbers where 1");
    expect(() => expectClose([1, 2.0001], [1, 2], "x")).toThrow("relative norm error");
    expect(() => expectClose([1, Number.NaN], [1, 2], "x")).toThrow("relative norm error NaN");
    expect(() => expectClose([1e-30], [0], "x")).toThrow("relative norm error Infinity");
    expectClose([1, 2.00001], [1, 2], "x");
  });

  it("to the bit tells -0 from 0 and neighbours apart", () => {
    expect(() => expectExact([-0], [0], "x")).toThrow("number 0 is -0, not 0");
    expect(() => expectExact([1 + 2 ** -23], [1], "x")).toThrow("x: number 0");
    expect(() => expectExact([1], [1, 2], "x")).toThrow("1 numbers where 2");
    expectExact([Math.fround(0.1), Number.NaN], [0.1, Number.NaN], "x");
  });
});
