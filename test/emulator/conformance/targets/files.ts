// What a scene's function is made of: the files of its code and of its layers.
import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { packageRoot } from "../../../../src/model/package.ts";
import type { Scene, SceneFile, Step } from "../row.ts";
import { serve } from "../steps.ts";

/** Path → file, content as bytes. */
export type Files = Readonly<Record<string, { readonly content: Buffer; readonly mode: number }>>;

/** Starts the actor wherever /opt lies; its own name tells it its script. */
const wrapper: SceneFile = { content: '#!/bin/sh\nexec actor "$0"\n' };

/** The code: all scripts, and what starts the runtime's. */
export function codeFiles(scene: Scene): Files {
  const { runtime = [serve], extensions = {}, code = {} } = scene;
  const scripts: Record<string, readonly Step[]> = { ...extensions, ...(runtime && { bootstrap: runtime }) };
  const bootstrap = runtime ? { bootstrap: wrapper } : {};
  return filesOf({ ...bootstrap, "scripts.json": { content: JSON.stringify(scripts) }, ...code });
}

/** The layer with the scene's own files: scenes whose extensions have the same names share it. */
export function layerFiles({ extensions = {}, layer = {} }: Scene): Files {
  const programs = Object.keys(extensions).map((name) => [`extensions/${name}`, wrapper] as const);
  return filesOf({ ...Object.fromEntries(programs), ...layer });
}

/** The layer with the actor. */
export async function actorFiles(): Promise<Files> {
  const folder = await mkdtemp(join(tmpdir(), "lambda-ext-actor-"));
  try {
    const file = join(folder, "actor");
    await promisify(execFile)("go", ["build", "-trimpath", "-ldflags=-s -w", "-o", file, "."], {
      cwd: join(packageRoot, "test", "emulator", "conformance", "actor"),
      env: { ...process.env, CGO_ENABLED: "0" },
    });
    return { "bin/actor": { content: await readFile(file), mode: 0o755 } };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function filesOf(files: Readonly<Record<string, SceneFile>>): Files {
  return Object.fromEntries(
    Object.entries(files).map(([path, { content, mode = 0o755 }]) => [path, { content: Buffer.from(content), mode }]),
  );
}
