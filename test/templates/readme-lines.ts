// The commands in a template's README, as a person would type them.
import { readFileSync } from "node:fs";
import { join } from "node:path";

/** The lines of all its `sh` blocks, in order. */
export function readmeLines(folder: string): readonly string[] {
  const readme = readFileSync(join(folder, "README.md"), "utf8");
  return [...readme.matchAll(/^```sh\n(.*?)^```$/gms)].flatMap(([, block = ""]) => block.trim().split("\n"));
}

/** A line's words as a shell splits them; the READMEs have single quotes alone. */
export function wordsOf(line: string): string[] {
  return [...line.matchAll(/'([^']*)'|(\S+)/g)].map(([, quoted, bare]) => quoted ?? bare ?? "");
}
