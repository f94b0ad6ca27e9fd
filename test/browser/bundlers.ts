import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { root } from "../../scripts/root.mjs";

/** The files of a page that is being made. */
interface Page {
  /** The folder of its sources: index.html, main.js and node_modules/, where the package is as it is when installed. */
  readonly folder: string;
  /** The folder of what is served. */
  readonly site: string;
}

/** The ways in which pages come to a library: each makes the site of a page, and throws where it has anything to complain of. */
export const bundlers = {
  /** No bundler: the package's own files beside the page, and `<script type="module">`. */
  async "a plain module"({ folder, site }: Page) {
    cpSync(join(folder, "index.html"), join(site, "index.html"));
    cpSync(join(root, "dist"), join(site, "drowse"), { recursive: true });
    const main = readFileSync(join(folder, "main.js"), "utf8");
    const addresses = { '"drowse"': '"./drowse/index.js"', '"drowse/predict"': '"./drowse/predict.js"' };
    const replaced = Object.entries(addresses).reduce((text, [name, address]) => text.replace(name, address), main);
    writeFileSync(join(site, "main.js"), replaced);
  },

  async Vite({ folder, site }: Page) {
    const { build, createLogger } = await import("vite");
    const complaints: string[] = [];
    const complain = (message: string) => void complaints.push(message);
    const customLogger = { ...createLogger("silent"), warn: complain, warnOnce: complain, error: complain };
    await build({
      root: folder,
      configFile: false,
      logLevel: "silent",
      customLogger,
      build: { outDir: site, emptyOutDir: true },
    });
    refuse(complaints);
  },

  async esbuild({ folder, site }: Page) {
    const { build } = await import("esbuild-wasm");
    cpSync(join(folder, "index.html"), join(site, "index.html"));
    const options = { bundle: true, minify: true, format: "esm", logLevel: "silent" } as const;
    const { warnings } = await build({ ...options, entryPoints: [join(folder, "main.js")], outfile: join(site, "main.js") });
    refuse(warnings.map(({ text }) => text));
  },

  async webpack({ folder, site }: Page) {
    const { default: webpack } = await import("webpack");
    cpSync(join(folder, "index.html"), join(site, "index.html"));
    const output = { path: site, filename: "main.js" };
    const compiler = webpack({ mode: "production", context: folder, entry: "./main.js", output, performance: false });
    const stats = await new Promise<import("webpack").Stats | undefined>((resolve, reject) => {
      compiler.run((error, result) => (error ? reject(error) : resolve(result)));
    });
    await new Promise((resolve) => compiler.close(resolve));
    const { errors = [], warnings = [] } = stats?.toJson({ all: false, errors: true, warnings: true }) ?? {};
    refuse([...errors, ...warnings].map(({ message }) => message));
  },
};

export type Bundler = keyof typeof bundlers;

function refuse(complaints: readonly string[]): void {
  if (complaints.length > 0) throw new Error(complaints.join("\n"));
}

const html =
  '<!doctype html><html lang="en"><meta charset="utf-8"><title>drowse</title><script type="module" src="./main.js"></script></html>';

/** Makes the site of a page with this script, for as long as `use` takes. */
export async function withSite<Result>(
  bundler: Bundler,
  script: string,
  use: (site: string) => Promise<Result>,
): Promise<Result> {
  const folder = mkdtempSync(join(tmpdir(), "drowse-page-"));
  try {
    const site = join(folder, "site");
    mkdirSync(join(folder, "node_modules"));
    mkdirSync(site);
    symlinkSync(root, join(folder, "node_modules/drowse"), "junction");
    writeFileSync(join(folder, "package.json"), '{ "type": "module" }');
    writeFileSync(join(folder, "index.html"), html);
    writeFileSync(join(folder, "main.js"), script);
    await bundlers[bundler]({ folder, site });
    return await use(site);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
