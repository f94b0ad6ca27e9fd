import { readdir, readFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { extname, join } from "node:path";
import { DrowseError } from "../tensor/errors.ts";

/** A file as it is served. */
interface Served {
  readonly type: string;
  readonly body: Uint8Array;
}

const TYPES: Readonly<Record<string, string>> = {
  ".css": "text/css; charset=utf-8",
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".json": "application/json",
  ".txt": "text/plain; charset=utf-8",
};

/** The first two give the page shared memory, and so threads. Nothing comes from elsewhere, and nothing goes there. */
const HEADERS = {
  "Cross-Origin-Opener-Policy": "same-origin",
  "Cross-Origin-Embedder-Policy": "require-corp",
  "Content-Security-Policy":
    "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'self' blob:; style-src 'self'; img-src 'self' data: blob:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  "X-Content-Type-Options": "nosniff",
  "Referrer-Policy": "no-referrer",
  "Cache-Control": "no-cache",
};

/** The files of a folder by the paths they are asked for under. There are few, and what is not among them cannot be had. */
async function readSite(folder: string): Promise<Map<string, Served>> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const site = new Map<string, Served>();
  for (const entry of entries) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    const name = path.slice(folder.length).replaceAll("\\", "/").replace(/^\/*/, "/");
    site.set(name, { type: TYPES[extname(path)] ?? "application/octet-stream", body: await readFile(path) });
  }
  const page = site.get("/index.html");
  if (page) site.set("/", page);
  return site;
}

/** The files of MNIST that are served beside the page, and where they lie. */
const IMAGE_FILES = ["train-images-idx3-ubyte", "train-labels-idx1-ubyte", "t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte"];
/** The page asks here whether there are such. */
const OFFER = "/digits.json";

/** A server of the playground that listens. */
export interface PlayServer {
  readonly address: string;
  close(): Promise<void>;
}

/**
 * Serves a folder to this machine alone.
 * @param port - 0: a free one.
 * @param images - a folder with the files of MNIST, for the page to learn all of it.
 * @throws {DrowseError} when there is no page in the folder, or the port is taken.
 */
export async function servePage(folder: string, port: number, images?: string): Promise<PlayServer> {
  const site = await readSite(folder).catch(() => new Map<string, Served>());
  if (!site.has("/")) throw new DrowseError("play", "the page is not in this package", "build it: npm run build");
  // Large, and seldom asked for: read when they are.
  const large = new Map(images === undefined ? [] : IMAGE_FILES.map((name) => [`/mnist/${name}`, join(images, name)]));
  if (images !== undefined) site.set(OFFER, { type: TYPES[".json"], body: Buffer.from('{"mnist":true}\n') });
  let hosts: readonly string[] = [];
  const server = createServer(async (request, response) => {
    // A name that leads to this machine could be anyone's: only pages of this address may read what is here.
    if (!hosts.includes(request.headers.host ?? "")) return response.writeHead(403, HEADERS).end();
    if (request.method !== "GET" && request.method !== "HEAD") return response.writeHead(405, HEADERS).end();
    const path = (request.url ?? "/").replace(/[?#].*$/, "");
    const file = site.get(path) ?? (await readLarge(large.get(path)));
    if (!file) return response.writeHead(404, HEADERS).end();
    const headers = { ...HEADERS, "Content-Type": file.type, "Content-Length": file.body.length };
    return response.writeHead(200, headers).end(request.method === "HEAD" ? undefined : file.body);
  });
  const bound = await listen(server, port);
  hosts = [`127.0.0.1:${bound}`, `localhost:${bound}`];
  return {
    address: `http://127.0.0.1:${bound}/`,
    close: () => new Promise((resolve) => void server.close(() => resolve()).closeAllConnections()),
  };
}

/** A file that is read when it is asked for; none where it has gone. */
async function readLarge(path: string | undefined): Promise<Served | undefined> {
  if (path === undefined) return undefined;
  const body = await readFile(path).catch(() => undefined);
  return body && { type: "application/octet-stream", body };
}

function listen(server: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once("error", (error: NodeJS.ErrnoException) => {
      const taken = error.code === "EADDRINUSE" ? `port ${port} is taken` : `port ${port}: ${error.message}`;
      reject(new DrowseError("play", taken, "give another --port, or leave it out for a free one"));
    });
    server.listen(port, "127.0.0.1", () => resolve((server.address() as AddressInfo).port));
  });
}
