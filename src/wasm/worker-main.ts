// The script of a worker: it runs programs until it is told to let go of their memory.
// It is bundled into a string (see scripts/build.mjs), so that nobody has to serve or find a file.
import { holdLock, LOCK_HELD } from "./lifeline.ts";
import { createMemory } from "./memory.ts";
import type { FromWorker, ToWorker } from "./messages.ts";
import { kernelsOf } from "./module.ts";
import { type PreparedProgram, prepareProgram } from "./program.ts";

interface Port {
  postMessage(message: FromWorker, transfer?: ArrayBuffer[]): void;
  onMessage(handle: (message: ToWorker) => void): void;
}

function openPort(): Port {
  const node = globalThis.process?.getBuiltinModule?.("node:worker_threads")?.parentPort;
  if (node) {
    return {
      postMessage: (message, transfer) => node.postMessage(message, transfer),
      onMessage: (handle) => node.on("message", handle),
    };
  }
  const scope = globalThis as unknown as DedicatedWorkerScope;
  const ready = holdLock(scope.location.href, () => scope.postMessage(LOCK_HELD, []));
  return {
    postMessage: (message, transfer = []) => scope.postMessage(message, transfer),
    onMessage: (handle) => scope.addEventListener("message", ({ data }) => void ready.then(() => handle(data))),
  };
}

/** The few members of a browser's worker scope that are used here. */
interface DedicatedWorkerScope {
  readonly location: { readonly href: string };
  postMessage(message: FromWorker | typeof LOCK_HELD, transfer: ArrayBuffer[]): void;
  addEventListener(type: "message", handle: (event: MessageEvent<ToWorker>) => void): void;
}

const port = openPort();
let memory: WebAssembly.Memory | undefined;
let programs: PreparedProgram[] = [];

function handle(message: ToWorker): void {
  switch (message.kind) {
    case "attach": {
      memory = message.memory ?? createMemory(message.bytes, false);
      const attached = memory;
      const instances = message.modules.map((module) => new WebAssembly.Instance(module, { env: { memory: attached } }));
      const kernels = kernelsOf(instances);
      programs = message.programs.map((program) => prepareProgram(program, kernels, attached, message.state, message));
      break;
    }
    case "run":
      port.postMessage({ id: message.id, outcome: programs[message.program](message.steps) });
      break;
    case "write":
      if (memory) new Uint8Array(memory.buffer).set(message.data, message.pointer);
      break;
    case "read": {
      if (!memory) break;
      const data = memory.buffer.slice(message.pointer, message.pointer + message.bytes) as ArrayBuffer;
      port.postMessage({ id: message.id, data }, [data]);
      break;
    }
    case "detach":
      memory = undefined;
      programs = [];
  }
}

port.onMessage((message) => {
  try {
    handle(message);
  } catch (error) {
    port.postMessage({ error: error instanceof Error ? error.message : String(error) });
  }
});
