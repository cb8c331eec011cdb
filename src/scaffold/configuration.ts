// Reads and changes the configuration of a template on its way to a project, its comments kept.
import { applyEdits, modify, parse } from "jsonc-parser";
import type { ProjectKind } from "../model/artifact.ts";

/** The kind that a configuration names. */
export function kindOf(text: string): ProjectKind {
  return (parse(text) as { kind?: ProjectKind } | undefined)?.kind ?? "extension";
}

/** The configuration with a region in it, below what the project is. */
export function withRegion(text: string, region: string | undefined): string {
  if (region === undefined) return text;
  const edits = modify(text, ["region"], region, {
    formattingOptions: { insertSpaces: true, tabSize: 2, eol: "\n" },
    getInsertionIndex: (keys) => keys.indexOf("kind") + 1,
  });
  return applyEdits(text, edits);
}
