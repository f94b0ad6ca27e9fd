import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { log } from "./arithmetic.ts";

function expectLog(x: number, expected: number): void {
  const error = expected === 0 ? Math.abs(log(x)) : Math.abs(log(x) / expected - 1);
  expect(error, `log(${x}) is ${log(x)}, not ${expected}`).toBeLessThan(1e-15);
}

describe("log", () => {
  it("agrees with the host's to 1e-15 for every positive, finite number", () => {
    const numbers = fc.oneof(
      fc.double({ min: 0, minExcluded: true, noNaN: true, noDefaultInfinity: true }),
      fc.double({ min: 0.5, max: 2, noNaN: true }),
      fc.double({ min: 1 - 1e-9, max: 1 + 1e-9, noNaN: true }),
      fc.integer({ min: -1074, max: 1023 }).map((exponent) => 2 ** exponent),
    );
    fc.assert(
      fc.property(numbers, (x) => expectLog(x, Math.log(x))),
      { numRuns: process.env.DROWSE_DEEP ? 1_000_000 : 5_000 },
    );
  });

  // to 20 digits
  it.each([
    [1, 0],
    [2.5, 0.91629073187415506518],
    [10, 2.302585092994045684],
    [0.7071067811865476, -0.34657359027997258635],
    [1.4142135623730951, 0.34657359027997272307],
    [1 + 2 ** -52, 2.2204460492503128343e-16],
    [1 - 2 ** -53, -1.1102230246251566021e-16],
    [1e300, 690.77552789821370526],
    [Number.MAX_VALUE, 709.78271289338399673],
    [1e-300, -690.77552789821370518],
    [1e-310, -713.8013788281541651],
    [5e-324, -744.44007192138126231],
  ])("of %d is %d", expectLog);
});
