/** (sqrt(5) - 1) / 2. */
const RATIO = 0.6180339887498949;
/** Each narrows the interval by the ratio: to about 1e-9 of its width, where values near a maximum no longer differ. */
const STEPS = 44;

/** Where a function has its maximum between two numbers, if it has one there (Kiefer 1953). */
export function goldenSection(value: (x: number) => number, low: number, high: number): number {
  let [a, b] = [low, high];
  let [c, d] = [b - RATIO * (b - a), a + RATIO * (b - a)];
  let [atC, atD] = [value(c), value(d)];
  for (let step = 0; step < STEPS; step++) {
    if (atC >= atD) {
      [b, d, atD] = [d, c, atC];
      c = b - RATIO * (b - a);
      atC = value(c);
    } else {
      [a, c, atC] = [c, d, atD];
      d = a + RATIO * (b - a);
      atD = value(d);
    }
  }
  return (a + b) / 2;
}
