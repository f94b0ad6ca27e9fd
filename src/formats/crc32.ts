/** The reversed Castagnoli polynomial. */
const CASTAGNOLI = 0x82f63b78;
/** The reversed polynomial of Ethernet, zip and PNG. */
const ETHERNET = 0xedb88320;

/** Slicing by four: table k has the remainder of a byte that k more bytes of zeros follow. */
function makeTables(polynomial: number): Uint32Array[] {
  const tables = [0, 1, 2, 3].map(() => new Uint32Array(256));
  for (let byte = 0; byte < 256; byte++) {
    let remainder = byte;
    for (let bit = 0; bit < 8; bit++) remainder = (remainder >>> 1) ^ (remainder & 1 ? polynomial : 0);
    tables[0][byte] = remainder;
  }
  for (let k = 1; k < 4; k++) {
    for (let byte = 0; byte < 256; byte++) {
      const before = tables[k - 1][byte];
      tables[k][byte] = (before >>> 8) ^ tables[0][before & 0xff];
    }
  }
  return tables;
}

/** The checksum of a polynomial; its tables are made when it is first asked for. */
function checksum(polynomial: number): (bytes: Uint8Array) => number {
  let tables: Uint32Array[] | undefined;
  return (bytes) => {
    tables ??= makeTables(polynomial);
    const [one, two, three, four] = tables;
    let remainder = 0xffffffff;
    let at = 0;
    for (; at + 4 <= bytes.length; at += 4) {
      const mixed = remainder ^ (bytes[at] | (bytes[at + 1] << 8) | (bytes[at + 2] << 16) | (bytes[at + 3] << 24));
      remainder = four[mixed & 0xff] ^ three[(mixed >>> 8) & 0xff] ^ two[(mixed >>> 16) & 0xff] ^ one[mixed >>> 24];
    }
    for (; at < bytes.length; at++) remainder = (remainder >>> 8) ^ one[(remainder ^ bytes[at]) & 0xff];
    return (remainder ^ 0xffffffff) >>> 0;
  };
}

/**
 * CRC-32C, the checksum of checkpoints and of TensorBoard's event files (RFC 3720, appendix B.4). It notices every change of up to 32
 * neighbouring bits, and of others all but one in 2^32.
 * @example
 * crc32c(new TextEncoder().encode("123456789")).toString(16);   // "e3069283"
 */
export const crc32c = /* @__PURE__ */ checksum(CASTAGNOLI);

/**
 * CRC-32, the checksum of zip and PNG (PNG, annex D).
 * @example
 * crc32(new TextEncoder().encode("123456789")).toString(16);   // "cbf43926"
 */
export const crc32 = /* @__PURE__ */ checksum(ETHERNET);
