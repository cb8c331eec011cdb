// Real builds with the real Go: what comes out, byte for byte, and what is kept.
import { execFileSync } from "node:child_process";
import { createHash, randomUUID } from "node:crypto";
import {
  appendFileSync,
  chmodSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { readZip } from "../../src/layer/zip/read.ts";
import { temporaryFolder } from "../support/temporary.ts";
import { missing } from "../support/tools.ts";
import { buildIn, tiny, tinyMain, writeFiles } from "./fixture.ts";

async function list(zip: string) {
  const reader = await readZip(zip);
  reader.close();
  return reader.entries.map(
    ({ path, mode, kind, target }) => `${path} ${kind === "symlink" ? `→ ${target}` : mode.toString(8)}`,
  );
}

describe.skipIf(missing("go"))("build (needs Go)", () => {
  test("gives the same bytes in two folders, under two umasks and in two time zones", async () => {
    const config = '{ "contents": [{ "from": "data", "to": "share" }, { "from": "run.sh", "mode": "0755" }] }';
    const files = {
      ...tiny,
      "lambda-ext.jsonc": config,
      "data/b/x.txt": "x",
      "data/a.txt": "a",
      "run.sh": "#!/bin/sh\n",
    };
    const one = writeFiles(temporaryFolder(), files);
    const two = writeFiles(join(temporaryFolder(), "else/where"), files);
    chmodSync(join(two, "run.sh"), 0o600);
    utimesSync(join(two, "data/a.txt"), 1, 1);
    const first = await buildIn(one);
    const umask = process.umask(0o077);
    const second = await buildIn(two, { env: { ...process.env, TZ: "Asia/Tokyo" } }).finally(() =>
      process.umask(umask),
    );
    expect(second.manifest).toEqual(first.manifest);
    for (const { zip } of first.manifest.artifacts) {
      expect(readFileSync(join(two, "dist", zip)).equals(readFileSync(join(one, "dist", zip)))).toBe(true);
    }
    expect(await list(join(one, "dist/tiny-arm64.zip"))).toEqual([
      "extensions/tiny 755",
      "run.sh 755",
      "share/a.txt 644",
      "share/b/x.txt 644",
    ]);
  });

  test("puts in what go build makes by hand, and a manifest that is right", async () => {
    // Words that no earlier run has left in Go's cache: so that something is compiled.
    const main = tinyMain.replace("tiny", randomUUID());
    const root = writeFiles(temporaryFolder(), { ...tiny, "main.go": main });
    const { manifest, archives, directory, told } = await buildIn(root);
    expect(JSON.parse(readFileSync(join(root, "dist/manifest.json"), "utf8"))).toEqual(manifest);
    expect(Object.keys(manifest)).toEqual(["schemaVersion", "name", "kind", "goVersion", "size", "artifacts"]);
    expect(manifest.goVersion).toBe(execFileSync("go", ["env", "GOVERSION"], { encoding: "utf8" }).trim());
    expect(directory).toBe(join(root, "dist"));
    for (const [index, artifact] of manifest.artifacts.entries()) {
      const env = {
        ...process.env,
        CGO_ENABLED: "0",
        GOOS: "linux",
        GOARCH: artifact.goarch,
        GOAMD64: "v1",
        GOARM64: "v8.0",
      };
      const output = join(root, artifact.goarch);
      execFileSync("go", ["build", "-trimpath", "-buildvcs=false", "-ldflags", "-s -w -buildid=", "-o", output, "."], {
        cwd: root,
        env,
      });
      const expected = readFileSync(output);
      const zip = readFileSync(join(directory, artifact.zip));
      const reader = await readZip(zip);
      const [entry] = reader.entries;
      expect(entry && (await reader.read(entry)).equals(expected)).toBe(true);
      expect(artifact).toEqual({
        architecture: index === 0 ? "x86_64" : "arm64",
        goarch: index === 0 ? "amd64" : "arm64",
        zip: `tiny-${index === 0 ? "amd64" : "arm64"}.zip`,
        codeSha256: createHash("sha256").update(zip).digest("base64"),
        zipBytes: zip.length,
        unzippedBytes: expected.length,
        binary: {
          path: "extensions/tiny",
          bytes: expected.length,
          sha256: createHash("sha256").update(expected).digest("hex"),
        },
      });
      expect(archives[index]).toMatchObject({ name: "tiny", kind: "extension", zip: join(directory, artifact.zip) });
    }
    expect(told.tasks).toContainEqual(
      expect.stringMatching(/^Building tiny for (amd64|arm64): compiling example\.com\/tiny$/),
    );
    expect(told.steps).toEqual([expect.stringMatching(/^Built tiny with go\S+: amd64 .+ [kM]B, arm64 .+ [kM]B$/)]);
    expect(readdirSync(join(root, "dist")).sort()).toEqual(["manifest.json", "tiny-amd64.zip", "tiny-arm64.zip"]);
  });

  test("hands tags, linker flags and variables on", async () => {
    const root = writeFiles(temporaryFolder(), {
      "go.mod": tiny["go.mod"] ?? "",
      "main.go": "//go:build chosen\n\npackage main\n\nvar version string\n\nfunc main() { println(version) }\n",
      "lambda-ext.jsonc":
        '{ "build": { "tags": ["chosen"], "ldflags": "-X main.version=seven", "environment": { "GOPRIVATE": "example.com" } } }',
    });
    await buildIn(root);
    const reader = await readZip(join(root, `dist/tiny-${process.arch === "arm64" ? "arm64" : "amd64"}.zip`));
    const [entry] = reader.entries;
    const program = join(root, "program");
    writeFileSync(program, entry ? await reader.read(entry) : "", { mode: 0o755 });
    reader.close();
    expect(execFileSync(program, { encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] })).toBe("");
    expect(readFileSync(program).includes("seven")).toBe(true);
  });

  test("a function's program is the bootstrap at the top", async () => {
    const root = writeFiles(temporaryFolder(), {
      ...tiny,
      "lambda-ext.jsonc": '{ "kind": "function", "name": "fn", "contents": [{ "from": "data.json" }] }',
      "data.json": "{}",
    });
    const { manifest } = await buildIn(root, { architectures: ["arm64"] });
    expect(manifest.artifacts.map(({ zip, binary }) => [zip, binary?.path])).toEqual([["fn-arm64.zip", "bootstrap"]]);
    expect(await list(join(root, "dist/fn-arm64.zip"))).toEqual(["bootstrap 755", "data.json 644"]);
  });

  test("in a git work tree the manifest names the commit", async () => {
    const root = writeFiles(temporaryFolder(), tiny);
    const git = (...args: string[]) =>
      execFileSync("git", ["-c", "user.name=x", "-c", "user.email=x@example.com", ...args], {
        cwd: root,
        encoding: "utf8",
      });
    git("init", "-q");
    expect((await buildIn(root, { architectures: ["x86_64"] })).manifest.revision).toBeUndefined();
    git("add", "-A");
    git("commit", "-qm", "first");
    expect((await buildIn(root, { architectures: ["x86_64"] })).manifest.revision).toBe(
      git("rev-parse", "HEAD").trim(),
    );
  });

  test("warns where the program registers under another name than its file's", async () => {
    const root = writeFiles(temporaryFolder(), {
      ...tiny,
      "main.go": `${tinyMain}\nconst extensionName = "own"\n`,
      "lambda-ext.jsonc": '{ "name": "configured" }',
    });
    const { told } = await buildIn(root, { architectures: ["arm64"] });
    expect(told.warnings).toEqual([
      expect.stringContaining('registers as "own", but its file is extensions/configured'),
    ]);
    writeFileSync(join(root, "lambda-ext.jsonc"), "{}");
    const named = await buildIn(root, { architectures: ["arm64"] });
    expect([named.manifest.name, named.told.warnings]).toEqual(["own", []]);
  });
});

