/**
 * People's own tables and images: from a file to what a network learns from, and back at prediction, by the names of the columns. Runs in
 * Node and in a browser.
 * @module drowse/tables
 */
export { type PreparationNotes, prepareRows } from "./apply-preparation.ts";
export type { ByteSource, Sliceable } from "./byte-source.ts";
export type { Cell, CellOptions, Rows } from "./cells.ts";
export type { ColumnKind, ColumnType, GivenType } from "./column-types.ts";
export type { CsvOptions } from "./csv-options.ts";
export { csvField, csvLine } from "./csv-write.ts";
export { fitPreparation } from "./fit-preparation.ts";
export { type ImageFile, type ImageFolder, imageFolder, type LabelledImage } from "./image-folder.ts";
export type { ImagePreparation } from "./image-preparation.ts";
export { openRows, type ReadOptions, type TableFormat } from "./open-rows.ts";
export type { Channels } from "./png-pixels.ts";
export {
  type CategoryInput,
  inputSize,
  type NumberInput,
  outputSize,
  type Preparation,
  type TableInput,
  type TableTarget,
  type VectorInput,
} from "./preparation.ts";
export { type ImageOptions, type Images, readImages } from "./read-images.ts";
export { emptyNotes, type PreparedRows, type ReadNotes, readPrepared } from "./read-prepared.ts";
export { type LabelledRows, type SplitOptions, splitTable, type TableSplit, tableFolds } from "./split-table.ts";
export { readTable, type Table, type TableOptions } from "./table.ts";
export type { CategoryColumn, Column, NumberColumn, VectorColumn } from "./table-columns.ts";
export { type HistoryNote, loadTableModel, saveImageModel, saveTableModel, type TableModel } from "./table-model.ts";
export { type TableTask, type TaskKind, type TaskOptions, tableTask } from "./table-task.ts";
