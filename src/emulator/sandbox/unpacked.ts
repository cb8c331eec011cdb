// Unpacks code and layers, once for each content, into folders that are never changed afterwards.
import { createHash } from "node:crypto";
import { chmod, mkdir, mkdtemp, readdir, rename, rm, stat, utimes } from "node:fs/promises";
import { join } from "node:path";
import { extractZip } from "../../layer/zip/extract.ts";
import { LambdaExtError, toolError } from "../../model/errors.ts";
import type { LayerSource } from "../execution.ts";

const partial = ".partial-";
/** What no environment has used for so long is removed when the store is opened: each build leaves another folder. */
const keptMilliseconds = 7 * 24 * 3600 * 1000;

/** What was unpacked, and what is being unpacked now. */
export interface UnpackedStore {
  /** The folder with a function's code. */
  code(source: LayerSource): Promise<string>;
  /** The folder with layers merged, later over earlier; an empty one where there is no layer. */
  layers(sources: readonly LayerSource[]): Promise<string>;
}

/** Opens the store in a folder; what a dead process left half-unpacked is removed, and what is old. */
export async function openUnpackedStore(directory: string): Promise<UnpackedStore> {
  await mkdir(directory, { recursive: true, mode: 0o700 });
  for (const name of await readdir(directory)) {
    const folder = join(directory, name);
    const old = Date.now() - ((await usedAt(folder)) ?? 0) > keptMilliseconds;
    if (old || name.startsWith(partial)) await rm(folder, { recursive: true, force: true });
  }
  const pending = new Map<string, Promise<string>>();

  /** Two environments that start at once share one unpacking. */
  function once(key: string, unpack: (folder: string) => Promise<void>): Promise<string> {
    const known = pending.get(key);
    if (known) return known;
    const made = make(join(directory, key), unpack).finally(() => pending.delete(key));
    pending.set(key, made);
    return made;
  }

  async function make(folder: string, unpack: (folder: string) => Promise<void>): Promise<string> {
    if (await usedAt(folder)) {
      const now = new Date();
      await utimes(folder, now, now);
      return folder;
    }
    const unfinished = await mkdtemp(join(directory, partial));
    try {
      await unpack(unfinished);
      await chmod(unfinished, 0o755);
      await rename(unfinished, folder);
    } catch (error) {
      // On a full disk, what lies there would keep it full.
      await rm(unfinished, { recursive: true, force: true });
      throw error;
    }
    return folder;
  }

  return {
    code: (source) => once(`code-${keyOf([source])}`, (folder) => unpack(source, folder, "/var/task")),
    layers: (sources) =>
      once(`opt-${keyOf(sources)}`, async (folder) => {
        for (const source of sources) await unpack(source, folder, "/opt");
      }),
  };
}

async function unpack(source: LayerSource, folder: string, mount: string): Promise<void> {
  try {
    await extractZip(source.zip, folder, { mount });
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    throw toolError(`Unpacking ${source.arn} into ${mount} failed: ${error.message}`, {
      code: error instanceof LambdaExtError ? "InvalidZipFileException" : "ServiceException",
      hint: error instanceof LambdaExtError ? error.hint : undefined,
      cause: error,
    });
  }
}

function keyOf(sources: readonly LayerSource[]): string {
  const hash = createHash("sha256");
  for (const { codeSha256 } of sources) hash.update(`${codeSha256}\n`);
  return hash.digest("hex").slice(0, 32);
}

/** Epoch milliseconds; undefined where there is no such folder. */
async function usedAt(folder: string): Promise<number | undefined> {
  return stat(folder).then(
    ({ mtimeMs }) => mtimeMs,
    () => undefined,
  );
}
