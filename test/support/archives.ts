// Zips to publish, in a folder of their own.
import { createHash } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Architecture, architectures } from "../../src/model/architecture.ts";
import type { LayerArchive } from "../../src/model/artifact.ts";

/** Two archives, and what removes them. */
export interface Archives {
  readonly folder: string;
  readonly archives: readonly LayerArchive[];
  remove(): void;
}

/** Writes a zip with one file for each architecture; the same text gives the same bytes. */
export function makeArchives(text: string): Archives {
  const folder = mkdtempSync(join(tmpdir(), "lambda-ext-archives-"));
  return {
    folder,
    archives: architectures.map((architecture) => writeArchive(folder, architecture, text)),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

function writeArchive(folder: string, architecture: Architecture, text: string): LayerArchive {
  const bytes = storedZip("extensions/demo", Buffer.from(`#!/bin/sh\n# ${architecture} ${text}\n`));
  const zip = join(folder, `demo-${architecture}.zip`);
  writeFileSync(zip, bytes);
  const codeSha256 = createHash("sha256").update(bytes).digest("base64");
  return {
    name: "demo",
    kind: "extension",
    architecture,
    zip,
    zipBytes: bytes.length,
    unzippedBytes: text.length,
    codeSha256,
  };
}

/** The smallest zip with one uncompressed file, by hand: these tests are not about our writer. */
export function storedZip(name: string, content: Buffer): Buffer {
  const path = Buffer.from(name);
  const common = Buffer.alloc(26);
  common.writeUInt16LE(20, 0);
  common.writeUInt16LE(0x21, 8);
  common.writeUInt32LE(crc32(content), 10);
  common.writeUInt32LE(content.length, 14);
  common.writeUInt32LE(content.length, 18);
  common.writeUInt16LE(path.length, 22);
  const local = Buffer.concat([Buffer.from("PK\x03\x04", "latin1"), common, path, content]);
  const tail = Buffer.alloc(14);
  tail.writeUInt32LE(0o100755 * 65536, 6);
  const central = Buffer.concat([Buffer.from("PK\x01\x02\x14\x03", "latin1"), common, tail, path]);
  const end = Buffer.alloc(22);
  end.write("PK\x05\x06", "latin1");
  end.writeUInt16LE(1, 8);
  end.writeUInt16LE(1, 10);
  end.writeUInt32LE(central.length, 12);
  end.writeUInt32LE(local.length, 16);
  return Buffer.concat([local, central, end]);
}

function crc32(bytes: Buffer): number {
  let crc = ~0;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1;
  }
  return ~crc >>> 0;
}
