import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { exchangeByteOrder } from "./byte-order.ts";

const widths = [1, 2, 4, 8] as const;

describe("exchangeByteOrder", () => {
  it("undoes itself, in both orders, at every width and alignment", () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...widths),
        fc.boolean(),
        fc.nat(7),
        fc.nat(9),
        fc.infiniteStream(fc.nat(255)),
        (width, littleEndian, offset, count, stream) => {
          const bytes = Uint8Array.from({ length: offset + count * width }, () => stream.next().value).subarray(offset);
          const twice = exchangeByteOrder(new Uint8Array(exchangeByteOrder(bytes, width, littleEndian)), width, littleEndian);
          expect([...new Uint8Array(twice)]).toEqual([...bytes]);
        },
      ),
    );
  });

  it("reads the numbers of either order", () => {
    const bytes = Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8);
    expect([...new Uint16Array(exchangeByteOrder(bytes, 2, false))]).toEqual([0x0102, 0x0304, 0x0506, 0x0708]);
    expect([...new Uint16Array(exchangeByteOrder(bytes, 2, true))]).toEqual([0x0201, 0x0403, 0x0605, 0x0807]);
    expect([...new Uint32Array(exchangeByteOrder(bytes, 4, false))]).toEqual([0x01020304, 0x05060708]);
    expect([...new BigUint64Array(exchangeByteOrder(bytes, 8, false))]).toEqual([0x0102030405060708n]);
    expect([...new Uint8Array(exchangeByteOrder(bytes, 1, false))]).toEqual([...bytes]);
  });

  it("keeps the payload of a signalling NaN", () => {
    const bits = Uint8Array.of(0x01, 0x00, 0xa0, 0x7f);
    expect(new Uint32Array(exchangeByteOrder(bits, 4, true))[0]).toBe(0x7fa00001);
  });

  it("copies: the result does not follow the source", () => {
    const bytes = Uint8Array.of(1, 2, 3, 4);
    const copy = new Uint8Array(exchangeByteOrder(bytes, 1, true));
    bytes[0] = 9;
    expect(copy[0]).toBe(1);
  });
});
