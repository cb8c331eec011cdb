// Documents of one kind: a JSON file each, and all of them in memory, where they are read.
import { createHash } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { toolError } from "../../model/errors.ts";
import { createExclusively, syncFolder, unfinishedPattern, writeAtomically } from "./atomic.ts";

/** What stands in a file. */
interface Document<T> {
  readonly key: readonly string[];
  /** null: a tombstone, which keeps the key from being used again. */
  readonly value: T | null;
}

/** Documents by key; a key is a list of words, the last of which tells it from its siblings. */
export class Collection<T extends object> {
  private readonly folder: string;
  private readonly documents = new Map<string, Document<T>>();

  constructor(folder: string) {
    this.folder = folder;
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    this.load();
  }

  get(...key: readonly string[]): T | undefined {
    return this.documents.get(nameOf(key))?.value ?? undefined;
  }

  /** Those whose key begins with these words, tombstones aside. */
  list(...prefix: readonly string[]): T[] {
    return this.under(prefix).flatMap(({ value }) => (value === null ? [] : [value]));
  }

  /** The keys that begin with these words, tombstones too. */
  keys(...prefix: readonly string[]): (readonly string[])[] {
    return this.under(prefix).map(({ key }) => key);
  }

  /** Writes a document in place of the one with that key. It is on disk when this resolves, and not visible before. */
  async put(key: readonly string[], value: T): Promise<void> {
    await writeAtomically(this.file(key), JSON.stringify({ key, value }));
    this.documents.set(nameOf(key), { key, value });
  }

  /** Writes a document whose key was never used; false where it was, also by one that is gone but left a tombstone. */
  async create(key: readonly string[], value: T): Promise<boolean> {
    if (this.documents.has(nameOf(key))) return false;
    if (!(await createExclusively(this.file(key), JSON.stringify({ key, value })))) return false;
    this.documents.set(nameOf(key), { key, value });
    return true;
  }

  /** Removes a document; nothing where there is none. */
  async remove(key: readonly string[]): Promise<void> {
    await rm(this.file(key), { force: true });
    await syncFolder(this.folder);
    this.documents.delete(nameOf(key));
  }

  /** Removes a document for good: its key is never free again. */
  async bury(key: readonly string[]): Promise<void> {
    await writeAtomically(this.file(key), JSON.stringify({ key, value: null }));
    this.documents.set(nameOf(key), { key, value: null });
  }

  private under(prefix: readonly string[]): Document<T>[] {
    return [...this.documents.values()].filter(({ key }) => prefix.every((word, index) => key[index] === word));
  }

  /** Legible, and safe on file systems that don't tell case or have short names: the hash tells keys apart. */
  private file(key: readonly string[]): string {
    const words = key
      .join(".")
      .toLowerCase()
      .replace(/[^a-z0-9.-]+/g, "_")
      .slice(0, 80);
    return join(this.folder, `${words}-${createHash("sha256").update(nameOf(key)).digest("hex").slice(0, 20)}.json`);
  }

  private load(): void {
    for (const name of readdirSync(this.folder)) {
      const file = join(this.folder, name);
      if (unfinishedPattern.test(name)) rmSync(file, { force: true });
      if (!name.endsWith(".json")) continue;
      const document = parse<T>(file);
      this.documents.set(nameOf(document.key), document);
    }
  }
}

function parse<T>(file: string): Document<T> {
  try {
    return JSON.parse(readFileSync(file, "utf8"));
  } catch (cause) {
    throw toolError(`The local target's document ${file} is damaged.`, {
      code: "StoreDamaged",
      hint: "Remove that file to lose this one thing, or start afresh with `lambda-ext local reset`.",
      cause,
    });
  }
}

function nameOf(key: readonly string[]): string {
  return JSON.stringify(key);
}
