// Our zips, judged by unzip and Python; others' zips, read and unpacked without letting anything out.
import { execFileSync } from "node:child_process";
import {
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { ZipEntry } from "../../src/layer/zip/entry.ts";
import { extractZip } from "../../src/layer/zip/extract.ts";
import { readZip } from "../../src/layer/zip/read.ts";
import { packZip, writeZip } from "../../src/layer/zip/write.ts";
import { missing } from "../support/tools.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "lambda-ext-zip-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const entries: ZipEntry[] = [
  { kind: "file", path: "lib/data.txt", mode: 0o644, content: Buffer.from("data".repeat(1000)) },
  { kind: "file", path: "extensions/tool", mode: 0o755, content: Buffer.from("#!/bin/sh\n") },
  { kind: "file", path: "lib/Ünïcode", mode: 0o600, content: Buffer.from("") },
  { kind: "symlink", path: "lib/current", target: "data.txt" },
];

/** Runs Python's zipfile; `body` may use `z` (open for writing), `info(name, mode)` and `folder`. */
function pythonZip(body: string): string {
  const file = join(folder, "made.zip");
  const script = `
import zipfile, sys, stat
def info(name, mode=0o100644, system=3):
    i = zipfile.ZipInfo(name); i.create_system = system; i.external_attr = mode << 16 | 0x20; return i
with zipfile.ZipFile(sys.argv[1], "w", zipfile.ZIP_DEFLATED) as z:
${body
  .trim()
  .split("\n")
  .map((line) => `    ${line.trim()}`)
  .join("\n")}
`;
  execFileSync("python3", ["-c", script, file]);
  return file;
}

describe("writeZip", () => {
  test("gives the same bytes whatever the order, the time zone and the umask", async () => {
    const first = await packZip(entries);
    const zone = process.env.TZ;
    const umask = process.umask(0o077);
    process.env.TZ = "Pacific/Kiritimati";
    try {
      expect((await packZip([...entries].reverse())).equals(first)).toBe(true);
      const file = join(folder, "a.zip");
      const written = await writeZip(entries, file);
      expect(readFileSync(file).equals(first)).toBe(true);
      expect(written.zipBytes).toBe(first.length);
      expect(written.unzippedBytes).toBe(4000 + 10 + 0 + 8);
    } finally {
      process.umask(umask);
      if (zone === undefined) delete process.env.TZ;
      else process.env.TZ = zone;
    }
  });

  test.skipIf(missing("unzip", "openssl"))(
    "is read by unzip, and its hash is AWS's (needs unzip, openssl)",
    async () => {
      const file = join(folder, "a.zip");
      const { codeSha256 } = await writeZip(entries, file);
      expect(execFileSync("unzip", ["-t", file], { encoding: "utf8" })).toContain("No errors detected");
      const listing = execFileSync("unzip", ["-Z", "-T", file], { encoding: "utf8" }).trim().split("\n").slice(2, -1);
      expect(listing.map((line) => [line.slice(0, 10), line.split(/\s+/)[6]])).toEqual([
        ["-rwxr-xr-x", "19800101.000000"],
        ["lrwxrwxrwx", "19800101.000000"],
        ["-rw-r--r--", "19800101.000000"],
        ["-rw-------", "19800101.000000"],
      ]);
      const digest = execFileSync("openssl", ["dgst", "-sha256", "-binary", file]);
      expect(codeSha256).toBe(digest.toString("base64"));
    },
  );

  test("reads a file's content when it packs it, and leaves nothing behind where that fails", async () => {
    const missingFile: ZipEntry = { kind: "file", path: "x", mode: 0o644, content: join(folder, "gone") };
    await expect(writeZip([...entries, missingFile], join(folder, "a.zip"))).rejects.toThrow(/ENOENT/);
    expect(readdirSync(folder)).toEqual([]);
  });

  test("leaves nothing behind when it is interrupted", async () => {
    const controller = new AbortController();
    const big: ZipEntry = { kind: "file", path: "big", mode: 0o644, content: Buffer.alloc(30_000_000, "abcdefg") };
    const writing = writeZip([big], join(folder, "a.zip"), { signal: controller.signal });
    setImmediate(() => controller.abort());
    await expect(writing).rejects.toThrow(/abort/i);
    expect(readdirSync(folder)).toEqual([]);
  });

  test.each([
    ["../out", "goes up"],
    ["/abs", "is absolute"],
    ["c:/abs", "is absolute"],
    ["a\\b", "backslash"],
    ["a//b", "empty part"],
    ["", "is empty"],
  ])("refuses the path %j", async (path, reason) => {
    await expect(packZip([{ kind: "file", path, mode: 0o644, content: Buffer.from("x") }])).rejects.toThrow(reason);
  });

  test("refuses a link that leads out and a path that is there twice", async () => {
    await expect(packZip([{ kind: "symlink", path: "a/b", target: "../../c" }])).rejects.toThrow("leads out");
    const twice: ZipEntry = { kind: "file", path: "x", mode: 0o644, content: Buffer.from("x") };
    await expect(packZip([twice, { ...twice, mode: 0o755 }])).rejects.toThrow("two files");
    await expect(packZip([twice, { ...twice, path: "x/y" }])).rejects.toThrow("a file and a folder");
  });
});

describe("readZip", () => {
  test("gives back what was packed", async () => {
    const zip = await readZip(await packZip(entries));
    expect(
      zip.entries.map(({ kind, path, mode, unzippedBytes, target }) => [kind, path, mode, unzippedBytes, target]),
    ).toEqual([
      ["file", "extensions/tool", 0o755, 10, undefined],
      ["symlink", "lib/current", 0o777, 8, "data.txt"],
      ["file", "lib/data.txt", 0o644, 4000, undefined],
      ["file", "lib/Ünïcode", 0o600, 0, undefined],
    ]);
    const [tool, , data] = zip.entries;
    if (!tool || !data) throw new Error("entries are missing");
    expect((await zip.read(tool)).toString()).toBe("#!/bin/sh\n");
    expect((await zip.read(data, 6)).toString()).toBe("datada");
    zip.close();
  });

  test("tells a zip from what is none, in words", async () => {
    const file = join(folder, "no.zip");
    writeFileSync(file, "this is no zip at all");
    await expect(readZip(file)).rejects.toMatchObject({ code: "InvalidZip", kind: "tool" });
    await expect(readZip(join(folder, "gone.zip"))).rejects.toMatchObject({ code: "NoSuchFile" });
    await expect(readZip(folder)).rejects.toMatchObject({
      code: "InvalidZip",
      message: expect.stringMatching(/folder/),
    });
  });

  test("notices damage anywhere: whatever byte is turned, it answers or refuses, and never gives wrong content", async () => {
    const whole = await packZip(entries);
    const original = new Map(entries.map((entry) => [entry.path, entry.kind === "file" ? String(entry.content) : ""]));
    for (let at = 0; at < whole.length; at += 3) {
      const bytes = Buffer.from(whole);
      bytes[at] = (bytes[at] ?? 0) ^ 0x55;
      try {
        const zip = await readZip(bytes);
        for (const entry of zip.entries) {
          const read = entry.kind === "file" ? (await zip.read(entry)).toString() : undefined;
          // A turned name is another name; the content under a name that is known must be right.
          if (read !== undefined && original.has(entry.path)) expect(read).toBe(original.get(entry.path));
        }
      } catch (error) {
        expect(error).toMatchObject({ code: "InvalidZip" });
      }
    }
  });

  test.skipIf(missing("python3"))("takes modes from Unix and not from DOS (needs Python)", async () => {
    const zip = await readZip(
      pythonZip(`
        z.writestr(info("unix", 0o100500), "x")
        z.writestr(info("dos", 0, 0), "x")
        z.writestr(info("nothing", 0), "x")
        z.writestr(info("folder/", 0o40755), "")
        z.writestr(info("./dotted"), "x")
        z.writestr(info("pipe", stat.S_IFIFO | 0o644), "")
        z.writestr(info("..\\\\back"), "x")
      `),
    );
    expect(zip.entries.map(({ kind, path, mode }) => [kind, path, mode.toString(8)])).toEqual([
      ["file", "unix", "500"],
      ["file", "dos", "644"],
      ["file", "nothing", "0"],
      ["directory", "folder", "755"],
      ["file", "dotted", "644"],
      ["other", "pipe", "644"],
      ["file", "..\\back", "644"],
    ]);
    zip.close();
  });
});

describe.skipIf(missing("zip"))("zips that cannot be read (needs zip)", () => {
  test("an encrypted entry is refused when it is read, not taken for its content", async () => {
    writeFileSync(join(folder, "secret"), "secret words");
    execFileSync("zip", ["-q", "-P", "password", "a.zip", "secret"], { cwd: folder });
    const zip = await readZip(join(folder, "a.zip"));
    const [entry] = zip.entries;
    if (!entry) throw new Error("no entry");
    await expect(zip.read(entry)).rejects.toMatchObject({
      code: "InvalidZip",
      message: expect.stringMatching(/cannot be read as a zip: secret is encrypted\.$/),
    });
    zip.close();
    await expect(extractZip(join(folder, "a.zip"), join(folder, "out"))).rejects.toMatchObject({ code: "InvalidZip" });
  });
});

describe.skipIf(missing("unzip", "diff"))("any tree of files (needs unzip, diff)", () => {
  test.each([1, 2, 3, 4, 5])("comes out of unzip and of extractZip as it went in (%i)", async (seed) => {
    const random = generator(seed);
    const made = new Map<string, ZipEntry>();
    for (let count = 0; count < 40; count++) {
      // Capitals for folders and small letters for files: no path is both.
      const depth = Math.floor(random() * 4);
      const path = [...Array.from({ length: depth }, () => pick("ABC-+", random)), pick("abcä .$", random)].join("/");
      const content = Buffer.alloc(Math.floor(random() ** 4 * 200_000), pick("xyz\0\n", random));
      made.set(path, { kind: "file", path, mode: random() < 0.5 ? 0o755 : 0o644, content });
    }
    const file = join(folder, "tree.zip");
    const { unzippedBytes } = await writeZip([...made.values()], file);
    await extractZip(file, join(folder, "ours"), { maxUnzippedBytes: unzippedBytes });
    execFileSync("unzip", ["-q", file, "-d", join(folder, "theirs")]);
    execFileSync("diff", ["-r", join(folder, "ours"), join(folder, "theirs")]);
    for (const [path, entry] of made) {
      if (entry.kind !== "file" || typeof entry.content === "string") throw new Error("not made here");
      expect(readFileSync(join(folder, "ours", path)).equals(entry.content)).toBe(true);
      expect(lstatSync(join(folder, "ours", path)).mode & 0o777).toBe(entry.mode);
    }
  });
});

/** Mulberry32: the same numbers for the same seed. */
function generator(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** One to three of the letters. */
function pick(letters: string, random: () => number): string {
  const length = 1 + Math.floor(random() * 3);
  const text = Array.from({ length }, () => letters[Math.floor(random() * letters.length)] ?? "").join("");
  return /^\.+$/.test(text) ? "dots" : text;
}

describe("extractZip", () => {
  test("keeps modes, whatever the umask, and symlinks", async () => {
    const umask = process.umask(0o077);
    try {
      await extractZip(await packZip(entries), join(folder, "out"));
    } finally {
      process.umask(umask);
    }
    const mode = (path: string) => lstatSync(join(folder, "out", path)).mode & 0o777;
    expect([mode("extensions/tool"), mode("lib/data.txt"), mode("lib/Ünïcode")]).toEqual([0o755, 0o644, 0o600]);
    expect(readlinkSync(join(folder, "out/lib/current"))).toBe("data.txt");
    expect(readFileSync(join(folder, "out/lib/current"), "utf8")).toBe("data".repeat(1000));
  });

  test("puts a later zip over an earlier one, and writes through no link that it finds", async () => {
    const out = join(folder, "out");
    const file = (path: string, text: string): ZipEntry => ({
      kind: "file",
      path,
      mode: 0o644,
      content: Buffer.from(text),
    });
    await extractZip(
      await packZip([file("a/one", "1"), { kind: "symlink", path: "b", target: "a" }, file("c", "c")]),
      out,
    );
    await extractZip(await packZip([file("a/one", "2"), file("b/two", "2"), file("c/three", "3")]), out);
    expect(readFileSync(join(out, "a/one"), "utf8")).toBe("2");
    expect(readdirSync(join(out, "a"))).toEqual(["one"]);
    expect(readdirSync(join(out, "b"))).toEqual(["two"]);
    expect(readdirSync(join(out, "c"))).toEqual(["three"]);
  });

  test("makes absolute links below the mount relative", async () => {
    const links: ZipEntry[] = [{ kind: "symlink", path: "lib/current", target: "/opt/share/v1" }];
    const zip = await packZip(links, { mount: "/opt" });
    await extractZip(zip, join(folder, "out"), { mount: "/opt" });
    expect(readlinkSync(join(folder, "out/lib/current"))).toBe("../share/v1");
    await expect(extractZip(zip, join(folder, "no"))).rejects.toMatchObject({ code: "UnsafeZip" });
  });

  test.skipIf(missing("python3")).each([
    ["a path that goes up", `z.writestr(info("a/../../out"), "x")`],
    ["an absolute path", `z.writestr(info("/tmp/out"), "x")`],
    ["a drive", `z.writestr(info("C:/out"), "x")`],
    ["a backslash", `z.writestr(info("..\\\\out"), "x")`],
    ["a link that goes up", `z.writestr(info("a/l", 0o120777), "../../out")`],
    ["an absolute link", `z.writestr(info("l", 0o120777), "/etc/passwd")`],
    [
      "a link that escapes by way of another",
      `z.writestr(info("x/y/l", 0o120777), "../..")\nz.writestr(info("e", 0o120777), "x/y/l/../out")`,
    ],
    ["links in a circle", `z.writestr(info("a", 0o120777), "b")\nz.writestr(info("b", 0o120777), "a")`],
    ["a device", `z.writestr(info("d", stat.S_IFCHR | 0o644), "")`],
  ])("refuses %s and writes nothing (needs Python)", async (_name, body) => {
    const out = join(folder, "out");
    mkdirSync(out);
    await expect(extractZip(pythonZip(`z.writestr(info("first"), "x")\n${body}`), out)).rejects.toMatchObject({
      code: "UnsafeZip",
    });
    expect(readdirSync(out)).toEqual([]);
  });

  test.skipIf(missing("python3"))("does not write through a link of the same zip (needs Python)", async () => {
    mkdirSync(join(folder, "out/inner"), { recursive: true });
    const zip = pythonZip(`z.writestr(info("l", 0o120777), "inner")\nz.writestr(info("l/file"), "x")`);
    await extractZip(zip, join(folder, "out"));
    expect(readdirSync(join(folder, "out/inner"))).toEqual([]);
  });

  test("refuses more than it may unpack", async () => {
    const zip = await packZip(entries);
    await expect(extractZip(zip, join(folder, "out"), { maxUnzippedBytes: 4000 })).rejects.toMatchObject({
      code: "ZipTooLarge",
    });
    await extractZip(zip, join(folder, "out"), { maxUnzippedBytes: 4018 });
  });
});
