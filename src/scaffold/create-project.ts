// Turns a template into a project of its own: a Go module that builds without a network, named as its owner wants.
import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join, relative, sep } from "node:path";
import { configurationSchema } from "../project/schema.ts";
import { moveGoMod, trimGoSum } from "./go-module.ts";
import { moveGoSource } from "./go-source.ts";
import { checkName } from "./name.ts";
import { makeFolder } from "./new-folder.ts";
import { descriptionFile, findTemplate, type Template, templatesFolder } from "./template.ts";

/** What is to be made. */
export interface ProjectRequest {
  /** A template's folder name, e.g. `parameter-store`. */
  readonly template: string;
  /** Absolute; it must not exist, or be empty. */
  readonly directory: string;
  /** The name of extension, layers and module; the template's own where there is none. */
  readonly name?: string | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** What has been made. */
export interface CreatedProject {
  readonly template: string;
  readonly name: string;
  readonly directory: string;
  /** Relative to the directory, with forward slashes, sorted. */
  readonly files: readonly string[];
}

/**
 * Writes a new project. Whatever goes wrong, and Ctrl-C, leaves no half of one behind.
 * @throws usageError for an unknown template, a bad name, or a folder that holds something already.
 */
export async function createProject(request: ProjectRequest): Promise<CreatedProject> {
  const template = await findTemplate(request.template);
  const name = request.name ?? template.name;
  checkName(name);
  const files = await projectFiles(template, name);
  await makeFolder(request.directory, async (staging) => {
    for (const [path, text] of files) {
      request.signal?.throwIfAborted();
      const file = join(staging, path);
      await mkdir(dirname(file), { recursive: true });
      await writeFile(file, text);
    }
    request.signal?.throwIfAborted();
  });
  return { template: template.id, name, directory: request.directory, files: [...files.keys()].sort() };
}

/** Every file of the project by its path, with forward slashes. */
async function projectFiles(template: Template, name: string): Promise<ReadonlyMap<string, string>> {
  const module = `example.com/${name}`;
  const files = new Map<string, string>();
  const add = (path: string, text: string) => {
    const target = path.split(sep).join("/");
    files.set(
      renamed[target] ?? target,
      target.endsWith(".go") ? moveGoSource(text, { template: template.id, module }) : text,
    );
  };
  for (const path of await filesBelow(template.folder)) {
    if (path === descriptionFile) continue;
    const text = await readFile(join(template.folder, path), "utf8");
    add(path, path.endsWith(".go") ? text : text.replaceAll(template.name, name));
  }
  for (const folder of template.shared) {
    for (const path of await filesBelow(join(templatesFolder, folder))) {
      add(join(folder, path), await readFile(join(templatesFolder, folder, path), "utf8"));
    }
  }
  if ([...files.keys()].some((path) => path.endsWith(".go"))) await addModule(files, template, module);
  files.set("lambda-ext.schema.json", `${JSON.stringify(configurationSchema(), null, 2)}\n`);
  return files;
}

async function addModule(files: Map<string, string>, { modules }: Template, module: string): Promise<void> {
  files.set("go.mod", moveGoMod(await readFile(join(templatesFolder, "go.mod"), "utf8"), { module, modules }));
  // Go has none where a module needs no other.
  if (modules.length === 0) return;
  files.set("go.sum", trimGoSum(await readFile(join(templatesFolder, "go.sum"), "utf8"), modules));
}

/** npm leaves every `.gitignore` out of a package, and would obey it. */
const renamed: Readonly<Record<string, string>> = { gitignore: ".gitignore" };

async function filesBelow(folder: string): Promise<readonly string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map((entry) => relative(folder, join(entry.parentPath, entry.name)));
}
