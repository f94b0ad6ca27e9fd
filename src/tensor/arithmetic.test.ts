import fc from "fast-check";
import { describe, expect, it, vi } from "vitest";
import { cosPi, exp, log, power } from "./arithmetic.ts";

// Only against a test that hangs.
if (process.env.DROWSE_DEEP === "1") vi.setConfig({ testTimeout: 1_200_000 });

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

describe("exp", () => {
  const expectExp = (x: number, expected: number) => {
    const error = Math.abs(exp(x) / expected - 1);
    expect(error, `exp(${x}) is ${exp(x)}, not ${expected}`).toBeLessThan(4.5e-16);
  };

  it("agrees with the host's to two units in the last place", () => {
    fc.assert(
      fc.property(fc.double({ min: -708, max: 709, noNaN: true }), (x) => expectExp(x, Math.exp(x))),
      { numRuns: process.env.DROWSE_DEEP ? 200_000 : 5_000 },
    );
  });

  // to 23 digits
  it.each([
    [1, 2.7182818284590452353603],
    [-1, 0.36787944117144232159552],
    [0.5, 1.6487212707001281468487],
    [10, 22026.465794806716516958],
    [-0.1, 0.90483741803595956814139],
    [700, 1.0142320547350045094553e304],
    [-700, 9.8596765437597708567054e-305],
    [1e-10, 1.000000000100000000005],
  ])("of %d is %d", expectExp);

  it("keeps to the ends of what a number can hold", () => {
    expect([exp(0), exp(-0), exp(709.7), exp(710), exp(Number.POSITIVE_INFINITY)]).toEqual([
      1,
      1,
      expect.closeTo(Math.exp(709.7), -293),
      Number.POSITIVE_INFINITY,
      Number.POSITIVE_INFINITY,
    ]);
    expect([exp(-745), exp(-746), exp(Number.NEGATIVE_INFINITY), exp(Number.NaN)]).toEqual([5e-324, 0, 0, Number.NaN]);
    expect(exp(-720)).toBeCloseTo(Math.exp(-720), 320);
  });
});

describe("cosPi", () => {
  // to 23 digits, the numbers being those that these decimals stand for
  it.each([
    [0, 1],
    [0.1, 0.95105651629515356672739],
    [0.25, 0.70710678118654752440084],
    [0.2499999, 0.7071070033306595443824],
    [0.3, 0.58778525229247315738615],
    [1 / 3, 0.50000000000000005034305],
    [0.5, 0],
    [0.5000001, -3.1415926519361458967238e-7],
    [0.75, -0.70710678118654752440084],
    [0.9, -0.95105651629515359367265],
    [1, -1],
    [1.3, -0.58778525229247301629891],
    [1.5, 0],
    [1.75, 0.70710678118654752440084],
    [7.1, -0.95105651629515391701584],
    [1e15, 1],
  ])("of %d is %d", (x, expected) => {
    expect(Math.abs(cosPi(x) - expected)).toBeLessThan(2e-16);
    expect(cosPi(-x)).toBe(cosPi(x));
  });

  it("agrees with the host's", () => {
    fc.assert(
      fc.property(fc.double({ min: 0, max: 1, noNaN: true }), (x) => {
        expect(Math.abs(cosPi(x) - Math.cos(Math.PI * x))).toBeLessThan(4e-16);
      }),
      { numRuns: process.env.DROWSE_DEEP ? 200_000 : 5_000 },
    );
  });
});

describe("power", () => {
  it("is a product of so many factors", () => {
    expect([power(0.9, 0), power(0.9, 1), power(2, 10), power(0, 0), power(0, 3), power(0.5, 2000)]).toEqual([
      1, 0.9, 1024, 1, 0, 0,
    ]);
    fc.assert(
      fc.property(fc.double({ min: 0.5, max: 1.001, noNaN: true }), fc.nat(5000), (base, exponent) => {
        let product = 1;
        for (let i = 0; i < exponent; i++) product *= base;
        expect(Math.abs(power(base, exponent) - product)).toBeLessThanOrEqual(4e-16 * (exponent + 1) * product + 5e-308);
      }),
    );
  });
});