describe.skipIf(missing("go"))("an existing dist (needs Go)", () => {
  const config = '{ "contents": [{ "from": "data.txt" }] }';
  const stamp = (root: string) => {
    const { ino, mtimeMs } = statSync(join(root, "dist/tiny-arm64.zip"));
    return [ino, mtimeMs];
  };
  const arm64 = { architectures: ["arm64"] as const };
  async function prepared() {
    const root = writeFiles(temporaryFolder(), { ...tiny, "lambda-ext.jsonc": config, "data.txt": "one" });
    const { manifest } = await buildIn(root, arm64);
    return { root, before: stamp(root), manifest };
  }

  test("keeps a zip that has not changed", async () => {
    const { root, before, manifest } = await prepared();
    appendFileSync(join(root, "main.go"), "// a comment changes no bytes\n");
    const again = await buildIn(root, arm64);
    expect(stamp(root)).toEqual(before);
    expect(again.manifest).toEqual(manifest);
    expect(again.told.steps[0]).toContain("(unchanged)");
  });

  test.each<[string, (root: string) => void]>([
    ["the program", (root) => writeFileSync(join(root, "main.go"), tinyMain.replace("tiny", "tinx"))],
    ["a file's content, of the same length", (root) => writeFileSync(join(root, "data.txt"), "two")],
    [
      "a file's mode",
      (root) =>
        writeFileSync(join(root, "lambda-ext.jsonc"), config.replace('"data.txt"', '"data.txt", "mode": "0600"')),
    ],
    [
      "a file's path",
      (root) =>
        writeFileSync(join(root, "lambda-ext.jsonc"), config.replace('"data.txt"', '"data.txt", "to": "other.txt"')),
    ],
    ["the number of files", (root) => writeFileSync(join(root, "lambda-ext.jsonc"), "{}")],
    [
      "a file, to a link",
      (root) => {
        writeFiles(root, { "links/target": "x" });
        symlinkSync("target", join(root, "links/data.txt"));
        writeFileSync(join(root, "lambda-ext.jsonc"), '{ "contents": [{ "from": "links", "to": "." }] }');
      },
    ],
    ["the zip itself", (root) => appendFileSync(join(root, "dist/tiny-arm64.zip"), "x")],
  ])("makes it again where somebody has changed %s", async (_name, change) => {
    const { root, before } = await prepared();
    change(root);
    const { told, manifest } = await buildIn(root, arm64);
    expect(stamp(root)).not.toEqual(before);
    expect(told.steps[0]).not.toContain("(unchanged)");
    const digest = createHash("sha256")
      .update(readFileSync(join(root, "dist/tiny-arm64.zip")))
      .digest("base64");
    expect(manifest.artifacts[0]?.codeSha256).toBe(digest);
  });

  test("loses the zips of the last build that are no longer made, and no others", async () => {
    const root = writeFiles(temporaryFolder(), tiny);
    await buildIn(root);
    writeFileSync(join(root, "dist/mine.zip"), "not yours");
    writeFileSync(join(root, "lambda-ext.jsonc"), '{ "name": "renamed" }');
    await buildIn(root, arm64);
    expect(readdirSync(join(root, "dist")).sort()).toEqual(["manifest.json", "mine.zip", "renamed-arm64.zip"]);
  });

  test("is left as it was by a build that fails", async () => {
    const { root, before } = await prepared();
    const names = readdirSync(join(root, "dist"));
    const manifest = readFileSync(join(root, "dist/manifest.json"), "utf8");
    writeFileSync(join(root, "main.go"), "package main\n\nfunc main() { broken }\n");
    await expect(buildIn(root)).rejects.toMatchObject({ code: "CompileError" });
    expect([
      readdirSync(join(root, "dist")),
      readFileSync(join(root, "dist/manifest.json"), "utf8"),
      stamp(root),
    ]).toEqual([names, manifest, before]);
  });

  test("is not made at all by a build that fails", async () => {
    const root = writeFiles(temporaryFolder(), { ...tiny, "main.go": "package main\n\nfunc main() { broken }\n" });
    await expect(buildIn(root)).rejects.toMatchObject({ code: "CompileError" });
    expect(readdirSync(root).sort()).toEqual(["go.mod", "main.go"]);
  });

  test.each([
    '{ "name": "somebody else\'s" }',
    "{",
    '{ "schemaVersion": 1, "name": "x", "kind": "layer", "artifacts": [{ "architecture": "arm64", "zip": "../x.zip", "codeSha256": "" }] }',
  ])("with a manifest that is not ours (%j) is not touched", async (text) => {
    const root = writeFiles(temporaryFolder(), { ...tiny, "dist/manifest.json": text });
    await expect(buildIn(root)).rejects.toMatchObject({ code: "InvalidManifest" });
    expect(readdirSync(join(root, "dist"))).toEqual(["manifest.json"]);
  });

  test("that is a file is refused in words", async () => {
    const root = writeFiles(temporaryFolder(), { ...tiny, dist: "a file" });
    await expect(buildIn(root)).rejects.toMatchObject({ code: "OutputFolder", kind: "tool" });
  });
});

