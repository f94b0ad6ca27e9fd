import fc from "fast-check";
import { expect, it } from "vitest";
import { crc32Of } from "../../test/crc32.ts";
import { crc32, crc32c } from "./crc32.ts";

/** Bit by bit, as the definition has it. */
function slow(bytes: Uint8Array): number {
  let remainder = 0xffffffff;
  for (const byte of bytes) {
    remainder ^= byte;
    for (let bit = 0; bit < 8; bit++) remainder = (remainder >>> 1) ^ (remainder & 1 ? 0x82f63b78 : 0);
  }
  return (remainder ^ 0xffffffff) >>> 0;
}

it("crc32c has the values of RFC 3720, appendix B.4", () => {
  const ascending = Uint8Array.from({ length: 32 }, (_, i) => i);
  expect(crc32c(new Uint8Array(32))).toBe(0x8a9136aa);
  expect(crc32c(new Uint8Array(32).fill(0xff))).toBe(0x62a8ab43);
  expect(crc32c(ascending)).toBe(0x46dd794e);
  expect(crc32c(ascending.toReversed())).toBe(0x113fdb5c);
  expect(crc32c(new TextEncoder().encode("123456789"))).toBe(0xe3069283);
});

it("crc32c is the remainder, whatever the length", () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 67 }), (bytes) => crc32c(bytes) === slow(bytes)));
});

it("crc32 is that of zip and PNG", () => {
  expect(crc32(new TextEncoder().encode("123456789"))).toBe(0xcbf43926);
  // The end of every PNG file.
  expect(crc32(new TextEncoder().encode("IEND"))).toBe(0xae426082);
  fc.assert(fc.property(fc.uint8Array({ maxLength: 67 }), (bytes) => crc32(bytes) === crc32Of(bytes)));
});
