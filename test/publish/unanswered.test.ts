// Uploads without an answer are remembered by the next process, for as long as it matters.
import { mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { openUnanswered } from "../../src/publish/unanswered.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "lambda-ext-unanswered-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const upload = { region: "eu-west-1", layer: "demo", codeSha256: "a/b+c=" };

it("knows what an earlier process has sent, and not what it sends itself", async () => {
  const first = await openUnanswered(join(folder, "below"));
  await first.begin(upload);
  expect(await first.has(upload)).toBe(false);
  const second = await openUnanswered(join(folder, "below"));
  expect(await second.has(upload)).toBe(true);
  for (const other of [{ region: "us-east-1" }, { layer: "other" }, { codeSha256: "other" }]) {
    expect(await second.has({ ...upload, ...other })).toBe(false);
  }
  await second.end(upload);
  expect(await second.has(upload)).toBe(false);
  expect(readdirSync(join(folder, "below"))).toEqual([]);
});

it("forgets what is long past", async () => {
  await (await openUnanswered(folder)).begin(upload);
  let now = Date.now();
  const next = await openUnanswered(folder, () => now);
  expect(await next.has(upload)).toBe(true);
  now += 121_000;
  expect(await next.has(upload)).toBe(false);
  const [file = ""] = readdirSync(folder);
  const longAgo = new Date(Date.now() - 121_000);
  utimesSync(join(folder, file), longAgo, longAgo);
  expect(await (await openUnanswered(folder)).has(upload)).toBe(false);
  expect(readdirSync(folder)).toEqual([]);
});

it("goes on without, where the disk refuses", async () => {
  writeFileSync(join(folder, "file"), "");
  const unanswered = await openUnanswered(join(folder, "file", "below"));
  await unanswered.begin(upload);
  expect(await unanswered.has(upload)).toBe(false);
  await unanswered.end(upload);
});
