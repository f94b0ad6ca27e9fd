/** Numbers for tests, the same in every run: Marsaglia's xorshift32, independent of the generator under test. */
export class Draws {
  #state: number;

  constructor(seed: number) {
    this.#state = (seed * 2654435761 + 88675123) | 0 || 1;
    for (let warm = 0; warm < 8; warm++) this.word();
  }

  /** An unsigned 32-bit word, never 0. */
  word(): number {
    this.#state ^= this.#state << 13;
    this.#state ^= this.#state >>> 17;
    this.#state ^= this.#state << 5;
    return this.#state >>> 0;
  }

  /** Uniform in [0, 1). */
  unit(): number {
    return this.word() / 2 ** 32;
  }

  /** A whole number from least to most, both included. */
  integer(least: number, most: number): number {
    return least + Math.floor(this.unit() * (most - least + 1));
  }

  /**
   * Single-precision numbers, uniform in [-size, size]. A share of 1 - density is exactly zero, one zero in eight
   * of them -0.
   */
  floats(count: number, density = 1, size = 1): Float32Array {
    return Float32Array.from({ length: count }, () => {
      if (this.unit() >= density) return this.word() % 8 === 0 ? -0 : 0;
      return (2 * this.unit() - 1) * size;
    });
  }
}

/** Both signs of all 256 exponents (denormals, infinities and NaNs among them) with mantissas drawn at random. */
export function allExponents(mantissas: number): Float32Array {
  const draws = new Draws(11);
  const bits = new Uint32Array(256 * 2 * mantissas);
  for (let i = 0; i < bits.length; i++) bits[i] = (((i % 512) << 23) | draws.integer(0, 2 ** 23 - 1)) >>> 0;
  return new Float32Array(bits.buffer);
}
