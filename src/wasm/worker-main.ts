// The script of a worker: it runs programs until it is told to let go of their memory.
// It is bundled into a string (see scripts/build.mjs), so that nobody has to serve or find a file.
import { createMemory } from "./memory.ts";
import type { FromWorker, ToWorker } from "./messages.ts";
import { kernelsOf } from "./module.ts";
import { openPort } from "./port.ts";
import { type PreparedProgram, prepareProgram } from "./program.ts";

const port = openPort<ToWorker, FromWorker>();
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
