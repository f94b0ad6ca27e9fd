import { describe, expect, it } from "vitest";
import { conformanceKernels } from "./generated/conformance-kernels.ts";
import type { Kernels } from "./kernels.ts";
import { createMemory } from "./memory.ts";
import { type Argument, listProgram, type Program, prepareProgram } from "./program.ts";

// Barrier at 64, two status words at 128, records from 1024, results from 4096.
const STATE = { barrier: 64, status: 128, statusWords: 2 };
const STEPS = { record: 1024, recordBytes: 64, result: 4096, resultBytes: 16, count: 3 };
const ALONE = { thread: 0, threads: 1, spins: 0 };

type Called = [kernel: string, ...values: number[]];

/** Kernels that write down how they were called; `act` may do more at each call. */
function recording(called: Called[], act: (call: Called) => void = () => {}, barrier = () => 0): Kernels {
  const kernel =
    (name: string) =>
    (...values: number[]) => {
      called.push([name, ...values]);
      act([name, ...values]);
    };
  const note = (...values: number[]) => {
    called.push(["barrier", ...values]);
    return barrier();
  };
  return { relu: kernel("relu"), exp: kernel("exp"), barrier: note } as unknown as Kernels;
}

function program(...calls: ["exp" | "relu", Argument[], boolean?][]): Program {
  return {
    name: "test",
    calls: calls.map(([kernel, values, barrier = true]) => ({ kernel, arguments: values, layer: "layer1", barrier })),
  };
}

describe("a prepared program", () => {
  it("calls its kernels in order, with each step's addresses and the whole numbers of its record, then thread and threads", () => {
    const memory = createMemory(65536, false);
    const words = new Int32Array(memory.buffer);
    for (let step = 0; step < 3; step++) words[(1024 + 64 * step + 8) / 4] = -10 - step;
    const called: Called[] = [];
    const run = prepareProgram(
      program(["relu", [7, { record: 4 }, { result: 8 }, { value: 8 }, 5]], ["exp", [1, 2, 3]]),
      recording(called),
      memory,
      STATE,
      ALONE,
    );
    expect(run(STEPS)).toEqual({ clean: 3, lost: false });
    expect(called).toEqual(
      [0, 1, 2].flatMap((step) => [
        ["relu", 7, 1028 + 64 * step, 4104 + 16 * step, -10 - step, 5, 0, 1],
        ["exp", 1, 2, 3, 0, 1],
      ]),
    );
  });

  it("meets the other threads where it is told to, and only if there are any", () => {
    const called: Called[] = [];
    const calls = program(["relu", []], ["exp", [], false]);
    const memory = createMemory(65536, false);
    prepareProgram(calls, recording(called), memory, STATE, { thread: 2, threads: 3, spins: 9 })({ ...STEPS, count: 1 });
    expect(called).toEqual([
      ["relu", 2, 3],
      ["barrier", 64, 3, 9],
      ["exp", 2, 3],
    ]);
  });

  it("stops after the step that set a status word, and stays stopped until it is cleared", () => {
    const memory = createMemory(65536, false);
    const status = new Int32Array(memory.buffer, STATE.status, 2);
    const called: Called[] = [];
    const act = () => {
      if (called.length === 3) status[1] = 1;
    };
    const run = prepareProgram(program(["relu", []], ["exp", []]), recording(called, act), memory, STATE, ALONE);
    expect(run(STEPS)).toEqual({ clean: 1, lost: false });
    expect(called).toHaveLength(4);
    expect(run(STEPS)).toEqual({ clean: 0, lost: false });
    expect(called).toHaveLength(4);
    status.fill(0);
    expect(run(STEPS)).toEqual({ clean: 3, lost: false });
  });

  it("ends at once where a thread is known to be dead", () => {
    const called: Called[] = [];
    const kernels = recording(called, undefined, () => (called.length > 4 ? 1 : 0));
    const run = prepareProgram(program(["relu", []], ["exp", []]), kernels, createMemory(65536, false), STATE, {
      ...ALONE,
      threads: 2,
    });
    expect(run(STEPS)).toEqual({ clean: 1, lost: true });
    expect(called.map(([name]) => name)).toEqual(["relu", "barrier", "exp", "barrier", "relu", "barrier"]);
  });

  it("reads a record beyond 2^31 bytes", () => {
    const memory = createMemory(2 ** 31 + 65536, false);
    new DataView(memory.buffer).setInt32(2 ** 31 + 128, 4711, true);
    const called: Called[] = [];
    const run = prepareProgram(program(["exp", [{ value: 0 }]]), recording(called), memory, STATE, ALONE);
    run({ ...STEPS, record: 2 ** 31 + 128, count: 1 });
    expect(called).toEqual([["exp", 4711, 0, 1]]);
  });
});

describe("a program's listing", () => {
  it("has a line per call: kernel, layer, arguments by name, | where the threads meet", () => {
    const listed = program(["exp", [64, { record: 4 }, { value: 8 }]], ["exp", [{ result: 16 }, 2, 3], false]);
    const lines = listProgram(listed, [conformanceKernels]).split("\n");
    expect(lines).toEqual([
      "exp                  layer1     source=64 target=record+4 count=[record+8] |",
      "exp                  layer1     source=result+16 target=2 count=3",
    ]);
  });
});
