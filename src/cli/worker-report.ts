import type { WorkerEnd, WorkerEvent } from "../queue/worker.ts";
import { formatCount, formatSeconds } from "./format.ts";
import { LiveLines } from "./live-lines.ts";
import type { Terminal } from "./terminal.ts";
import { Throttle } from "./throttle.ts";

/** Shows what a worker does. */
export interface WorkerReport {
  hear(event: WorkerEvent): void;
  end(end: WorkerEnd): void;
  /** Takes what is drawn over off the screen. */
  clear(): void;
}

/** An event a line. */
export function jsonWorkerReport(terminal: Terminal): WorkerReport {
  const print = (event: object) => terminal.write(`${JSON.stringify(event)}\n`);
  return { hear: print, end: (end) => print({ event: "done", ...end }), clear() {} };
}

/** A line for what happens, and one for each training or part; on a screen they are counted in one that lives. */
export function textWorkerReport(terminal: Terminal, shown: string, version: string): WorkerReport {
  const lines = new LiveLines(terminal);
  const throttle = new Throttle(0.1);
  const done = { training: 0, part: 0 };
  const spent = { training: 0, part: 0 };
  const means = () =>
    (["training", "part"] as const)
      .filter((kind) => done[kind] > 0)
      .map((kind) => `${done[kind]} ${kind}s, ${formatSeconds(spent[kind] / done[kind])} each`)
      .join("; ");
  const say = (text: string) => {
    lines.clear();
    terminal.write(`${text}\n`);
  };
  return {
    hear(event) {
      if (event.event === "ready") {
        const { host, threads, id } = event;
        say(
          `drowse ${version}, worker ${id} on ${host}: ${threads} ${threads === 1 ? "training" : "trainings"} at once for ${shown}`,
        );
      } else if (event.event === "data") {
        const from = event.from === "elsewhere" ? "their own place" : event.from === "redis" ? "Redis" : "the cache";
        say(`data ${event.hash.slice(0, 12)}…, ${formatCount(event.bytes)} bytes, from ${from}`);
      } else if (event.event === "note") {
        say(event.message);
      } else {
        done[event.event]++;
        spent[event.event] += event.seconds;
        const did = event.event === "part" ? `predicted ${formatCount(event.rows)} rows, ${event.id},` : `trained ${event.id}`;
        if (!terminal.isLive) terminal.write(`${did} in ${formatSeconds(event.seconds)}\n`);
        else if (throttle.isDue()) lines.draw([means().slice(0, Math.max(1, terminal.columns - 3))]);
      }
    },
    end({ trainings, parts, seconds }) {
      const predicted = parts > 0 ? ` and ${parts} parts of predictions` : "";
      say(`ended after ${trainings} trainings${predicted}, ${formatSeconds(seconds)}`);
    },
    clear: () => lines.clear(),
  };
}
