/** Bytes of a WebAssembly page. */
const PAGE_BYTES = 65536;

/** Memory for one run: as large as its plan says, and never larger. */
export function createMemory(bytes: number, shared: boolean): WebAssembly.Memory {
  const pages = Math.max(1, Math.ceil(bytes / PAGE_BYTES));
  return new WebAssembly.Memory({ initial: pages, maximum: pages, shared });
}
