// The script of a thread that trains: one fold or member after the other, on itself alone.
// It is bundled into a string (see scripts/build.mjs), so that nobody has to serve or find a file.
import { DrowseError } from "../tensor/errors.ts";
import { openPort } from "../wasm/port.ts";
import { trainMember } from "./member.ts";
import { trainFold } from "./trial.ts";
import type { TrialData } from "./trial-data.ts";
import type { FromTrialWorker, ToTrialWorker, TrialError } from "./trial-messages.ts";

const port = openPort<ToTrialWorker, FromTrialWorker>();
let data: TrialData | undefined;
let last: Promise<void> = Promise.resolve();

async function handle(message: ToTrialWorker): Promise<void> {
  if (message.kind === "data") {
    data = message.data;
    return;
  }
  const { id } = message;
  try {
    if (!data) throw new Error("a training came before its data");
    const result = await (message.kind === "fold" ? trainFold(data, message.request) : trainMember(data, message.request));
    port.postMessage({ id, result });
  } catch (error) {
    port.postMessage({ id, error: told(error) });
  }
}

function told(error: unknown): TrialError {
  if (error instanceof DrowseError) {
    return { message: error.message, mistake: [error.operation, error.received, error.remedy] };
  }
  return { message: error instanceof Error ? (error.stack ?? error.message) : String(error) };
}

port.onMessage((message) => {
  last = last.then(() => handle(message));
});
