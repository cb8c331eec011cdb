// The templates that this package carries: folders of real code under templates/, each with a template.json that says how to copy it.
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { usageError } from "../model/errors.ts";
import { nearest } from "../model/nearest.ts";
import { packageRoot } from "../model/package.ts";
import type { TemplateOption } from "./options.ts";

/** The one Go module in which all templates are compiled and tested, and the packages that they share. */
export const templatesFolder = join(packageRoot, "templates");

/** The file that describes a template and is not copied. */
export const descriptionFile = "template.json";

/** What template.json says. */
interface TemplateDescription {
  /** One line for a list. */
  readonly summary: string;
  /** What the template calls itself in its own files, and so the name of a project that is given none. */
  readonly name: string;
  /** Folders of Go packages, relative to the module of the templates, that are copied along. */
  readonly shared: readonly string[];
  /** The modules that stay in go.mod and go.sum: those that its packages, and the tests of those that it imports, need. */
  readonly modules: readonly string[];
  /** What its owner may choose. */
  readonly options?: readonly TemplateOption[];
}

/** A template, found. */
export interface Template extends TemplateDescription {
  readonly options: readonly TemplateOption[];
  /** What `--template` calls it: its folder's name. */
  readonly id: string;
  /** Absolute. */
  readonly folder: string;
}

/** Every template, by name. */
export async function listTemplates(): Promise<readonly Template[]> {
  const entries = await readdir(templatesFolder, { withFileTypes: true });
  const found = await Promise.all(entries.filter((entry) => entry.isDirectory()).map((entry) => read(entry.name)));
  return found.filter((template) => template !== undefined).sort((a, b) => (a.id < b.id ? -1 : 1));
}

/**
 * The template that was asked for.
 * @throws usageError where there is none of this name; it says which there are, and which was probably meant.
 */
export async function findTemplate(id: string): Promise<Template> {
  const templates = await listTemplates();
  const found = templates.find((template) => template.id === id);
  if (found) return found;
  const ids = templates.map((template) => template.id);
  const meant = nearest(id, ids) ?? ids.find((candidate) => id !== "" && candidate.startsWith(id));
  throw usageError(`There is no template ${JSON.stringify(id)}.`, {
    code: "UnknownTemplate",
    hint: `${meant ? `Did you mean ${meant}? ` : ""}The templates are ${ids.join(", ")}.`,
  });
}

async function read(id: string): Promise<Template | undefined> {
  const folder = join(templatesFolder, id);
  try {
    const description = JSON.parse(await readFile(join(folder, descriptionFile), "utf8")) as TemplateDescription;
    return { ...description, options: description.options ?? [], id, folder };
  } catch (error) {
    // A folder without the file is one of the shared packages'.
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}
