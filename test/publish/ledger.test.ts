// What is known of layer versions survives the process, also one that was killed while it wrote.
import { appendFileSync, existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import type { LayerVersion } from "../../src/aws/lambda/layers.ts";
import { ledgerFile, openLedger } from "../../src/publish/ledger.ts";

let folder: string;
let file: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "lambda-ext-ledger-"));
  file = join(folder, "below", "layer-versions.jsonl");
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const version = (number: number, change: Partial<LayerVersion> = {}): LayerVersion => ({
  arn: `arn:aws:lambda:eu-west-1:123456789012:layer:demo:${number}`,
  version: number,
  created: "2026-11-21T10:00:00.000+0000",
  codeSha256: "sha",
  codeBytes: 10,
  architectures: ["arm64"],
  runtimes: [],
  description: "",
  license: "",
  ...change,
});

it("finds again what was written down, in another process", async () => {
  const ledger = await openLedger(file);
  await Promise.all([ledger.remember(version(1)), ledger.remember(version(2)), ledger.remember(version(1))]);
  expect(readFileSync(file, "utf8").trim().split("\n")).toHaveLength(2);
  const again = await openLedger(file);
  expect(again.find(version(2).arn, version(2).created)).toEqual(version(2));
  expect(statSync(file).mode & 0o777).toBe(0o600);
});

it("tells a version of an account that was begun anew from the one before", async () => {
  const ledger = await openLedger(file);
  await ledger.remember(version(1));
  expect(ledger.find(version(1).arn, "2026-11-22T00:00:00.000+0000")).toBeUndefined();
});

it("writes nothing of a version without a date", async () => {
  const ledger = await openLedger(file);
  await ledger.remember(version(1, { created: "" }));
  expect(existsSync(file)).toBe(false);
});

it("passes over what a crash cut short, and does not lose what comes after it", async () => {
  await (await openLedger(file)).remember(version(1));
  appendFileSync(file, '{"arn":"arn:aws:lambda:eu-we');
  const ledger = await openLedger(file);
  expect(ledger.find(version(1).arn, version(1).created)).toBeDefined();
  await ledger.remember(version(2));
  expect((await openLedger(file)).find(version(2).arn, version(2).created)).toEqual(version(2));
});

it.each<[string, object]>([
  ["of another number", { version: 2 }],
  ["without a number", { version: undefined }],
  ["that say nothing of themselves", { description: undefined }],
  ["whose architectures are none", { architectures: [5] }],
  ["without a hash", { codeSha256: "" }],
])("takes no word of lines %s", async (_, change) => {
  await (await openLedger(file)).remember(version(3));
  appendFileSync(file, `${JSON.stringify({ ...version(1), ...change })}\n`);
  const ledger = await openLedger(file);
  expect(ledger.find(version(1).arn, version(1).created)).toBeUndefined();
  expect(ledger.find(version(3).arn, version(3).created)).toEqual(version(3));
});

it("keeps the latest half of a long file", async () => {
  await (await openLedger(file)).remember(version(0));
  writeFileSync(file, Array.from({ length: 20_001 }, (_, i) => `${JSON.stringify(version(i))}\n`).join(""));
  await openLedger(file);
  const lines = readFileSync(file, "utf8").trim().split("\n");
  expect(lines).toHaveLength(10_000);
  expect(lines.at(-1)).toContain(":demo:20000");
});

it("goes on where nothing can be written", async () => {
  writeFileSync(join(folder, "below"), "a file where a folder should be");
  const ledger = await openLedger(file);
  await ledger.remember(version(1));
  expect(ledger.find(version(1).arn, version(1).created)).toBeDefined();
});

it("has no file where no home is known", async () => {
  expect(ledgerFile({}, "linux")).toBeUndefined();
  expect(ledgerFile({ HOME: "/home/a" }, "linux")).toBe("/home/a/.local/state/lambda-ext-publish/layer-versions.jsonl");
  const ledger = await openLedger(undefined);
  await ledger.remember(version(1));
  expect(ledger.find(version(1).arn, version(1).created)).toBeUndefined();
});
