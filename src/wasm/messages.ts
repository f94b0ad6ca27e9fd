import type { Outcome, Program, RunState, Steps } from "./program.ts";

/** What the page or main thread sends to a worker. Messages are carried out in order. */
export type ToWorker =
  | {
      readonly kind: "attach";
      readonly modules: readonly WebAssembly.Module[];
      /** Shared memory; or undefined, and the worker makes `bytes` of its own. */
      readonly memory: WebAssembly.Memory | undefined;
      readonly bytes: number;
      readonly programs: readonly Program[];
      readonly state: RunState;
      readonly thread: number;
      readonly threads: number;
      readonly spins: number;
    }
  | { readonly kind: "run"; readonly id: number; readonly program: number; readonly steps: Steps }
  | { readonly kind: "write"; readonly pointer: number; readonly data: Uint8Array }
  | { readonly kind: "read"; readonly id: number; readonly pointer: number; readonly bytes: number }
  | { readonly kind: "detach" };

/** What a worker answers: to `run` its outcome, to `read` the bytes, to anything that threw the error's text. */
export type FromWorker =
  | { readonly id: number; readonly outcome: Outcome }
  | { readonly id: number; readonly data: ArrayBuffer }
  | { readonly error: string };
