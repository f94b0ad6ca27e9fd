// How many multiplies and adds a core does a second with the vectors of WebAssembly: six chains of each, independent of each
// other, in registers. No kernel can be faster. AssemblyScript, compiled by scripts/bench.mjs.

/** Runs `rounds` rounds of 12 vector operations. Returns what the compiler may not leave out. */
export function peak(rounds: i32, start: f32, by: f32, add: f32): f32 {
  const factor = f32x4.splat(by);
  const term = f32x4.splat(add);
  let p0 = f32x4.splat(start), p1 = p0, p2 = p0, p3 = p0, p4 = p0, p5 = p0;
  let s0 = p0, s1 = p0, s2 = p0, s3 = p0, s4 = p0, s5 = p0;
  for (let round = 0; round < rounds; ++round) {
    p0 = f32x4.mul(p0, factor);
    s0 = f32x4.add(s0, term);
    p1 = f32x4.mul(p1, factor);
    s1 = f32x4.add(s1, term);
    p2 = f32x4.mul(p2, factor);
    s2 = f32x4.add(s2, term);
    p3 = f32x4.mul(p3, factor);
    s3 = f32x4.add(s3, term);
    p4 = f32x4.mul(p4, factor);
    s4 = f32x4.add(s4, term);
    p5 = f32x4.mul(p5, factor);
    s5 = f32x4.add(s5, term);
  }
  const products = f32x4.add(f32x4.add(f32x4.add(p0, p1), f32x4.add(p2, p3)), f32x4.add(p4, p5));
  const sums = f32x4.add(f32x4.add(f32x4.add(s0, s1), f32x4.add(s2, s3)), f32x4.add(s4, s5));
  return f32x4.extract_lane(f32x4.add(products, sums), 0);
}
