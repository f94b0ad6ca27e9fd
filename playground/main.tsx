import { render } from "preact";
import type { Report } from "./engine/messages.ts";
import { settleAddress } from "./state/address-bar.ts";
import { watchPad } from "./state/pad.ts";
import { connect, disconnect, hear, restore } from "./state/page.ts";
import "./style/page.css";
import { acceptDrops } from "./view/own-file.tsx";
import { Page } from "./view/page.tsx";

const worker = new Worker(new URL("./engine/worker.ts", import.meta.url), { type: "module" });
worker.addEventListener("message", ({ data }: MessageEvent<Report>) => hear(data));

worker.addEventListener("error", ({ message }) => {
  disconnect(`the thread that trains is gone (${message || "it was not loaded"}); reload the page`);
});
const place = document.getElementById("page");
if (place) render(<Page />, place);
connect((order) => worker.postMessage(order));
watchPad();
window.addEventListener("hashchange", restore);
window.addEventListener("pagehide", settleAddress);
acceptDrops();
