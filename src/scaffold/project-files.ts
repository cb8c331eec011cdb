// The files of a new project: the template's and those that it shares, named as their owner wants, with what every project has.
import { readdir, readFile } from "node:fs/promises";
import { join, relative, sep } from "node:path";
import { packageVersion } from "../model/package.ts";
import { configurationName } from "../project/load.ts";
import { configurationSchema } from "../project/schema.ts";
import { kindOf, withRegion } from "./configuration.ts";
import { moveGoMod, trimGoSum } from "./go-module.ts";
import { moveGoSource } from "./go-source.ts";
import type { TemplateOption } from "./options.ts";
import { descriptionFile, type Template, templatesFolder } from "./template.ts";
import { workflow, workflowFile, workflowSection } from "./workflow.ts";

/** What the project is to be like. */
interface Wishes {
  readonly template: Template;
  readonly name: string;
  /** Of every option that the template has. */
  readonly values: ReadonlyMap<TemplateOption, string>;
  /** For the configuration; none where the AWS configuration is to say it. */
  readonly region: string | undefined;
}

/** Every file of the project by its path, with forward slashes. */
export async function projectFiles({ template, name, values, region }: Wishes): Promise<ReadonlyMap<string, string>> {
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
    add(path, path.endsWith(".go") ? text : fillIn(text.replaceAll(template.name, name), values));
  }
  for (const folder of template.shared) {
    for (const path of await filesBelow(join(templatesFolder, folder))) {
      add(join(folder, path), await readFile(join(templatesFolder, folder, path), "utf8"));
    }
  }
  if ([...files.keys()].some((path) => path.endsWith(".go"))) await addModule(files, template, module);
  files.set("lambda-ext.schema.json", `${JSON.stringify(configurationSchema(), null, 2)}\n`);
  const configuration = withRegion(files.get(configurationName) ?? "{}", region);
  files.set(configurationName, configuration);
  const request = { name, kind: kindOf(configuration), files, region, version: packageVersion };
  files.set("README.md", (files.get("README.md") ?? "") + workflowSection(request));
  files.set(workflowFile, workflow(request));
  return files;
}

/** The text with the owner's choices where the template has its own. */
function fillIn(text: string, values: Wishes["values"]): string {
  // Each text is looked at once: a choice may be what another option had.
  const chosen = new Map([...values].map(([option, value]) => [option.default, value]));
  if (chosen.size === 0) return text;
  const usual = [...chosen.keys()].sort((a, b) => b.length - a.length).map(literally);
  return text.replace(new RegExp(usual.join("|"), "g"), (found) => chosen.get(found) ?? found);
}

function literally(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
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
