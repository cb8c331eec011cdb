// A world for the tests of one runtime: functions of files, each with a name of its own.
import type { FunctionSnapshot } from "../../../../src/emulator/execution.ts";
import { type FixtureFile, openWorld, type World } from "./world.ts";

/** What such a test works with. */
export interface RuntimeWorld {
  readonly world: World;
  define(files: readonly FixtureFile[], changes?: Partial<FunctionSnapshot>): Promise<FunctionSnapshot>;
  /** What the function answers. */
  value(snapshot: FunctionSnapshot, payload?: unknown): Promise<unknown>;
  /** The log events of the newest environment. */
  messages(): readonly string[];
}

interface RuntimeWorldOptions {
  readonly level: "bwrap" | "namespace" | "none";
  /** Beside PATH. */
  readonly env?: NodeJS.ProcessEnv;
  readonly defaults: Partial<FunctionSnapshot>;
}

/** A file of a function's, not executable. */
export const file = (path: string, content: string | Buffer): FixtureFile => ({ path, content, mode: 0o644 });

/** Opens one. */
export async function openRuntimeWorld({ level, env, defaults }: RuntimeWorldOptions): Promise<RuntimeWorld> {
  const world = await openWorld({ isolation: level, env: { PATH: process.env.PATH, ...env } });
  let functions = 0;
  return {
    world,
    define: async (files, changes = {}) =>
      world.define({ functionName: `runtime${functions++}`, code: await world.zip(files), ...defaults, ...changes }),
    value: async (snapshot, payload = {}) =>
      JSON.parse((await world.invoke(snapshot, payload)).payload.toString() || "null"),
    messages: () => [...world.streams.values()].at(-1) ?? [],
  };
}
