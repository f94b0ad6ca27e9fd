import type { KernelSet } from "./module.ts";
import type { Outcome, Program, RunState, Steps } from "./program.ts";

/** What a run needs: its memory, its programs and where its threads meet. */
export interface MachineSpecification {
  readonly bytes: number;
  readonly programs: readonly Program[];
  readonly state: RunState;
  /** The sets in which the programs' kernels are. */
  readonly kernels: readonly KernelSet[];
}

/**
 * Something that runs programs over a memory: the calling thread, or a pool of workers. All calls are carried out
 * in order; `run` may be called again before the previous one has finished.
 */
export interface Machine {
  /** How many threads share the work. */
  readonly threads: number;
  /** Whether a thread has died, so that nothing runs here any more. */
  readonly isLost: boolean;
  /** Copies bytes into the memory. The region must not be in use by a run that has not finished. */
  write(pointer: number, data: ArrayBufferView): void;
  /** Copies bytes out of the memory. The region must not be in use by a run that has not finished. */
  read(pointer: number, bytes: number): Promise<ArrayBuffer>;
  /** Runs steps of a program, given by its index in the specification. */
  run(program: number, steps: Steps): Promise<Outcome>;
  /** Gives threads and memory back. */
  close(): void;
}
