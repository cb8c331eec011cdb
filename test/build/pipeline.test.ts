// What goes out: the last build exactly as it was made, checked, or a refusal that says why.
import { appendFileSync, readFileSync, rmSync, symlinkSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { Architecture } from "../../src/model/architecture.ts";
import { archivesToPublish } from "../../src/pipeline.ts";
import { loadProject } from "../../src/project/load.ts";
import { temporaryFolder } from "../support/temporary.ts";
import { missing } from "../support/tools.ts";
import { buildIn, remember, tiny, writeFiles } from "./fixture.ts";

async function publishable(root: string, architectures?: readonly Architecture[]) {
  const progress = remember();
  const project = await loadProject({ cwd: root });
  const signal = new AbortController().signal;
  const result = await archivesToPublish({
    project,
    architectures,
    outDir: "dist",
    env: process.env,
    progress,
    signal,
  });
  return { ...result, told: progress };
}

const layer = {
  "lambda-ext.jsonc": '{ "kind": "layer", "name": "files", "contents": [{ "from": "opt", "to": "." }] }',
  "opt/a.txt": "a",
};

describe("archivesToPublish", () => {
  test("builds where there is no manifest, and not where there is one", async () => {
    const root = writeFiles(temporaryFolder(), layer);
    const first = await publishable(root);
    expect(first.archives.map(({ architecture }) => architecture)).toEqual(["x86_64", "arm64"]);
    expect([first.told.steps.length, first.findings]).toEqual([1, []]);
    const manifest = readFileSync(join(root, "dist/manifest.json"), "utf8");
    const second = await publishable(root);
    expect([second.manifest, second.told.steps, second.told.warnings]).toEqual([first.manifest, [], []]);
    expect(readFileSync(join(root, "dist/manifest.json"), "utf8")).toBe(manifest);
  });

  test("takes exactly what the manifest lists, and no architecture that it lacks", async () => {
    const root = writeFiles(temporaryFolder(), layer);
    await buildIn(root, { architectures: ["arm64"] });
    expect((await publishable(root)).archives.map(({ architecture }) => architecture)).toEqual(["arm64"]);
    await expect(publishable(root, ["x86_64", "arm64"])).rejects.toMatchObject({
      code: "ArchitectureNotBuilt",
      message: expect.stringContaining("amd64"),
    });
    await buildIn(root);
    const one = await publishable(root, ["x86_64"]);
    expect([one.archives.length, one.manifest.artifacts.length]).toEqual([1, 1]);
  });

  test.each(["opt/a.txt", "lambda-ext.jsonc"])("warns where %s is newer than the build", async (file) => {
    const root = writeFiles(temporaryFolder(), layer);
    await buildIn(root);
    const later = Date.now() / 1000 + 60;
    utimesSync(join(root, file), later, later);
    expect((await publishable(root)).told.warnings).toEqual([expect.stringContaining(`${join(root, file)} is newer`)]);
  });

  test("refuses a zip that is not the one that was built", async () => {
    const root = writeFiles(temporaryFolder(), layer);
    await buildIn(root);
    appendFileSync(join(root, "dist/files-arm64.zip"), "x");
    await expect(publishable(root)).rejects.toMatchObject({
      code: "ArchiveChanged",
      message: expect.stringContaining("hash"),
    });
    expect((await publishable(root, ["x86_64"])).archives.length).toBe(1);
    rmSync(join(root, "dist/files-arm64.zip"));
    await expect(publishable(root)).rejects.toMatchObject({
      code: "ArchiveChanged",
      message: expect.stringContaining("is missing"),
    });
    symlinkSync("files-arm64.zip", join(root, "dist/files-arm64.zip"));
    await expect(publishable(root)).rejects.toMatchObject({ code: "ELOOP" });
  });

  test("stops at findings that are errors, with their words, and warns of the others", async () => {
    const root = writeFiles(temporaryFolder(), {
      ...layer,
      "opt/extensions/notes.txt": "notes",
      "opt/run.sh": "#!/bin/sh\n",
    });
    const error = await publishable(root, ["arm64"]).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({
      code: "CheckFailed",
      message: expect.stringMatching(
        /^What is to go out would not work in Lambda:\n {2}dist\/files-arm64\.zip: extensions\/notes\.txt is no program/,
      ),
    });
    rmSync(join(root, "opt/extensions"), { recursive: true });
    rmSync(join(root, "dist"), { recursive: true });
    const { findings, told } = await publishable(root, ["arm64"]);
    expect(findings).toMatchObject([{ rule: "execute-bit", severity: "warning", file: "run.sh" }]);
    expect(told.warnings).toEqual([expect.stringMatching(/^dist\/files-arm64\.zip: run\.sh looks like a program/)]);
  });
});

describe.skipIf(missing("go"))("archivesToPublish of a Go program (needs Go)", () => {
  test("warns of newer sources, but not of tests, other folders' files or what is built", async () => {
    const root = writeFiles(temporaryFolder(), {
      ...tiny,
      "sub/lib.go": "package sub\n",
      "main_test.go": "package main\n",
      "README.md": "",
    });
    await buildIn(root, { architectures: ["arm64"] });
    const later = Date.now() / 1000 + 60;
    for (const file of ["main_test.go", "README.md", "dist/tiny-arm64.zip"]) utimesSync(join(root, file), later, later);
    expect((await publishable(root)).told.warnings).toEqual([]);
    utimesSync(join(root, "sub/lib.go"), later, later);
    expect((await publishable(root)).told.warnings).toEqual([expect.stringContaining("sub/lib.go is newer")]);
  });

  test("checks names and runtimes that the configuration gives the layer", async () => {
    const root = writeFiles(temporaryFolder(), tiny);
    await buildIn(root, { architectures: ["arm64"] });
    writeFileSync(join(root, "lambda-ext.jsonc"), '{ "layer": { "name": "a.b-{arch}" } }');
    await expect(publishable(root)).rejects.toMatchObject({
      message: expect.stringContaining('the layer "a.b-arm64"'),
    });
  });
});
