import type { FileMetaData } from "hyparquet";
import { parquetHeader } from "hyparquet/src/column.js";
import { decompressPage } from "hyparquet/src/datapage.js";
import { getMaxDefinitionLevel, getMaxRepetitionLevel, getSchemaPath } from "hyparquet/src/schema.js";
import { readVarInt } from "hyparquet/src/thrift.js";

// hyparquet believes what a page says: a length that is not there would have it read the same byte for ever, and a run of 2^31 values
// would fill the memory. So each page is looked at before it is read.

/** Values of a page at most, and of a run of equal ones. */
const MOST_VALUES = 2 ** 24;
/** Snappy makes at most 64 bytes of 3. */
const MOST_GROWTH = 22;
/** Bytes of a column in a group of rows. */
const MOST_BYTES = 2 ** 30;

type RowGroup = FileMetaData["row_groups"][number];
type Page = ReturnType<typeof parquetHeader>;
type PageBytes = { readonly view: DataView; offset: number };

/** Reads bytes of the file. */
type Slice = (start: number, end: number) => Promise<ArrayBuffer>;

/**
 * Looks at all pages of a group of rows.
 * @throws {Error} saying what is wrong with one.
 */
export async function checkPages({ schema }: FileMetaData, group: RowGroup, size: number, slice: Slice): Promise<void> {
  for (const { meta_data: column } of group.columns) {
    if (!column) throw new Error("a column says nothing of itself");
    const start = Number(column.dictionary_page_offset || column.data_page_offset);
    const end = start + Number(column.total_compressed_size);
    if (!isCount(start, size) || !isCount(end, size) || !isCount(end - start, MOST_BYTES))
      throw new Error("a column lies outside the file");
    const path = getSchemaPath(schema, column.path_in_schema);
    const levels = [getMaxRepetitionLevel(path), getMaxDefinitionLevel(path)].map(bitWidth);
    const reader = { view: new DataView(await slice(start, end)), offset: 0 };
    while (reader.offset < reader.view.byteLength - 1) {
      const page = parquetHeader(reader);
      const from = reader.offset;
      const { compressed_page_size: compressed, uncompressed_page_size: plain } = page;
      if (!isCount(compressed, reader.view.byteLength - from)) throw new Error(`a page has ${compressed} bytes`);
      if (!isCount(plain, MOST_GROWTH * compressed + 64)) throw new Error(`a page of ${compressed} bytes is to have ${plain}`);
      reader.offset += compressed;
      const bytes = new Uint8Array(reader.view.buffer, from, compressed);
      if (page.type === "DATA_PAGE") checkPage(page, decompressPage(bytes, plain, column.codec, undefined), levels, column.type);
      else if (page.type === "DATA_PAGE_V2") checkPageV2(page, bytes, levels, column);
      else if (page.type === "DICTIONARY_PAGE" && !isCount(page.dictionary_page_header?.num_values, MOST_VALUES)) {
        throw new Error("a dictionary does not say its values");
      }
    }
  }
}

const isCount = (value: unknown, most: number): value is number =>
  typeof value === "number" && Number.isInteger(value) && value >= 0 && value <= most;

const bitWidth = (value: number) => 32 - Math.clz32(value);

const viewOf = ({ buffer, byteOffset, byteLength }: Uint8Array) => new DataView(buffer, byteOffset, byteLength);

function checkPage({ data_page_header: head }: Page, bytes: Uint8Array, levels: readonly number[], type: string): void {
  const values = head?.num_values;
  if (!isCount(values, MOST_VALUES)) throw new Error(`a page has ${values} values`);
  const reader = { view: viewOf(bytes), offset: 0 };
  for (const width of levels) if (width > 0) checkLengthAndRuns(reader, width, values);
  checkValues(reader, head?.encoding, type);
}

function checkPageV2(
  { data_page_header_v2: head, uncompressed_page_size: plain }: Page,
  bytes: Uint8Array,
  levels: readonly number[],
  { codec, type }: NonNullable<RowGroup["columns"][number]["meta_data"]>,
): void {
  const { num_values: values, num_nulls: nulls, num_rows: rows } = head ?? {};
  if (!isCount(values, MOST_VALUES) || !isCount(nulls, values) || !isCount(rows, MOST_VALUES)) {
    throw new Error(`a page has ${values} values, ${nulls} nulls and ${rows} rows`);
  }
  const lengths = [head?.repetition_levels_byte_length, head?.definition_levels_byte_length];
  const [first, second] = lengths;
  if (!isCount(first, bytes.length) || !isCount(second, bytes.length - first) || first + second > plain) {
    throw new Error(`a page has levels of ${first} and ${second} bytes`);
  }
  for (const [place, at] of [0, first].entries()) {
    if (levels[place] > 0) checkRuns({ view: viewOf(bytes.subarray(0, first + second)), offset: at }, levels[place], values);
  }
  const rest = bytes.subarray(first + second);
  const packed = head?.is_compressed === false ? rest : decompressPage(rest, plain - first - second, codec, undefined);
  checkValues({ view: viewOf(packed), offset: 0 }, head?.encoding, type);
}

/** What stands behind the levels, where it is made of runs. */
function checkValues(reader: PageBytes, encoding: string | undefined, type: string): void {
  if (encoding === "RLE") checkLengthAndRuns(reader, 1, MOST_VALUES);
  if (encoding !== "PLAIN_DICTIONARY" && encoding !== "RLE_DICTIONARY") return;
  if (reader.offset >= reader.view.byteLength) return;
  if (type === "BOOLEAN") checkLengthAndRuns(reader, 1, MOST_VALUES);
  else checkRuns(reader, reader.view.getUint8(reader.offset++), MOST_VALUES);
}

/** Runs behind four bytes of their length. */
function checkLengthAndRuns(reader: PageBytes, width: number, values: number): void {
  const length = reader.view.getUint32(reader.offset, true);
  reader.offset += 4;
  const { offset } = reader;
  checkRuns(reader, width, values);
  reader.offset = offset + length;
}

/** Runs of equal values and of packed ones (Parquet, RLE/bit-packing hybrid), until there are so many values. */
function checkRuns(reader: PageBytes, width: number, values: number): void {
  for (let seen = 0; seen < values && reader.offset < reader.view.byteLength; ) {
    const header = readVarInt(reader);
    const count = header & 1 ? 8 * (header >>> 1) : header >>> 1;
    if (count > MOST_VALUES) throw new Error(`a run has ${count} values`);
    seen += count;
    reader.offset += header & 1 ? (count / 8) * width : (width + 7) >> 3;
  }
}
