// Finds the name under which a program registers itself, where that stands in its source as a constant.
import { join } from "node:path";
import type { GoModule } from "./module.ts";
import { readPackage } from "./packages.ts";
import { type GoFile, unquote } from "./scan.ts";

/** Enough for a program's own packages; a module with more is not searched to its end. */
const mostPackages = 100;
const literal = /"(?:[^"\\\n]|\\.)*"|`[^`]*`/.source;

/**
 * The constant that the program sends as Lambda-Extension-Name, else one that is called extensionName or the like; undefined where
 * there is none, as with `filepath.Base(os.Args[0])`, which is right whatever the file is called.
 */
export async function findOwnName(
  module: GoModule,
  folder: string,
  tags: readonly string[],
): Promise<string | undefined> {
  const files = await readProgram(module, folder, tags);
  const code = files.map((file) => file.code).join("\n");
  const constants = constantsIn(code);
  const sent = sentName(code, constants);
  if (sent !== undefined || /\bpath\.Base\(\s*os\.Args\[0\]|\bfilepath\.Base\(\s*os\.Args\[0\]/.test(code)) return sent;
  return namedConstant(constants);
}

/** The main package's files and those of the packages of the same module that it imports, directly or not. */
async function readProgram(module: GoModule, folder: string, tags: readonly string[]): Promise<GoFile[]> {
  const files: GoFile[] = [];
  const folders = new Set([folder]);
  for (const next of folders) {
    if (folders.size > mostPackages) break;
    const found = await readPackage(next, tags);
    files.push(...found);
    for (const path of found.flatMap((file) => file.imports)) {
      if (path.startsWith(`${module.path}/`)) folders.add(join(module.root, path.slice(module.path.length + 1)));
    }
  }
  return files;
}

/** `x = "…"`, `x string = "…"` and `x := "…"`, where every one of them says the same. */
function constantsIn(code: string): Map<string, string> {
  const values = new Map<string, string | undefined>();
  const assignment = new RegExp(`\\b([\\p{L}_][\\p{L}\\p{N}_]*)(?:\\s+string)?\\s*:?=\\s*(?:(${literal})|(.))`, "gu");
  for (const [, name = "", text] of code.matchAll(assignment)) {
    const value = text === undefined ? undefined : unquote(text);
    values.set(name, values.has(name) && values.get(name) !== value ? undefined : value);
  }
  return new Map([...values].flatMap(([name, value]) => (value === undefined ? [] : [[name, value] as const])));
}

function sentName(code: string, constants: ReadonlyMap<string, string>): string | undefined {
  const header = "lambda-extension-name";
  const names = [...constants].filter(([, value]) => value.toLowerCase() === header).map(([name]) => name);
  const headers = [`(?:"|\`)${header}(?:"|\`)`, ...names.map((name) => `\\b${name}\\b`)].join("|");
  // .Set(HEADER, VALUE), {HEADER: {VALUE}}, [HEADER] = []string{VALUE}
  const sending = new RegExp(
    `(?:${headers})\\]?\\s*[,:=]\\s*(?:\\[\\]string)?\\{?\\s*(${literal}|[\\p{L}_][\\p{L}\\p{N}_.]*)`,
    "giu",
  );
  for (const [, value = ""] of code.matchAll(sending)) {
    const name = /^["`]/.test(value) ? unquote(value) : constants.get(value.split(".").at(-1) ?? "");
    if (name && name.toLowerCase() !== header) return name;
  }
  return undefined;
}

function namedConstant(constants: ReadonlyMap<string, string>): string | undefined {
  const found = [...constants].find(([name, value]) => /^(lambda_?)?ext(ension)?_?name$/i.test(name) && value !== "");
  return found?.[1];
}
