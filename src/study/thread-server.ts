import { DrowseError } from "../tensor/errors.ts";
import { openPort } from "../wasm/port.ts";
import type { FromThread, ThreadError, ToThread } from "./thread-messages.ts";

/** Serves a thread's port: what it is begun with, and then one request after the other. */
export function serveThread<Setup, Request, Result>(begin: (setup: Setup) => (request: Request) => Promise<Result>): void {
  const port = openPort<ToThread<Setup, Request>, FromThread<Result>>();
  let serve: Promise<(request: Request) => Promise<Result>> | undefined;
  let last: Promise<void> = Promise.resolve();
  const handle = async (message: ToThread<Setup, Request>) => {
    if ("setup" in message) {
      serve = (async () => begin(message.setup))();
      // Told by each request.
      serve.catch(() => {});
      return;
    }
    try {
      if (!serve) throw new Error("a request came before what the thread begins with");
      port.postMessage({ result: await (await serve)(message.request) });
    } catch (error) {
      port.postMessage({ error: told(error) });
    }
  };
  port.onMessage((message) => {
    last = last.then(() => handle(message));
  });
}

function told(error: unknown): ThreadError {
  if (error instanceof DrowseError) {
    return { message: error.message, mistake: [error.operation, error.received, error.remedy] };
  }
  return { message: error instanceof Error ? (error.stack ?? error.message) : String(error) };
}
