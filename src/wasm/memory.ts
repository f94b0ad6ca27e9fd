import { DrowseError } from "../tensor/errors.ts";

/** Bytes of a WebAssembly page, and how many of them 32-bit addresses reach. */
const PAGE_BYTES = 65536;
const MOST_PAGES = 65536;

/**
 * Memory for one run: as large as its plan says, and never larger.
 * @throws {DrowseError} when that is more than 4 GiB, or more than the machine gives.
 */
export function createMemory(bytes: number, shared: boolean): WebAssembly.Memory {
  const pages = Math.max(1, Math.ceil(bytes / PAGE_BYTES));
  const refuse = (why: string) =>
    new DrowseError("memory", `the run needs ${Math.ceil(bytes / 2 ** 20)} MiB, ${why}`, "take a smaller batch or fewer units");
  if (pages > MOST_PAGES) throw refuse("but WebAssembly has 4096");
  try {
    return new WebAssembly.Memory({ initial: pages, maximum: pages, shared });
  } catch (error) {
    throw refuse(`which the machine does not give (${error instanceof Error ? error.message : error})`);
  }
}
