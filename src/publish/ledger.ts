// What this machine knows of layer versions, written down as soon as it is known. Layer versions never change, so what is in it need not
// be asked for again; the remote side is the truth about which versions there are and who may use them.
import { appendFile, mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { LayerVersion } from "../aws/lambda/layers.ts";
import { parseLayerArn } from "../model/arn.ts";
import { stateFolder } from "../model/state-folder.ts";
import { nothingUnanswered, openUnanswered, type Unanswered } from "./unanswered.ts";

/** The versions that are known. */
export interface Ledger {
  /** A version that was seen or made before; the date tells versions of a local account apart that was begun anew. */
  find(arn: string, created: string): LayerVersion | undefined;
  /** Writes a version down; what is known already isn't written twice. A disk that refuses costs a look the next time, no more. */
  remember(version: LayerVersion): Promise<void>;
  /** Uploads whose answers are not known. */
  readonly unanswered: Unanswered;
}

/** More lines than this are rewritten, the latest half of them kept. */
const mostLines = 20_000;

/** Keeps nothing. */
export const noLedger: Ledger = { find: () => undefined, remember: async () => {}, unanswered: nothingUnanswered };

/** The ledger's file; undefined where this user has no place for it. */
export function ledgerFile(env: NodeJS.ProcessEnv, platform: NodeJS.Platform): string | undefined {
  const folder = stateFolder(env, platform);
  return folder && join(folder, "lambda-ext-publish", "layer-versions.jsonl");
}

/** Opens a file of one JSON document a line, which need not be there. A line that a crash cut short, or that isn't ours, is passed over. */
export async function openLedger(file: string | undefined): Promise<Ledger> {
  if (file === undefined) return noLedger;
  const text = await readFile(file, "utf8").catch(() => "");
  const lines = text.split("\n").filter((line) => line !== "");
  const known = new Map<string, LayerVersion>();
  for (const version of lines.flatMap(read)) known.set(keyOf(version.arn, version.created), version);
  if (lines.length > mostLines) await shorten(file, lines);
  // A line that was cut short must not swallow the next one.
  let lead = text === "" || text.endsWith("\n") ? "" : "\n";
  let queue: Promise<unknown> = Promise.resolve();
  return {
    unanswered: await openUnanswered(join(dirname(file), "unanswered")),
    find: (arn, created) => known.get(keyOf(arn, created)),
    async remember(version) {
      const key = keyOf(version.arn, version.created);
      if (version.created === "" || known.has(key)) return;
      known.set(key, version);
      queue = queue.then(async () => {
        const line = `${lead}${JSON.stringify(version)}\n`;
        lead = "";
        await mkdir(dirname(file), { recursive: true, mode: 0o700 });
        await appendFile(file, line, { mode: 0o600, flush: true });
      });
      queue = queue.catch(() => {});
      await queue;
    },
  };
}

function keyOf(arn: string, created: string): string {
  return `${arn} ${created}`;
}

function read(line: string): LayerVersion[] {
  try {
    const { arn, version, created, codeSha256, codeBytes, architectures, runtimes, description, license } =
      JSON.parse(line);
    const whole =
      [arn, created, codeSha256].every((field) => isText(field) && field !== "") &&
      [description, license].every(isText) &&
      [architectures, runtimes].every((list) => Array.isArray(list) && list.every(isText)) &&
      [version, codeBytes].every(Number.isSafeInteger) &&
      parseLayerArn(arn)?.version === version;
    return whole
      ? [{ arn, version, created, codeSha256, codeBytes, architectures, runtimes, description, license }]
      : [];
  } catch {
    return [];
  }
}

function isText(value: unknown): value is string {
  return typeof value === "string";
}

async function shorten(file: string, lines: readonly string[]): Promise<void> {
  const kept = lines.slice(-mostLines / 2);
  const beside = `${file}.${process.pid}`;
  await writeFile(beside, `${kept.join("\n")}\n`, { mode: 0o600 })
    .then(() => rename(beside, file))
    .catch(() => {});
}
