// Folders for work in progress: whose are removed, and whose are left alone.
import { spawnSync } from "node:child_process";
import { mkdirSync, readdirSync, utimesSync } from "node:fs";
import { basename, join } from "node:path";
import { expect, test } from "vitest";
import { withTemporaryFolder } from "../../src/model/temporary.ts";
import { temporaryFolder } from "../support/temporary.ts";

/** The part of a name that says which machine. */
async function machineIn(root: string): Promise<string> {
  return withTemporaryFolder(join(root, "work-"), async (folder) => basename(folder).split("-")[1] ?? "");
}

/** The id of a process that has ended. */
function deadPid(): number {
  return spawnSync(process.execPath, ["--version"]).pid;
}

test("leaves what others are working in, and what is not of this kind", async () => {
  const root = temporaryFolder();
  const machine = await machineIn(root);
  const kept = [`work-${machine}-${process.ppid}-abcdef`, `work-0123abcd-${deadPid()}-abcdef`, "work-of-mine"];
  for (const name of kept) mkdirSync(join(root, name));
  await Promise.all([
    withTemporaryFolder(join(root, "work-"), async () => {}),
    withTemporaryFolder(join(root, "work-"), async (folder) => {
      await withTemporaryFolder(join(root, "work-"), async () => {});
      expect(readdirSync(root)).toContain(basename(folder));
    }),
  ]);
  expect(readdirSync(root).sort()).toEqual(kept.sort());
});

test("removes what a killed process has left, also one that had this process's id, and what is a day old", async () => {
  const root = temporaryFolder();
  const machine = await machineIn(root);
  const old = join(root, `work-0123abcd-${process.ppid}-abcdef`);
  mkdirSync(join(root, `work-${machine}-${deadPid()}-abcdef`, "deeper"), { recursive: true });
  mkdirSync(join(root, `work-${machine}-${process.pid}-abcdef`));
  mkdirSync(old);
  utimesSync(old, 0, 0);
  await withTemporaryFolder(join(root, "work-"), async () => {});
  expect(readdirSync(root)).toEqual([]);
});
