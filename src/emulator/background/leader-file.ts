// Word of the process that serves a folder: numbered files, of which the highest counts. It is never removed, only outnumbered, so that a
// process that was about to take the next number cannot take one that was used.
import { randomBytes } from "node:crypto";
import { existsSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { toolError } from "../../model/errors.ts";
import { createExclusively, unfinishedPattern } from "../store/atomic.ts";

/** What a leader tells of itself. */
export interface Leader {
  readonly number: number;
  readonly port: number;
  /** Proves to each side that the other one has read this file. */
  readonly token: string;
  /** For people; a pid is never trusted: another process may have it now. */
  readonly pid: number;
  /** ISO 8601. */
  readonly startedAt: string;
}

/** A leader with the file that it told this in. */
export interface KnownLeader extends Leader {
  readonly file: string;
}

const name = /^leader\.(\d+)\.json$/;

/** The last one that has claimed the folder, alive or not; undefined where nobody ever has. */
export function lastLeader(folder: string): KnownLeader | undefined {
  const [number] = numbers(folder);
  if (number === undefined) return undefined;
  const file = fileOf(folder, number);
  try {
    return { ...JSON.parse(readFileSync(file, "utf8")), file };
  } catch (error) {
    // Outnumbered and removed since we looked.
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return lastLeader(folder);
    throw error;
  }
}

/** Takes the number after the last one; undefined where somebody else was faster. */
export async function claim(
  folder: string,
  { port, pid, now, after }: { port: number; pid: number; now: number; after: number },
): Promise<Leader | undefined> {
  const leader: Leader = {
    number: after + 1,
    port,
    token: randomBytes(32).toString("base64url"),
    pid,
    startedAt: new Date(now).toISOString(),
  };
  if (!(await create(fileOf(folder, leader.number), leader))) return undefined;
  // Somebody may have been outnumbered, and removed, between our looking and our linking.
  return isLast(folder, leader) ? leader : undefined;
}

/** Whether nobody has outnumbered it, nor removed its file. */
export function isLast(folder: string, { number }: Leader): boolean {
  return existsSync(fileOf(folder, number)) && numbers(folder)[0] === number;
}

/** Removes the files of those before; only the leader may. */
export function removeEarlier(folder: string, { number }: Leader): void {
  for (const earlier of numbers(folder).filter((one) => one < number)) rmSync(fileOf(folder, earlier), { force: true });
  for (const file of readdirSync(folder).filter((one) => unfinishedPattern.test(one))) {
    const match = /^leader\.(\d+)\.json/.exec(file);
    if (match && Number(match[1]) < number) rmSync(join(folder, file), { force: true });
  }
}

async function create(file: string, leader: Leader): Promise<boolean> {
  try {
    return await createExclusively(file, JSON.stringify(leader));
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw toolError(`The local endpoint cannot claim its folder: ${reason}.`, {
      code: "StateFolderUnusable",
      hint: "Make room where it is full, or set LAMBDA_EXT_LOCAL_DIR to a folder on another disk, one with hard links.",
      cause,
    });
  }
}

/** Highest first. */
function numbers(folder: string): number[] {
  const found = readdirSync(folder).flatMap((file) => {
    const match = name.exec(file);
    return match ? [Number(match[1])] : [];
  });
  return found.sort((a, b) => b - a);
}

function fileOf(folder: string, number: number): string {
  return join(folder, `leader.${number}.json`);
}
