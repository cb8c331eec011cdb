// A zip that is too large to be sent directly.
import { createHash } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { storedZip } from "./archives.ts";

/** A layer's zip of 51 MiB, in a folder of its own. */
export interface LargeArchive {
  readonly folder: string;
  readonly zip: string;
  readonly zipBytes: number;
  /** Base64. */
  readonly codeSha256: string;
  remove(): void;
}

/** The same text gives the same bytes. */
export function largeArchive(text = "large"): LargeArchive {
  const folder = mkdtempSync(join(tmpdir(), "lambda-ext-large-"));
  const zip = join(folder, "large.zip");
  const bytes = storedZip("share/data", Buffer.alloc(51 << 20, `${text}\n`));
  writeFileSync(zip, bytes);
  return {
    folder,
    zip,
    zipBytes: bytes.length,
    codeSha256: createHash("sha256").update(bytes).digest("base64"),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}
