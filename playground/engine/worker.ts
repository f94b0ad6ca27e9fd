import { Conductor } from "./conductor.ts";
import type { Order, Report } from "./messages.ts";

// The thread in which both networks train, so that the page never waits for them.

const conductor = new Conductor((report: Report) => self.postMessage(report));
self.addEventListener("message", ({ data }: MessageEvent<Order>) => conductor.order(data));