describe("contents", () => {
  const layer = (contents: object[]) => JSON.stringify({ kind: "layer", name: "files", contents });

  test("kind layer packs them alone, for both architectures, without Go", async () => {
    const root = writeFiles(temporaryFolder(), {
      "lambda-ext.jsonc": layer([{ from: "opt", to: "." }]),
      "opt/bin/tool": "#!/bin/sh\n",
      "opt/.hidden": "x",
      "opt/.DS_Store": "litter",
    });
    symlinkSync("tool", join(root, "opt/bin/alias"));
    const { manifest } = await buildIn(root, { env: { PATH: "" } });
    expect(manifest).toMatchObject({ name: "files", kind: "layer", goVersion: "" });
    expect(manifest.artifacts.map(({ zip, binary }) => [zip, binary])).toEqual([
      ["files-amd64.zip", undefined],
      ["files-arm64.zip", undefined],
    ]);
    expect(await list(join(root, "dist/files-amd64.zip"))).toEqual([".hidden 644", "bin/alias → tool", "bin/tool 644"]);
  });

  test("never hold the folder that is built into", async () => {
    const root = writeFiles(temporaryFolder(), { "lambda-ext.jsonc": layer([{ from: ".", to: "all" }]), "a.txt": "a" });
    await buildIn(root);
    const { told } = await buildIn(root);
    expect(told.steps[0]).toMatch(/amd64 .*\(unchanged\), arm64 .*\(unchanged\)/);
    expect(await list(join(root, "dist/files-amd64.zip"))).toEqual(["all/a.txt 644", "all/lambda-ext.jsonc 644"]);
  });

  test("never hold it where a link leads to it either", async () => {
    const elsewhere = temporaryFolder();
    const root = writeFiles(temporaryFolder(), { "lambda-ext.jsonc": layer([{ from: ".", to: "." }]), "a.txt": "a" });
    symlinkSync(elsewhere, join(root, "dist"));
    await buildIn(root);
    const byLink = join(temporaryFolder(), "link");
    symlinkSync(root, byLink);
    const { told } = await buildIn(byLink, { outDir: elsewhere });
    expect(told.steps[0]).toMatch(/amd64 .*\(unchanged\), arm64 .*\(unchanged\)/);
    expect(await list(join(elsewhere, "files-amd64.zip"))).toEqual(["a.txt 644", "lambda-ext.jsonc 644"]);
  });

  test.each<[string, object[], (root: string) => void, string, string]>([
    ["a file that is not there", [{ from: "gone" }], () => {}, "ContentMissing", "gone"],
    [
      "an empty folder",
      [{ from: "empty" }],
      (root) => writeFiles(root, { "empty/.DS_Store": "" }),
      "ContentRefused",
      "holds no files",
    ],
    [
      "a link that leads out",
      [{ from: "d" }],
      (root) => symlinkSync("../../etc", join(writeFiles(root, { "d/x": "" }), "d/l")),
      "InvalidZipEntry",
      "leads out",
    ],
    [
      "an absolute link",
      [{ from: "d" }],
      (root) => symlinkSync("/etc/passwd", join(writeFiles(root, { "d/x": "" }), "d/l")),
      "InvalidZipEntry",
      "absolute target",
    ],
    [
      "a file that alone is too large",
      [{ from: "d" }],
      (root) => truncateSync(join(writeFiles(root, { "d/x": "" }), "d/x"), 3 * 1024 ** 3),
      "ContentRefused",
      "has 3221225472 bytes, and Lambda takes 262144000 (250 MB) in all",
    ],
    [
      "a pipe",
      [{ from: "d" }],
      (root) => execFileSync("mkfifo", [join(writeFiles(root, { "d/x": "" }), "d/p")]),
      "ContentRefused",
      "neither",
    ],
    [
      "two files in one place",
      [
        { from: "a", to: "x" },
        { from: "b", to: "x" },
      ],
      (root) => writeFiles(root, { a: "", b: "" }),
      "InvalidZipEntry",
      "two files",
    ],
  ])("refuse %s", async (_name, contents, prepare, code, words) => {
    const root = writeFiles(temporaryFolder(), { "lambda-ext.jsonc": layer(contents) });
    prepare(root);
    await expect(buildIn(root)).rejects.toMatchObject({ code, message: expect.stringContaining(words) });
    expect(readdirSync(root)).not.toContain("dist");
  });
});
