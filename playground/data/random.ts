/** Numbers for the data sets, from a seed: every runtime draws the same. */
export interface Random {
  /** Uniform in [0, 1). */
  uniform(): number;
  /** About normal, mean 0 and variance 1: the sum of twelve uniform numbers, less six. It needs no logarithm, whose bits differ. */
  normal(): number;
}

/** SplitMix32 (after Steele, Lea and Flood 2014): whole-number arithmetic alone. */
export function randomFrom(seed: number): Random {
  let state = seed | 0;
  const uniform = () => {
    state = (state + 0x9e3779b9) | 0;
    let word = state ^ (state >>> 16);
    word = Math.imul(word, 0x21f0aaad);
    word ^= word >>> 15;
    word = Math.imul(word, 0x735a2d97);
    word ^= word >>> 15;
    return (word >>> 0) / 2 ** 32;
  };
  const normal = () => {
    let sum = -6;
    for (let i = 0; i < 12; i++) sum += uniform();
    return sum;
  };
  return { uniform, normal };
}
