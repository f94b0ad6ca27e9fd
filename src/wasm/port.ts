import { holdLock, LOCK_HELD } from "./lifeline.ts";

/** Where a worker hears and speaks, the same in Node and in a browser. */
export interface Port<Hears, Says> {
  postMessage(message: Says, transfer?: ArrayBuffer[]): void;
  onMessage(handle: (message: Hears) => void): void;
}

/** The port of the worker that calls. */
export function openPort<Hears, Says>(): Port<Hears, Says> {
  const node = globalThis.process?.getBuiltinModule?.("node:worker_threads")?.parentPort;
  if (node) {
    return {
      postMessage: (message, transfer) => node.postMessage(message, transfer),
      onMessage: (handle) => node.on("message", handle),
    };
  }
  const scope = globalThis as unknown as DedicatedWorkerScope<Hears, Says>;
  const ready = holdLock(scope.location.href, () => scope.postMessage(LOCK_HELD, []));
  return {
    postMessage: (message, transfer = []) => scope.postMessage(message, transfer),
    onMessage: (handle) => scope.addEventListener("message", ({ data }) => void ready.then(() => handle(data))),
  };
}

/** The few members of a browser's worker scope that are used here. */
interface DedicatedWorkerScope<Hears, Says> {
  readonly location: { readonly href: string };
  postMessage(message: Says | typeof LOCK_HELD, transfer: ArrayBuffer[]): void;
  addEventListener(type: "message", handle: (event: MessageEvent<Hears>) => void): void;
}
