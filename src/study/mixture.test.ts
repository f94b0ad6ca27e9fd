import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { OutputLink } from "../losses/loss.ts";
import { mixedLogits, mixtureOf } from "./mixture.ts";

// The twin: every formula again, number by number, in double precision and with what the runtime has.

type Table = readonly (readonly number[])[];

/** Logits [members][rows][columns], of 1 to 5 members, 1 to 4 rows and 2 to 6 columns. */
const logits = fc
  .tuple(fc.integer({ min: 1, max: 5 }), fc.integer({ min: 1, max: 4 }), fc.integer({ min: 1, max: 3 }))
  .chain(([count, rows, half]) => {
    const row = fc.array(fc.double({ min: -30, max: 30, noNaN: true }).map(Math.fround), {
      minLength: 2 * half,
      maxLength: 2 * half,
    });
    const table = fc.array(row, { minLength: rows, maxLength: rows });
    return fc.array(table, { minLength: count, maxLength: count });
  });

const flat = (members: readonly Table[]) => ({
  data: Float32Array.from(members.flat(2)),
  count: members.length,
  columns: members[0][0].length,
});

const softmax = (z: readonly number[]) => {
  const most = Math.max(...z);
  const powers = z.map((value) => Math.exp(value - most));
  const sum = powers.reduce((a, b) => a + b);
  return powers.map((power) => power / sum);
};
const sigmoid = (z: number) => 1 / (1 + Math.exp(-z));
const meanOf = (values: readonly number[]) => values.reduce((a, b) => a + b) / values.length;

/** What a member predicts, of its logits. */
function linked(z: readonly number[], link: OutputLink): number[] {
  if (link === "softmax") return softmax(z);
  if (link === "sigmoid") return z.map(sigmoid);
  return z.map((value, i) => (link === "gaussian" && i >= z.length / 2 ? Math.exp(value) : value));
}

/** The mixture of a row. */
function mixed(rows: readonly (readonly number[])[], link: OutputLink): number[] {
  const mean = rows[0].map((_, i) => meanOf(rows.map((row) => row[i])));
  if (link !== "gaussian") return mean;
  const half = mean.length / 2;
  // E y^2 - (E y)^2 of the mixture.
  return mean.map((value, i) =>
    i < half ? value : meanOf(rows.map((row) => row[i] + row[i - half] ** 2)) - mean[i - half] ** 2,
  );
}

const LINKS: readonly OutputLink[] = ["softmax", "sigmoid", "identity", "gaussian"];
/** The rounding of single precision, of numbers as large as these. */
const near = (value: number, scale = 1) => Math.abs(value) * 1e-6 + scale * 1e-6;

describe.each(LINKS)("the mixture of members, %s", (link) => {
  it("is the mean of what they predict", () => {
    fc.assert(
      fc.property(logits, (members) => {
        const outputs = members.map((table) => table.map((row) => linked(row, link).map(Math.fround)));
        const found = mixtureOf(flat(outputs), link);
        const expected = members[0].flatMap((_, row) =>
          mixed(
            outputs.map((table) => table[row]),
            link,
          ),
        );
        // The variance of means as far apart as 60 is a difference of numbers as large as 3600.
        for (const [i, value] of expected.entries())
          expect(Math.abs(found[i] - value)).toBeLessThan(near(value, 1e-3 + (link === "gaussian" ? 1 : 0)));
      }),
    );
  });

  it("is what its logits lead to", () => {
    fc.assert(
      fc.property(logits, (members) => {
        const found = mixedLogits(flat(members), link);
        const columns = members[0][0].length;
        for (const [row] of members[0].entries()) {
          const own = linked([...found.subarray(row * columns, (row + 1) * columns)], link);
          const expected = mixed(
            members.map((table) => linked(table[row], link)),
            link,
          );
          for (const [i, value] of expected.entries()) {
            // A logit of 30 is known to 2e-6, and what it leads to as well.
            expect(Math.abs(own[i] - value)).toBeLessThan(Math.abs(value) * 1e-5 + (link === "gaussian" ? 1e-2 : 1e-5));
          }
        }
      }),
    );
  });

  it("of one member is that member", () => {
    fc.assert(
      fc.property(logits, ([alone]) => {
        const { data, count, columns } = flat([alone]);
        // But for the sign of 0.
        expect(mixtureOf({ data, count, columns }, link)).toEqual(data.map((value) => value + 0));
      }),
    );
  });
});

describe("the logits of a mixture", () => {
  it("keep what would underflow", () => {
    const members = { data: Float32Array.of(0, -300, 0, -200), count: 2, columns: 2 };
    const [, unlikely] = mixedLogits(members, "softmax");
    expect(unlikely).toBeCloseTo(-200 - Math.LN2, 4);
    expect(mixedLogits({ ...members, columns: 1 }, "sigmoid")[1]).toBeCloseTo(-200 - Math.LN2, 4);
  });
});
