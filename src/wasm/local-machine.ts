import type { Machine, MachineSpecification } from "./machine.ts";
import { createMemory } from "./memory.ts";
import { instantiateKernels, kernelModules } from "./module.ts";
import { type Outcome, prepareProgram, type Steps } from "./program.ts";

/** A machine on the calling thread: for predictions that are over sooner than a message arrives, and for traces. */
export interface LocalMachine extends Machine {
  readonly memory: WebAssembly.Memory;
  /** As `run`, but at once. */
  runNow(program: number, steps: Steps): Outcome;
}

export async function createLocalMachine(specification: MachineSpecification): Promise<LocalMachine> {
  const { bytes, programs, state } = specification;
  const memory = createMemory(bytes, false);
  const kernels = await instantiateKernels(await kernelModules(specification.kernels, false), memory);
  const alone = { thread: 0, threads: 1, spins: 0 };
  const prepared = programs.map((program) => prepareProgram(program, kernels, memory, state, alone));
  const contents = new Uint8Array(memory.buffer);
  return {
    threads: 1,
    isLost: false,
    memory,
    write: (pointer, data) => contents.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), pointer),
    read: async (pointer, length) => contents.slice(pointer, pointer + length).buffer,
    run: async (program, steps) => prepared[program](steps),
    runNow: (program, steps) => prepared[program](steps),
    close: () => {},
  };
}

/** How long the calling thread may work before it looks at what else has happened. */
const TURN_MILLISECONDS = 50;

/** A machine on the calling thread for long work: it lets timers and messages have their turn, so that an abort is heard. */
export async function createTurningMachine(specification: MachineSpecification): Promise<Machine> {
  const machine = await createLocalMachine(specification);
  let turned = performance.now();
  let last: Promise<unknown> = Promise.resolve();
  return {
    ...machine,
    run(program, steps) {
      // After those before it, of which one may be waiting for its turn.
      last = last.then(async () => {
        if (performance.now() - turned > TURN_MILLISECONDS) {
          await new Promise((resolve) => setTimeout(resolve));
          turned = performance.now();
        }
        return machine.run(program, steps);
      });
      return last as Promise<Outcome>;
    },
  };
}
