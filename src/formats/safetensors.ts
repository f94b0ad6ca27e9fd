/**
 * safetensors: tensors by name in one file that holds data only, so that reading it can run nothing.
 *
 * ```text
 * 8 bytes   N, the header's length, little-endian
 * N bytes   the header: a JSON object in UTF-8, from "{" on, spaces at its end allowed
 *             "name": { "dtype": "F32", "shape": [1024, 784], "data_offsets": [begin, end] }, ...
 *             "__metadata__": { "key": "text", ... }        may be left out
 * the rest  the data, little-endian, outermost axis first; offsets count from its first byte
 * ```
 *
 * Described in the README of huggingface/safetensors.
 */
export type { Dtype } from "./safetensors-dtype.ts";
export { copyTensor, readSafetensors, type Safetensors, type SafetensorsTensor } from "./safetensors-read.ts";
export { type SafetensorsInput, type SafetensorsMetadata, writeSafetensors } from "./safetensors-write.ts";
