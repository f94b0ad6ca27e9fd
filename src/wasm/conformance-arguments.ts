/** Argument names of the kernels that only tests call, `kernels/conformance.ts`, in order: they come with these. */
export function conformanceArguments() {
  return {
    compressColumns: ["source", "stride", "rows", "columns", "lists", "counts", "path"],
    exp: ["source", "target", "count"],
    log: ["source", "target", "count"],
    maskWords: ["row", "pass", "stream", "key0", "key1", "units", "out"],
    philoxBlock: ["counter", "key", "out", "scratch"],
  } as const;
}
