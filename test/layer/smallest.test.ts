// The smallest zips: others read them, they hold what ordinary ones hold, and their bytes depend on nothing else.
import { execFileSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { ZipEntry } from "../../src/layer/zip/entry.ts";
import { extractZip } from "../../src/layer/zip/extract.ts";
import { readZip } from "../../src/layer/zip/read.ts";
import { packZip, writeZip } from "../../src/layer/zip/write.ts";
import { temporaryFolder } from "../support/temporary.ts";
import { missing } from "../support/tools.ts";

const noise = randomBytes(5000);
const entries: ZipEntry[] = [
  { kind: "file", path: "lib/words.txt", mode: 0o644, content: Buffer.from(readFileSync(import.meta.filename)) },
  { kind: "file", path: "extensions/tool", mode: 0o755, content: Buffer.from("#!/bin/sh\n") },
  { kind: "file", path: "lib/Ünïcode", mode: 0o600, content: Buffer.from("") },
  { kind: "file", path: "lib/noise", mode: 0o444, content: noise },
  { kind: "symlink", path: "lib/current", target: "words.txt" },
];

describe("writeZip with size min", () => {
  test("holds what an ordinary zip holds, in fewer bytes", async () => {
    const [ordinary, smallest] = await Promise.all([
      readZip(await packZip(entries)),
      readZip(await packZip(entries, { size: "min" })),
    ]);
    const told = ({ entries }: typeof ordinary) => entries.map(({ compressedBytes: _, ...rest }) => rest);
    expect(told(smallest)).toEqual(told(ordinary));
    for (const [index, entry] of smallest.entries.entries()) {
      const other = ordinary.entries[index];
      if (!other) throw new Error("an entry is missing");
      expect((await smallest.read(entry)).equals(await ordinary.read(other))).toBe(true);
      expect(entry.compressedBytes).toBeLessThanOrEqual(Math.min(other.compressedBytes, entry.unzippedBytes));
    }
    const packed = (path: string) => smallest.entries.find((entry) => entry.path === path)?.compressedBytes;
    // What has no pattern is stored.
    expect(packed("lib/noise")).toBe(noise.length);
    const words = ordinary.entries.find(({ path }) => path === "lib/words.txt");
    expect(packed("lib/words.txt")).toBeLessThan(words?.compressedBytes ?? 0);
  });

  test("gives the same bytes whatever the order, the time zone and the umask, and tells their hash", async () => {
    const folder = temporaryFolder();
    const first = await packZip(entries, { size: "min" });
    const zone = process.env.TZ;
    const umask = process.umask(0o077);
    process.env.TZ = "Pacific/Kiritimati";
    try {
      const file = join(folder, "a.zip");
      const written = await writeZip([...entries].reverse(), file, { size: "min" });
      expect(readFileSync(file).equals(first)).toBe(true);
      expect(written.zipBytes).toBe(first.length);
      expect(written.unzippedBytes).toBe(
        entries.reduce((sum, entry) => sum + (entry.kind === "file" ? entry.content : entry.target).length, 0),
      );
      expect(written.codeSha256).not.toBe((await writeZip(entries, file)).codeSha256);
    } finally {
      process.umask(umask);
      if (zone === undefined) delete process.env.TZ;
      else process.env.TZ = zone;
    }
  });

  test.skipIf(missing("unzip", "python3"))(
    "is read by unzip and Python, which see the same as in an ordinary one (needs unzip, Python)",
    async () => {
      const folder = temporaryFolder();
      const script =
        "import sys, zipfile; z = zipfile.ZipFile(sys.argv[1]); print(z.testzip(), [(i.filename, i.date_time, oct(i.external_attr >> 16), i.create_system, i.file_size, i.CRC) for i in z.infolist()])";
      const seen: string[] = [];
      for (const size of ["default", "min"] as const) {
        const file = join(folder, `${size}.zip`);
        await writeZip(entries, file, { size });
        expect(execFileSync("unzip", ["-t", file], { encoding: "utf8" })).toContain("No errors detected");
        seen.push(execFileSync("python3", ["-c", script, file], { encoding: "utf8" }));
      }
      expect(seen[1]).toBe(seen[0]);
      expect(seen[0]).toMatch(/^None .*\(1980, 1, 1, 0, 0, 0\)/);
    },
  );

  test("is unpacked by ourselves", async () => {
    const folder = temporaryFolder();
    const file = join(folder, "a.zip");
    await writeZip(entries, file, { size: "min" });
    await extractZip(file, join(folder, "out"));
    expect(readFileSync(join(folder, "out/lib/noise")).equals(noise)).toBe(true);
    expect(readFileSync(join(folder, "out/lib/current")).equals(readFileSync(import.meta.filename))).toBe(true);
  });

  test("packs more than the memory that libdeflate begins with", async () => {
    const content = Buffer.concat([randomBytes(40_000_000), Buffer.alloc(10_000_000)]);
    const zip = await readZip(await packZip([{ kind: "file", path: "large", mode: 0o644, content }], { size: "min" }));
    const [entry] = zip.entries;
    if (!entry) throw new Error("the entry is missing");
    expect(entry.compressedBytes).toBeLessThan(41_000_000);
    expect((await zip.read(entry)).equals(content)).toBe(true);
  });

  test("ends between two files where it is aborted, and leaves nothing", async () => {
    const folder = temporaryFolder();
    const controller = new AbortController();
    const writing = writeZip(entries, join(folder, "a.zip"), { size: "min", signal: controller.signal });
    controller.abort(new Error("enough"));
    await expect(writing).rejects.toThrow("enough");
    expect(readdirSync(folder)).toEqual([]);
  });

  test("refuses what an ordinary zip refuses, and more files than it can count", async () => {
    const outside: ZipEntry = { kind: "file", path: "../out", mode: 0o644, content: Buffer.from("x") };
    await expect(packZip([outside], { size: "min" })).rejects.toMatchObject({ code: "InvalidZipEntry" });
    const many = Array.from({ length: 65_536 }, (_, index): ZipEntry => ({ ...outside, path: `f${index}` }));
    await expect(packZip(many, { size: "min" })).rejects.toMatchObject({
      code: "ZipTooLarge",
      message: expect.stringContaining("has 65536 files"),
    });
  });
});
