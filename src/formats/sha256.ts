import { DrowseError } from "../tensor/errors.ts";

/**
 * SHA-256 of bytes, as 64 hexadecimal digits; the same in Node and in a browser.
 * @throws {DrowseError} on a page that is not served securely, where browsers have no such function.
 */
export async function sha256(bytes: Uint8Array): Promise<string> {
  const { subtle } = globalThis.crypto ?? {};
  if (!subtle) throw new DrowseError("sha256", "this page has no crypto.subtle", "serve it by https, or from localhost");
  const digest = new Uint8Array(await subtle.digest("SHA-256", bytes as Uint8Array<ArrayBuffer>));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
