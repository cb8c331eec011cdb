// Turns a template into a project of its own: a Go module that builds without a network, named as its owner wants.
import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { checkName } from "./name.ts";
import { makeFolder } from "./new-folder.ts";
import { optionValues } from "./options.ts";
import { projectFiles } from "./project-files.ts";
import { checkRegion } from "./region.ts";
import { findTemplate } from "./template.ts";

/** What is to be made. */
export interface ProjectRequest {
  /** A template's folder name, e.g. `parameter-store`. */
  readonly template: string;
  /** Absolute; it must not exist, or be empty. */
  readonly directory: string;
  /** The name of extension, layers and module; the template's own where there is none. */
  readonly name?: string | undefined;
  /** The template's options by name, those that are not to have their default. */
  readonly options?: Readonly<Record<string, string>> | undefined;
  /** For the configuration; none where the AWS configuration is to say it. */
  readonly region?: string | undefined;
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
 * @throws usageError for an unknown template, a bad name, option or region, or a folder that holds something already.
 */
export async function createProject(request: ProjectRequest): Promise<CreatedProject> {
  const template = await findTemplate(request.template);
  const name = request.name ?? template.name;
  checkName(name);
  checkRegion(request.region);
  const values = optionValues(template, request.options ?? {});
  const files = await projectFiles({ template, name, values, region: request.region });
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
