import { readFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { extname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { chromium, type JSHandle, type Page } from "playwright-core";
import { describe } from "vitest";
import { findChromium } from "../../scripts/chromium.mjs";

const dist = new URL("../../dist/", import.meta.url);

const found = process.env.DROWSE_NO_CHROMIUM
  ? { missing: process.env.DROWSE_NO_CHROMIUM }
  : await findChromium({ install: false });

/** A group of tests that need Chromium. Where there is none they are skipped, and their name says why. */
export function describeInChromium(name: string, tests: () => void): void {
  if ("missing" in found) describe.skip(`${name} (could not run: ${found.missing})`, tests);
  else describe(name, tests);
}

export interface PageOptions {
  /** Whether the page is cross-origin isolated, without which it has no shared memory. */
  readonly isolated: boolean;
  /** Whether the page is a secure context, as pages of this machine are: true by default. Without, it has no Web Locks. */
  readonly secure?: boolean;
  /** The page's Content-Security-Policy; none by default. */
  readonly csp?: string;
  /** A folder whose index.html is the page, and whose other files are beside it; by default an empty page. */
  readonly site?: string;
}

export interface OpenedPage {
  readonly page: Page;
  /** The address of the page, ending in "/"; the files of dist/ are at `${url}dist/`. */
  readonly url: string;
  /** What the browser has complained of since the page was asked for: its errors and warnings, and violations of its policy. */
  readonly complaints: readonly string[];
  /** Imports a module of dist/ in the page, as what functions given to `page.evaluate` can take for an argument. */
  load<Module = typeof import("drowse")>(file?: string): Promise<JSHandle<Module>>;
  close(): Promise<void>;
}

/**
 * Opens a page in a Chromium of its own, served beside dist/ from this machine.
 * @example
 * const { page, load, close } = await openPage({ isolated: true });
 * const drowse = await load();
 * const names = await page.evaluate((library) => Object.keys(library), drowse);
 * await close();
 */
export async function openPage(options: PageOptions): Promise<OpenedPage> {
  if ("missing" in found) throw new Error(`openPage: ${found.missing}`);
  const server = await serve(options);
  const { port } = server.address() as AddressInfo;
  // A page of another host without https is no secure context.
  const url = `http://${options.secure === false ? INSECURE_HOST : "127.0.0.1"}:${port}/`;
  const stop = () => new Promise<void>((resolve) => void server.close(() => resolve()).closeAllConnections());
  try {
    const browser = await chromium.launch({ executablePath: found.path, args: switches });
    const close = async () => {
      await browser.close();
      await stop();
    };
    try {
      const page = await browser.newPage();
      const complaints: string[] = [];
      page.on("pageerror", (error) => complaints.push(String(error)));
      page.on("console", (message) => {
        if (message.type() === "error" || message.type() === "warning") complaints.push(message.text());
      });
      await page.goto(url);
      // As text: the transformation of test files would replace an import() in a function by one of its own.
      const load = <Module>(file = "index.js") =>
        page.evaluateHandle(`import(${JSON.stringify(`${url}dist/${file}`)})`) as Promise<JSHandle<Module>>;
      return { page, url, complaints, load, close };
    } catch (error) {
      await browser.close();
      throw error;
    }
  } catch (error) {
    await stop();
    throw error;
  }
}

const INSECURE_HOST = "insecure.test";

// No window, no sandbox (root has none), no graphics card, and no traffic of the browser's own.
const switches = [
  "--headless",
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  `--host-resolver-rules=MAP ${INSECURE_HOST} 127.0.0.1`,
];

function serve({ isolated, csp, site }: PageOptions): Promise<Server> {
  const headers = {
    "Cache-Control": "no-store",
    ...(isolated ? { "Cross-Origin-Opener-Policy": "same-origin", "Cross-Origin-Embedder-Policy": "require-corp" } : {}),
    ...(csp === undefined ? {} : { "Content-Security-Policy": csp }),
  };
  const server = createServer(async (request, response) => {
    const answer = await resource(request.url ?? "/", site);
    response.writeHead(answer.status, { ...headers, "Content-Type": answer.type }).end(answer.body);
  });
  return new Promise((resolve) => server.listen(0, "127.0.0.1", () => resolve(server)));
}

const types: Readonly<Record<string, string>> = {
  ".css": "text/css",
  ".html": "text/html",
  ".js": "text/javascript",
  ".json": "application/json",
  ".map": "application/json",
};
const emptyPage = '<!doctype html><html lang="en"><meta charset="utf-8"><title>drowse</title></html>';

async function resource(
  address: string,
  site: string | undefined,
): Promise<{ status: number; type: string; body: string | Uint8Array }> {
  // Parsing the address also takes the dots out of its path, so that it stays below the root.
  const { pathname } = new URL(address, "http://127.0.0.1");
  if (pathname === "/" && site === undefined) return { status: 200, type: "text/html", body: emptyPage };
  if (pathname === "/favicon.ico") return { status: 204, type: "image/x-icon", body: "" };
  const path = /^\/([\w./-]*)$/.exec(pathname === "/" ? "/index.html" : pathname)?.[1];
  try {
    if (path === undefined) throw new Error(`nothing is served at ${pathname}`);
    const inDist = path.startsWith("dist/");
    if (!inDist && site === undefined) throw new Error(`nothing is served at ${pathname}`);
    const file = inDist ? fileURLToPath(new URL(path.slice("dist/".length), dist)) : join(site ?? "", path);
    return { status: 200, type: types[extname(path)] ?? "application/octet-stream", body: await readFile(file) };
  } catch (error) {
    return { status: 404, type: "text/plain", body: String(error) };
  }
}
