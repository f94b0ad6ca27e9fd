import { readFileSync } from "node:fs";
import { parentPort } from "node:worker_threads";

// A thread of the peak: told how many rounds, it runs them.
const { instance } = await WebAssembly.instantiate(readFileSync(new URL("./peak.wasm", import.meta.url)));
const { peak } = instance.exports as { peak(rounds: number, start: number, by: number, add: number): number };
parentPort?.on("message", (rounds: number) => parentPort?.postMessage(peak(rounds, 1, 1, 1)));
parentPort?.postMessage(0);
