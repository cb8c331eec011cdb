// build.size: what each kind of project does with it, and when a zip of one size is kept.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { BuildSize } from "../../src/model/artifact.ts";
import { loadProject } from "../../src/project/load.ts";
import { temporaryFolder } from "../support/temporary.ts";
import { missing } from "../support/tools.ts";
import { buildIn, tiny, writeFiles } from "./fixture.ts";

async function buildFor(root: string, size: BuildSize) {
  const { manifest, told } = await buildIn(root, { project: { ...(await loadProject({ cwd: root })), size } });
  expect(JSON.parse(readFileSync(join(root, "dist/manifest.json"), "utf8"))).toEqual(manifest);
  expect(manifest.size).toBe(size);
  return {
    kept: told.steps.join().match(/\(unchanged\)/g)?.length ?? 0,
    zips: manifest.artifacts.map(({ zip }) => readFileSync(join(root, "dist", zip))),
    artifacts: manifest.artifacts,
  };
}

const words = "All work and no play makes Jack a dull boy, and some more words that differ. ".repeat(50);
const files = (build?: object) => ({
  "lambda-ext.jsonc": JSON.stringify({
    ...{ kind: "layer", name: "files", contents: [{ from: "opt", to: "." }] },
    ...(build && { build }),
  }),
  "opt/a.txt": words,
});

describe.skipIf(missing("go"))("a Go program (needs Go)", () => {
  test("is smaller, as are its zips; each size is kept while it is asked for", { timeout: 180_000 }, async () => {
    const [root, elsewhere] = [writeFiles(temporaryFolder(), tiny), writeFiles(temporaryFolder(), tiny)];
    const ordinary = await buildFor(root, "default");
    const smallest = await buildFor(root, "min");
    for (const [index, artifact] of smallest.artifacts.entries()) {
      const other = ordinary.artifacts[index];
      expect(artifact.binary?.bytes).toBeLessThanOrEqual(other?.binary?.bytes ?? 0);
      expect(artifact.binary?.sha256).not.toBe(other?.binary?.sha256);
      expect(artifact.zipBytes).toBeLessThan((other?.zipBytes ?? 0) * 0.95);
    }
    expect([ordinary.kept, smallest.kept]).toEqual([0, 0]);
    expect(await buildFor(root, "min")).toMatchObject({ kept: 2, zips: smallest.zips });
    expect(await buildFor(root, "default")).toMatchObject({ kept: 0, zips: ordinary.zips });
    expect(await buildFor(root, "default")).toMatchObject({ kept: 2, zips: ordinary.zips });
    expect((await buildFor(elsewhere, "min")).zips).toEqual(smallest.zips);
  });

  test("takes its size from the configuration", async () => {
    const root = writeFiles(temporaryFolder(), { ...tiny, "lambda-ext.jsonc": '{ "build": { "size": "min" } }' });
    const { manifest } = await buildIn(root, { architectures: ["arm64"] });
    expect(manifest.size).toBe("min");
  });
});

describe("plain files", () => {
  test("are the same files in a smaller zip, which is kept while its size is asked for", async () => {
    const root = writeFiles(temporaryFolder(), files());
    const ordinary = await buildFor(root, "default");
    const smallest = await buildFor(root, "min");
    expect(smallest.artifacts[0]?.zipBytes).toBeLessThan(ordinary.artifacts[0]?.zipBytes ?? 0);
    expect(smallest.artifacts[0]?.unzippedBytes).toBe(ordinary.artifacts[0]?.unzippedBytes);
    expect([smallest.kept, (await buildFor(root, "min")).kept, (await buildFor(root, "default")).kept]).toEqual([
      0, 2, 0,
    ]);
  });

  test("have a size in the configuration, though nothing else about a build", async () => {
    const root = writeFiles(temporaryFolder(), files({ size: "min" }));
    expect((await buildIn(root)).manifest.size).toBe("min");
    writeFiles(root, files({ size: "min", tags: ["x"] }));
    await expect(buildIn(root)).rejects.toMatchObject({
      code: "InvalidConfig",
      message: expect.stringContaining('build has no meaning where kind is "layer"'),
    });
  });

  test("of a manifest that names no size have the default", async () => {
    const root = writeFiles(temporaryFolder(), files());
    await buildFor(root, "default");
    const manifest = join(root, "dist/manifest.json");
    const { size: _, ...before } = JSON.parse(readFileSync(manifest, "utf8"));
    writeFileSync(manifest, JSON.stringify(before));
    expect((await buildFor(root, "default")).kept).toBe(2);
  });
});

test.skipIf(process.platform === "win32")("a command's program stays as it is, in a smaller zip (sh)", async () => {
  const script = `printf '#!/bin/sh\\n# ${words}\\n' > "$LAMBDA_EXT_OUT"; chmod +x "$LAMBDA_EXT_OUT"`;
  const build = { builder: "command", command: ["sh", "-c", script] };
  const root = writeFiles(temporaryFolder(), { "lambda-ext.jsonc": JSON.stringify({ name: "tool", build }) });
  const [ordinary, smallest] = [await buildFor(root, "default"), await buildFor(root, "min")];
  expect(smallest.artifacts[0]?.binary).toEqual(ordinary.artifacts[0]?.binary);
  expect(smallest.artifacts[0]?.zipBytes).toBeLessThan(ordinary.artifacts[0]?.zipBytes ?? 0);
});

test("a size that there is not is told with its place", async () => {
  const root = writeFiles(temporaryFolder(), { ...tiny, "lambda-ext.jsonc": '{ "build": {\n  "size": "tiny" } }' });
  await expect(buildIn(root)).rejects.toMatchObject({
    code: "InvalidConfig",
    message: `${join(root, "lambda-ext.jsonc")}:2: build.size must be "default" or "min" and is "tiny".`,
  });
});
