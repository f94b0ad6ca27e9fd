import fc from "fast-check";
import { parquetWriteBuffer } from "hyparquet-writer";
import { afterAll, expect, it } from "vitest";
import { FUZZ_LIMIT, FUZZ_RUNS, mutatedBytes } from "../../test/mutated-bytes.ts";
import { floats, npyFile, zipFile } from "../../test/tables.ts";
import { DrowseError } from "../tensor/errors.ts";
import { fitPreparation } from "./fit-preparation.ts";
import type { TableFormat } from "./open-rows.ts";
import { preparationText, readPreparation } from "./preparation-json.ts";
import { readTable } from "./table.ts";
import { tableTask } from "./table-task.ts";

const text = (content: string) => new TextEncoder().encode(content);
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
  { format: "csv", files: [text('a,b\n1,"x,y"\n2,"z""z"\n')], tokens: ['"', ",", "\n", "\r\n", "__proto__"], share: 5 },
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
    await fc.assert(property, { numRuns: FUZZ_RUNS / share });
    expect(refused).toBeGreaterThan(0);
    expect(read).toBeGreaterThan(0);
  },
);

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
  await fc.assert(property, { numRuns: FUZZ_RUNS / 5 });
  expect(refused).toBeGreaterThan(FUZZ_RUNS / 20);
  expect(read).toBeGreaterThan(0);
});
