// Numbers and texts in an ELF file, by its own word size and byte order.

/** Reads at an offset; beyond the end every reader throws a RangeError. */
export interface ElfNumbers {
  readonly is64: boolean;
  /** Bytes of an address: 8 or 4. */
  readonly wordSize: number;
  /** Two bytes. */
  half(offset: number): number;
  /** Four bytes. */
  int(offset: number): number;
  /** An address or a size, as wide as the file's word. */
  word(offset: number): number;
  /** Up to the next zero byte. */
  text(offset: number): string;
}

/** The readers for a file whose first bytes were seen to be ELF's. */
export function numbersOf(bytes: Buffer): ElfNumbers {
  const is64 = bytes.readUInt8(4) === 2;
  const little = bytes.readUInt8(5) !== 2;
  const half = (offset: number) => (little ? bytes.readUInt16LE(offset) : bytes.readUInt16BE(offset));
  const int = (offset: number) => (little ? bytes.readUInt32LE(offset) : bytes.readUInt32BE(offset));
  const long = (offset: number) => Number(little ? bytes.readBigUInt64LE(offset) : bytes.readBigUInt64BE(offset));
  return {
    is64,
    wordSize: is64 ? 8 : 4,
    half,
    int,
    word: is64 ? long : int,
    text(offset) {
      const end = bytes.indexOf(0, offset);
      if (offset < 0 || offset >= bytes.length || end < 0) throw new RangeError(`no text at ${offset}`);
      return bytes.toString("utf8", offset, end);
    },
  };
}
