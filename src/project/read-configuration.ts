// Reads lambda-ext.jsonc and says, with file and line, what in it is wrong.
import { readFile } from "node:fs/promises";
import {
  findNodeAtLocation,
  getNodeValue,
  type Node,
  type ParseError,
  parseTree,
  printParseErrorCode,
} from "jsonc-parser";
import * as v from "valibot";
import { usageError } from "../model/errors.ts";
import { nearest } from "../model/nearest.ts";
import { type Configuration, configuration } from "./configuration.ts";
import { contradictions } from "./contradictions.ts";

type Path = (string | number)[];

/** Something wrong in the file. */
interface Mistake {
  /** Characters from the file's beginning. */
  readonly offset: number;
  readonly words: string;
  /** Of an unknown key: the known one that was probably meant. */
  readonly meant?: string | undefined;
}

/**
 * Reads the file at this absolute path.
 * @throws LambdaExtError `ConfigNotFound`, `InvalidConfig`; its message has a line `file:line: words` for each mistake.
 */
export async function readConfiguration(file: string): Promise<Configuration> {
  const text = (await readText(file)).replace(/^\uFEFF/, "");
  const errors: ParseError[] = [];
  const tree = parseTree(text, errors, { allowTrailingComma: true, allowEmptyContent: false });
  if (errors.length > 0 || !tree) {
    const [first] = errors;
    const words = first ? sentence(printParseErrorCode(first.error)) : "the file is empty";
    throw invalid(file, text, [{ offset: first?.offset ?? 0, words: `this is no JSON with comments: ${words}` }]);
  }
  if (tree.type !== "object")
    throw invalid(file, text, [{ offset: tree.offset, words: "the whole must be an object" }]);
  const doubled = doubledKeys(tree);
  if (doubled.length > 0) throw invalid(file, text, doubled);
  const result = v.safeParse(configuration, getNodeValue(tree));
  if (!result.success) {
    throw invalid(
      file,
      text,
      result.issues.map((issue) => describe(issue, tree)),
    );
  }
  const mistakes = contradictions(result.output).map(([path, words]) => ({ offset: offsetOf(tree, path), words }));
  if (mistakes.length > 0) throw invalid(file, text, mistakes);
  return result.output;
}

async function readText(file: string): Promise<string> {
  try {
    return await readFile(file, "utf8");
  } catch (error) {
    throw usageError(`The configuration ${file} cannot be read: ${(error as Error).message}.`, {
      code: "ConfigNotFound",
      hint: "Give --config an existing file, or make one with `lambda-ext init`.",
      cause: error,
    });
  }
}

/** Keys that one object has twice: only the last would count, and nobody would hear of the others. */
function doubledKeys(node: Node): Mistake[] {
  const children = node.children ?? [];
  const keys = node.type === "object" ? children.flatMap(({ children: [key] = [] }) => key ?? []) : [];
  const again = keys.filter((key, index) => keys.findIndex(({ value }) => value === key.value) < index);
  return [
    ...again.map(({ offset, value }) => ({ offset, words: `${JSON.stringify(value)} is there a second time` })),
    ...children.flatMap(doubledKeys),
  ];
}

function describe(issue: v.BaseIssue<unknown>, tree: Node): Mistake {
  const path = (issue.path ?? []).map((item) => item.key as string | number);
  const offset = offsetOf(tree, path);
  const last = issue.path?.at(-1);
  if (issue.type === "strict_object" && last && issue.expected === "never") {
    const known = knownKeys(path.slice(0, -1));
    return { offset, words: `unknown key ${JSON.stringify(last.key)}`, meant: nearest(String(last.key), known) };
  }
  if (issue.type === "strict_object" && last && issue.received === "undefined") {
    return { offset, words: `${shown(path.slice(0, -1))} lacks ${JSON.stringify(last.key)}` };
  }
  return { offset, words: `${shown(path)} ${issue.message}${received(issue, path)}` };
}

/** Values of variables may be secret; anything else that is short is shown. */
function received({ input }: v.BaseIssue<unknown>, path: Path): string {
  const isVariable = path.includes("environment");
  const kind =
    input === null ? "null" : Array.isArray(input) ? "a list" : typeof input === "object" ? "an object" : undefined;
  const words = kind ?? (isVariable ? `a ${typeof input}` : JSON.stringify(input));
  return ` and is ${words}`;
}

function shown(path: Path): string {
  if (path.length === 0) return "the whole";
  return path.map((key, index) => (typeof key === "number" ? `[${key}]` : index === 0 ? key : `.${key}`)).join("");
}

/** The keys that an object at this place may have. */
function knownKeys(path: Path): string[] {
  let schema: unknown = configuration;
  for (const key of path) schema = child(bare(schema), key);
  const inner = bare(schema);
  return isObjectSchema(inner) ? Object.keys(inner.entries) : [];
}

function child(schema: unknown, key: string | number): unknown {
  if (typeof key === "number") return (schema as { item?: unknown }).item;
  return isObjectSchema(schema) ? schema.entries[key] : undefined;
}

/** Without `optional` and `pipe` around it. */
function bare(schema: unknown): unknown {
  const { type, wrapped, pipe } = (schema ?? {}) as { type?: string; wrapped?: unknown; pipe?: unknown[] };
  if (type === "optional") return bare(wrapped);
  return pipe?.[0] && pipe[0] !== schema ? bare(pipe[0]) : schema;
}

function isObjectSchema(schema: unknown): schema is { entries: Record<string, unknown> } {
  return typeof (schema as { entries?: unknown } | undefined)?.entries === "object";
}

/** Of the value at a path, or, where there is none, of the nearest one around it; of a property, its key. */
function offsetOf(tree: Node, path: Path): number {
  for (let length = path.length; length > 0; length--) {
    const node = findNodeAtLocation(tree, path.slice(0, length));
    if (node) return (node.parent?.type === "property" ? node.parent : node).offset;
  }
  return tree.offset;
}

function invalid(file: string, text: string, mistakes: readonly Mistake[]): Error {
  const sorted = [...mistakes].sort((a, b) => a.offset - b.offset);
  const lines = sorted.map(({ offset, words }) => `${file}:${text.slice(0, offset).split("\n").length}: ${words}.`);
  const meant = sorted.flatMap((mistake) => (mistake.meant === undefined ? [] : [JSON.stringify(mistake.meant)]));
  return usageError([...new Set(lines)].join("\n"), {
    code: "InvalidConfig",
    hint: meant.length > 0 ? `Did you mean ${meant.join(", ")}?` : undefined,
  });
}

/** `PropertyNameExpected` → `property name expected`. */
function sentence(code: string): string {
  return code.replace(/(?<!^)([A-Z])/g, " $1").toLowerCase();
}
