/** A cache line: buffers begin on one, so that two threads never write to the same line by accident. */
const LINE_BYTES = 64;

/**
 * The plan of one run's memory: buffers one after the other, known before the memory is made, so that nothing is
 * allocated while training (WebAssembly memory never shrinks).
 */
export class Arena {
  /** Bytes so far; the first line stays empty, so that no buffer has address 0, which means "none" to the kernels. */
  #bytes = LINE_BYTES;

  /** Address of a new zeroed buffer. */
  allocate(bytes: number): number {
    const pointer = this.#bytes;
    this.#bytes = Math.ceil((pointer + bytes) / LINE_BYTES) * LINE_BYTES;
    return pointer;
  }

  get bytes(): number {
    return this.#bytes;
  }
}
