import { render } from "preact";
import type { Report } from "./engine/messages.ts";
import { watchPad } from "./state/pad.ts";
import { connect, hear, restore } from "./state/page.ts";
import "./style/page.css";
import { acceptDrops } from "./view/own-file.tsx";
import { Page } from "./view/page.tsx";

const worker = new Worker(new URL("./engine/worker.ts", import.meta.url), { type: "module" });
worker.addEventListener("message", ({ data }: MessageEvent<Report>) => hear(data));

const place = document.getElementById("page");
if (place) render(<Page />, place);
connect((order) => worker.postMessage(order));
watchPad();
window.addEventListener("hashchange", restore);
acceptDrops();
