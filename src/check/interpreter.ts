// Which interpreter a script asks for, and which of Lambda's runtimes have it.
import { type Interpreter, type Runtime, runtimes } from "../model/runtimes.ts";
import type { Script } from "./content.ts";

/** A script's interpreter. */
export interface Asked {
  /** The program's name, e.g. `node`, also where `env` is to find it. */
  readonly name: string;
  /** Absolute where the script names a path; undefined where `env` looks for it. */
  readonly path: string | undefined;
}

/** Reads `#!/bin/sh`, `#!/usr/bin/env node`, `#!/usr/bin/env -S python3 -u`. */
export function interpreterOf({ interpreter, argument }: Script): Asked {
  const name = interpreter.split("/").at(-1) ?? "";
  if (name !== "env") return { name, path: interpreter };
  const words = argument.split(/\s+/).filter((word) => word !== "" && !word.startsWith("-") && !word.includes("="));
  return { name: words[0]?.split("/").at(-1) ?? "", path: words[0]?.includes("/") ? words[0] : undefined };
}

const families: readonly (readonly [RegExp, Interpreter])[] = [
  [/^node(js)?$/, "node"],
  [/^python(\d+(\.\d+)?)?$/, "python"],
  [/^ruby(\d+(\.\d+)?)?$/, "ruby"],
  [/^java$/, "java"],
  [/^dotnet$/, "dotnet"],
];

/** The family of runtimes that brings an interpreter of this name; undefined where none does. */
export function familyOf(name: string): Interpreter | undefined {
  return families.find(([pattern]) => pattern.test(name))?.[1];
}

/** Whether a runtime has an interpreter of this name. */
export function hasInterpreter(runtime: Runtime, name: string): boolean {
  if (runtime.interpreter === undefined || runtime.interpreter !== familyOf(name)) return false;
  // python3.12 is in python3.12 alone; python3 in all of them; python2 in none.
  const version = /\d+(\.\d+)?$/.exec(name)?.[0];
  return version === undefined || runtime.name === name || (!version.includes(".") && runtime.name.startsWith(name));
}

/** The names of all runtimes that have it. */
export function runtimesWith(name: string): string[] {
  return runtimes.filter((runtime) => hasInterpreter(runtime, name)).map((runtime) => runtime.name);
}
