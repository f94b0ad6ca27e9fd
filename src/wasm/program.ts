import { argumentNames, type KernelName, type Kernels } from "./kernels.ts";
import type { KernelSet } from "./module.ts";

/**
 * An argument of a kernel call: a number fixed by the plan; an address within the record of the step that runs
 * (what goes in) or within its result (what comes out); or the whole number that stands in the record.
 */
export type Argument = number | { readonly record: number } | { readonly result: number } | { readonly value: number };

/** One kernel call of a step. */
export interface Call {
  readonly kernel: KernelName;
  readonly arguments: readonly Argument[];
  /** The layer it belongs to, for listings. */
  readonly layer: string;
  /** Whether all threads must have finished it before any goes on. */
  readonly barrier: boolean;
}

/**
 * What a step does, as data: kernel calls in order. Every thread runs the whole program, each its share of every
 * call, so that nothing has to be sent from thread to thread while steps run.
 *
 * The first call must have a barrier and must not be one that writes status words: a thread may still be reading
 * the status of the previous step until the others meet it there.
 */
export interface Program {
  readonly name: string;
  readonly calls: readonly Call[];
}

/** Where a run keeps what its threads share. */
export interface RunState {
  /** Address of the barrier's four words. */
  readonly barrier: number;
  /** Address and number of the status words: any that is not 0 stops the run after its step. */
  readonly status: number;
  readonly statusWords: number;
}

/** The steps of one `run`: where their records and results lie, and how far apart. */
export interface Steps {
  readonly record: number;
  readonly recordBytes: number;
  readonly result: number;
  readonly resultBytes: number;
  readonly count: number;
}

/**
 * How a `run` ended: how many steps finished with a clean status (fewer than asked for when a status word stopped
 * it), and whether it is lost because a thread died.
 */
export interface Outcome {
  readonly clean: number;
  readonly lost: boolean;
}

export type PreparedProgram = (steps: Steps) => Outcome;

function showArgument(value: Argument): string {
  if (typeof value === "number") return String(value);
  if ("record" in value) return `record+${value.record}`;
  return "result" in value ? `result+${value.result}` : `[record+${value.value}]`;
}

/** One line per call of kernels that everyone has or of these sets, for reading a plan: kernel, layer and arguments by name; `|` marks a barrier. */
export function listProgram(program: Program, sets: readonly KernelSet[] = []): string {
  const names = argumentNames(sets);
  return program.calls
    .map(({ kernel, layer, barrier, arguments: values }) => {
      const shown = names[kernel].map((name, index) => `${name}=${showArgument(values[index])}`);
      return `${kernel.padEnd(20)} ${layer.padEnd(10)} ${shown.join(" ")}${barrier ? " |" : ""}`;
    })
    .join("\n");
}

/** A program made ready for one thread. */
export function prepareProgram(
  program: Program,
  kernels: Kernels,
  memory: WebAssembly.Memory,
  state: RunState,
  { thread, threads, spins }: { thread: number; threads: number; spins: number },
): PreparedProgram {
  const missing = program.calls.find(({ kernel }) => !kernels[kernel]);
  if (missing) throw new Error(`the kernel ${missing.kernel} of ${program.name} is not among those that were loaded`);
  const words = new Int32Array(memory.buffer);
  const calls = program.calls.map((call) => ({
    run: kernels[call.kernel] as (...values: number[]) => void,
    values: [...call.arguments.map((argument) => (typeof argument === "number" ? argument : 0)), thread, threads],
    moving: call.arguments.flatMap((argument, index) => (typeof argument === "number" ? [] : [{ index, argument }])),
    barrier: call.barrier && threads > 1,
  }));
  const firstStatus = state.status >> 2;
  const stopped = () => {
    for (let word = 0; word < state.statusWords; word++) if (words[firstStatus + word] !== 0) return true;
    return false;
  };

  return (steps) => {
    // A stopped run stays stopped: its buffers hold the numbers of the step that went wrong.
    if (stopped()) return { clean: 0, lost: false };
    for (let step = 0; step < steps.count; step++) {
      const record = steps.record + step * steps.recordBytes;
      const result = steps.result + step * steps.resultBytes;
      for (const { run, values, moving, barrier } of calls) {
        for (const { index, argument } of moving) {
          if ("record" in argument) values[index] = record + argument.record;
          else if ("result" in argument) values[index] = result + argument.result;
          // >>> and not >>: a record may lie beyond 2^31 bytes.
          else values[index] = words[(record + argument.value) >>> 2];
        }
        run(...values);
        if (barrier && kernels.barrier(state.barrier, threads, spins) !== 0) return { clean: step, lost: true };
      }
      if (stopped()) return { clean: step, lost: false };
    }
    return { clean: steps.count, lost: false };
  };
}
