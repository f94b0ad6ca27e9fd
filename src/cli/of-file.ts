import { DrowseError } from "../tensor/errors.ts";

/** What is made of a file's bytes. Their reader does not know where they came from; who reads its message must. */
export function ofFile<Value>(path: string, read: () => Value): Value {
  try {
    return read();
  } catch (error) {
    if (error instanceof DrowseError) throw new DrowseError(error.operation, `${path}: ${error.received}`, error.remedy);
    throw error;
  }
}
