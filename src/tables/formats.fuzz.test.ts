import fc from "fast-check";
import { parquetWriteBuffer } from "hyparquet-writer";
import { expect, it } from "vitest";
import { FUZZ_LIMIT, FUZZ_RUNS, mutatedBytes } from "../../test/mutated-bytes.ts";
import { floats, npyFile, objectsOf, zipFile } from "../../test/tables.ts";
import { DrowseError } from "../tensor/errors.ts";
import { openRows, type TableFormat } from "./open-rows.ts";

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
  { format: "csv", files: [text('a,b\n1,"x,y"\n2,"z""z"\n')], tokens: ['"', ",", "\n", "\r\n", "__proto__"], share: 1 },
  { format: "jsonl", files: [text('{"a": 1, "b": [1, 2]}\n{"a": "x"}\n')], tokens: ["{", "}", "[", '"', "__proto__"], share: 1 },
  { format: "npy", files: [npy], tokens: ["'descr'", "True", "(9999999999,)", "|O"], share: 1 },
  {
    format: "npz",
    files: [zipFile({ "x.npy": npy }), zipFile({ "x.npy": npy }, { deflate: true })],
    tokens: ["PK\x05\x06"],
    share: 10,
  },
  { format: "parquet", files: [parquet], tokens: ["PAR1"], share: 10 },
];

it.each(formats)(
  "a damaged $format file is read, or refused in words",
  { timeout: FUZZ_LIMIT },
  async ({ format, files, tokens, share }) => {
    let refused = 0;
    const property = fc.asyncProperty(mutatedBytes(files, tokens), async (bytes) => {
      try {
        await objectsOf(openRows(new Blob([bytes as Uint8Array<ArrayBuffer>]), { format }));
      } catch (error) {
        if (!(error instanceof DrowseError)) throw error;
        refused++;
      }
    });
    await fc.assert(property, { numRuns: FUZZ_RUNS / (10 * share) });
    expect(refused).toBeGreaterThan(0);
  },
);
