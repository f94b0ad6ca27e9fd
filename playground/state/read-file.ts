import type { OwnData } from "../data/own-data.ts";
import type { FileReport } from "../data/own-worker.ts";

/** Ends the reading that goes on, if one does. */
let stop = () => {};

/**
 * Reads a file in a thread of its own, so that the page goes on. Undefined where another file was given meanwhile.
 * @throws {Error} that says why it cannot be learned from.
 */
export async function readFile(file: File): Promise<OwnData | undefined> {
  stop();
  const worker = new Worker(new URL("../data/own-worker.ts", import.meta.url), { type: "module" });
  const report = await new Promise<FileReport | undefined>((resolve) => {
    stop = () => resolve(undefined);
    worker.addEventListener("message", ({ data }: MessageEvent<FileReport>) => resolve(data));
    worker.addEventListener("error", ({ message }) => {
      resolve({ refusal: `what reads files did not start (${message || "it was not loaded"}); reload the page` });
    });
    worker.postMessage(file);
  });
  worker.terminate();
  if (report === undefined) return undefined;
  if ("refusal" in report) throw new Error(report.refusal);
  return report.own;
}
