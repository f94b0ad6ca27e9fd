export function packDigits(folder?: string): Uint8Array<ArrayBuffer>;
export function deflateDigits(): Uint8Array<ArrayBuffer>;
