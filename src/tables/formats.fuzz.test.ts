import { gzipSync } from "node:zlib";
import fc from "fast-check";
import { parquetWriteBuffer } from "hyparquet-writer";
import { afterAll, expect, it } from "vitest";
import { FUZZ_LIMIT, fuzz, mutatedBytes } from "../../test/mutated-bytes.ts";
import { imageFile, mendedPng, type Picture, pngFile } from "../../test/png.ts";
import { floats, npyFile, zipFile } from "../../test/tables.ts";
import { DrowseError } from "../tensor/errors.ts";
import { fitPreparation } from "./fit-preparation.ts";
import type { TableFormat } from "./open-rows.ts";
import { preparationText, readPreparation } from "./preparation-json.ts";
import { readImages } from "./read-images.ts";
import { readTable } from "./table.ts";
import { tableTask } from "./table-task.ts";

const text = (content: string) => new TextEncoder().encode(content);
const TABLE = text('a,b\n1,"x,y"\n2,"z""z"\n');
const npy = npyFile("<f8", [2, 3], floats([1, 2, 3, 4, 5, 6]));
const parquet = new Uint8Array(
  parquetWriteBuffer({
    columnData: [
      { name: "n", data: [1.5, 2.5, 3.5], type: "DOUBLE" },
      { name: "s", data: ["a", "b", "c"], type: "STRING" },
    ],
  }),
);

const formats: readonly { format: TableFormat; files: Uint8Array[]; tokens: string[]; share: number }[] = [
  { format: "csv", files: [TABLE, gzipSync(TABLE)], tokens: ['"', ",", "\n", "\r\n", "__proto__"], share: 5 },
  { format: "jsonl", files: [text('{"a": 1, "b": [1, 2]}\n{"a": "x"}\n')], tokens: ["{", "}", "[", '"', "__proto__"], share: 5 },
  { format: "npy", files: [npy], tokens: ["'descr'", "True", "(9999999999,)", "|O"], share: 5 },
  {
    format: "npz",
    files: [zipFile({ "x.npy": npy }), zipFile({ "x.npy": npy }, { deflate: true })],
    tokens: ["PK\x05\x06"],
    share: 10,
  },
  { format: "parquet", files: [parquet], tokens: ["PAR1"], share: 10 },
];

/** Resident bytes of this process of the tests at their most: a parser that believed a size would go far beyond. */
const MOST_RESIDENT = 2 ** 30;
afterAll(() => {
  expect(1024 * process.resourceUsage().maxRSS).toBeLessThan(MOST_RESIDENT);
});

/** Whether something is refused in words; what is no refusal passes through and fails the test. */
async function isRefused(read: () => unknown): Promise<boolean> {
  try {
    await read();
    return false;
  } catch (error) {
    if (!(error instanceof DrowseError)) throw error;
    return true;
  }
}

it.each(formats)(
  "a damaged $format file is read, or refused in words",
  { timeout: FUZZ_LIMIT },
  async ({ format, files, tokens, share }) => {
    let refused = 0;
    let read = 0;
    const property = fc.asyncProperty(mutatedBytes(files, tokens), async (bytes) => {
      const isBad = await isRefused(() => readTable(new Blob([bytes as Uint8Array<ArrayBuffer>]), { format }));
      if (isBad) refused++;
      else read++;
    });
    await fuzz(format, property, { share });
    expect(refused).toBeGreaterThan(0);
    expect(read).toBeGreaterThan(0);
  },
);

it("a damaged PNG image is read, or refused in words", { timeout: FUZZ_LIMIT }, async () => {
  const samples = Array.from({ length: 4 * 5 * 4 }, (_, i) => (37 * i) % 256);
  const common = { width: 5, height: 4, depth: 8, samples };
  const pictures: Picture[] = [
    { ...common, colourType: 0 },
    { ...common, colourType: 6, interlaced: true },
    { ...common, colourType: 2, transparency: Uint8Array.of(0, 1, 0, 2, 0, 3) },
    { ...common, depth: 2, colourType: 3, samples: samples.map((value) => value % 4), palette: samples.slice(0, 12) },
    { ...common, depth: 16, colourType: 4 },
  ];
  const tokens = ["IHDR", "PLTE", "tRNS", "IDAT", "IEND", "iCCP", "\0\0\0\x01", "\0\0\x10\0", "\x7f\x7f\x7f\x7f"];
  let read = 0;
  let refused = 0;
  const files = pictures.map((picture) => pngFile(picture));
  const property = fc.asyncProperty(mutatedBytes(files, tokens), fc.boolean(), async (bytes, mend) => {
    const damaged = mend ? mendedPng(bytes) : bytes;
    if (await isRefused(() => readImages([imageFile("a.png", damaged)]))) refused++;
    else read++;
  });
  const tried = await fuzz("PNG", property, { share: 5 });
  expect(refused).toBeGreaterThan(tried / 4);
  expect(read).toBeGreaterThan(0);
});

it("a damaged preparation is read, or refused in words", { timeout: FUZZ_LIMIT }, async () => {
  const rows = Array.from(
    { length: 30 },
    (_, i) => `{"a":${i % 4 ? i : null},"c":"${"xyz"[i % 3]}","v":[${i},1.5],"y":"${"pq"[i % 2]}"}`,
  );
  const task = tableTask(await readTable(new Blob([rows.join("\n")])));
  const whole = preparationText(
    fitPreparation(
      task,
      Uint32Array.from(rows, (_, row) => row),
      {},
    ),
  );
  const marks = [
    ...'"{}[],:-019',
    "null",
    "true",
    "1e999",
    '"__proto__":{},',
    '"inputs":[',
    '"mean":',
    '"levels":["x"]',
    '"type":"number"',
  ];
  let read = 0;
  let refused = 0;
  const property = fc.asyncProperty(mutatedBytes([text(whole)], marks), async (bytes) => {
    const damaged = new TextDecoder().decode(bytes);
    if (await isRefused(() => readPreparation(damaged))) refused++;
    else {
      read++;
      // What was read is whole: it is written and read again as it is.
      const preparation = readPreparation(damaged);
      expect(readPreparation(preparationText(preparation))).toEqual(preparation);
    }
  });
  const tried = await fuzz("preparation", property, { share: 5 });
  expect(refused).toBeGreaterThan(tried / 4);
  expect(read).toBeGreaterThan(0);
});
