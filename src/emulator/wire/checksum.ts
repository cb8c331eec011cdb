// The checksums that S3 knows, computed while bytes go by.
import { createHash } from "node:crypto";
import { crc32 } from "node:zlib";

/** As headers name them: `x-amz-checksum-crc32`. */
export const checksumAlgorithms = ["crc32", "crc32c", "crc64nvme", "sha1", "sha256"] as const;

/** One of them. */
export type ChecksumAlgorithm = (typeof checksumAlgorithms)[number];

/** A checksum on its way. */
export interface Checksum {
  update(data: Uint8Array): void;
  /** Its bytes; nothing can be added afterwards. */
  digest(): Buffer;
}

/** Begins one. */
export function createChecksum(algorithm: ChecksumAlgorithm): Checksum {
  switch (algorithm) {
    case "sha1":
    case "sha256":
      return createHash(algorithm);
    case "crc32": {
      let value = 0;
      return {
        update(data) {
          value = crc32(data, value);
        },
        digest: () => bytesOf(value),
      };
    }
    case "crc32c": {
      let value = ~0;
      return {
        update(data) {
          value = crc32c(value, data);
        },
        digest: () => bytesOf(~value >>> 0),
      };
    }
    case "crc64nvme": {
      const value = { low: ~0, high: ~0 };
      return {
        update: (data) => crc64(value, data),
        digest: () => Buffer.concat([bytesOf(~value.high >>> 0), bytesOf(~value.low >>> 0)]),
      };
    }
  }
}

function bytesOf(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}

/** Castagnoli's polynomial, reflected (RFC 3720). */
const castagnoli = Uint32Array.from({ length: 256 }, (_, index) => {
  let value = index;
  for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ 0x82f63b78 : value >>> 1;
  return value;
});

function crc32c(begun: number, data: Uint8Array): number {
  let value = begun;
  for (const byte of data) value = (value >>> 8) ^ (castagnoli[(value ^ byte) & 0xff] ?? 0);
  return value;
}

/** The polynomial of NVM Express's 64 bits, reflected, in two halves. */
const nvme = tableOf({ low: 0xac4bc9b5, high: 0x9a6c9329 });

function tableOf({ low: polynomialLow, high: polynomialHigh }: { readonly low: number; readonly high: number }) {
  const table = { low: new Uint32Array(256), high: new Uint32Array(256) };
  for (let index = 0; index < 256; index++) {
    let [low, high] = [index, 0];
    for (let bit = 0; bit < 8; bit++) {
      const odd = low & 1;
      low = (low >>> 1) | (high << 31);
      high >>>= 1;
      if (odd) {
        low ^= polynomialLow;
        high ^= polynomialHigh;
      }
    }
    table.low[index] = low;
    table.high[index] = high;
  }
  return table;
}

function crc64(value: { low: number; high: number }, data: Uint8Array): void {
  let { low, high } = value;
  for (const byte of data) {
    const index = (low ^ byte) & 0xff;
    low = ((low >>> 8) | (high << 24)) ^ (nvme.low[index] ?? 0);
    high = (high >>> 8) ^ (nvme.high[index] ?? 0);
  }
  Object.assign(value, { low, high });
}
