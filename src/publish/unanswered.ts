// Uploads that were sent and have had no answer yet: what a run leaves that was killed, or that gave a region up. AWS may still be making
// a version of them, which the next look comes too early for.
import { createHash } from "node:crypto";
import { mkdir, readdir, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";

/** One of them. */
export interface SentUpload {
  readonly region: string;
  readonly layer: string;
  /** Base64, of the zip. */
  readonly codeSha256: string;
}

/** Marks, one for each upload under way. */
export interface Unanswered {
  /** Whether an earlier run has sent it, not long ago, and knows no answer. */
  has(upload: SentUpload): Promise<boolean>;
  /** It is being sent. A disk that refuses costs what this is for, no more. */
  begin(upload: SentUpload): Promise<void>;
  /** It was answered. */
  end(upload: SentUpload): Promise<void>;
}

/** Longer than AWS works on a request. */
const longMilliseconds = 120_000;

/** Marks nothing. */
export const nothingUnanswered: Unanswered = { has: async () => false, begin: async () => {}, end: async () => {} };

/** Marks as files of a folder, which need not be there; those of long ago are removed. */
export async function openUnanswered(folder: string, now: () => number = Date.now): Promise<Unanswered> {
  const isFresh = async (file: string) => {
    const { mtimeMs } = await stat(file).catch(() => ({ mtimeMs: 0 }));
    return now() - mtimeMs < longMilliseconds;
  };
  const found = await readdir(folder).catch(() => []);
  const left = new Set<string>();
  for (const file of found.map((name) => join(folder, name))) {
    if (await isFresh(file)) left.add(file);
    else await rm(file, { force: true }).catch(() => {});
  }
  const fileOf = ({ region, layer, codeSha256 }: SentUpload) =>
    join(folder, createHash("sha256").update(`${region} ${layer} ${codeSha256}`).digest("hex"));
  return {
    async has(upload) {
      const file = fileOf(upload);
      // Of this run's own ones it knows the answers itself.
      return left.has(file) && (await isFresh(file));
    },
    async begin(upload) {
      await mkdir(folder, { recursive: true, mode: 0o700 })
        .then(() => writeFile(fileOf(upload), "", { mode: 0o600 }))
        .catch(() => {});
    },
    async end(upload) {
      const file = fileOf(upload);
      left.delete(file);
      await rm(file, { force: true }).catch(() => {});
    },
  };
}
