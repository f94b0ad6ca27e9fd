/**
 * Reads packed numbers of one byte order into the order of the host, or the other way: on every host the two
 * are the same exchange of bytes. The bits stay as they are, so NaN payloads survive.
 *
 * @param bytes packed numbers, at any alignment; the length is a multiple of `width`.
 * @param width bytes per number.
 * @param littleEndian the order of the packed side.
 * @returns a fresh, aligned buffer of the same length.
 */
export function exchangeByteOrder(bytes: Uint8Array, width: 1 | 2 | 4 | 8, littleEndian: boolean): ArrayBuffer {
  const packed = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const host = new ArrayBuffer(bytes.byteLength);
  const count = bytes.byteLength / width;
  if (width === 1) {
    new Uint8Array(host).set(bytes);
  } else if (width === 2) {
    const numbers = new Uint16Array(host);
    for (let i = 0; i < count; i++) numbers[i] = packed.getUint16(i * 2, littleEndian);
  } else if (width === 4) {
    const numbers = new Uint32Array(host);
    for (let i = 0; i < count; i++) numbers[i] = packed.getUint32(i * 4, littleEndian);
  } else {
    const numbers = new BigUint64Array(host);
    for (let i = 0; i < count; i++) numbers[i] = packed.getBigUint64(i * 8, littleEndian);
  }
  return host;
}
