// init: a ready project from a template in the package.
import { relative, resolve } from "node:path";
import type { Command } from "@commander-js/extra-typings";
import { usageError } from "../../model/errors.ts";
import { type CommandContext, defineCommand } from "../command.ts";

export const init = defineCommand({
  name: "init",
  summary: "make a project from a template, without a network",
  examples: [
    "lambda-ext init --template parameter-store",
    "lambda-ext init my-folder --template parameter-store --name my-extension",
    "lambda-ext init my-function --template function-go",
  ],
  configure: (command: Command) =>
    command
      .argument("[dir]", "the new folder (default: the name's, or the template's)")
      .option("--template <template>", "a template's name; asked for on a terminal")
      .option("--name <name>", "of the extension, its layers and its module (default: the template's own)"),
  run: async (context, { template: wanted, name }, dir) => {
    const { createProject } = await import("../../scaffold/create-project.ts");
    const template = wanted ?? (await askForTemplate(context));
    const project = await createProject({
      template,
      directory: resolve(context.cwd, dir ?? name ?? template),
      name,
      signal: context.signal,
    });
    const folder = relative(context.cwd, project.directory) || ".";
    const { bold, dim } = context.colors;
    const next = [
      ...(folder === "." ? [] : [`cd ${quote(folder)}`]),
      ...(project.files.includes("go.mod") ? ["go test ./..."] : []),
      "lambda-ext build",
    ];
    return {
      document: { schemaVersion: 1, ...project },
      text: [
        `Made ${bold(project.name)} in ${folder} from the template ${project.template}: ${project.files.length} files.`,
        "",
        "What to type next:",
        ...next.map((line) => `  ${line}`),
        "",
        dim("README.md in it goes on from there, to a function that answers."),
      ].join("\n"),
    };
  },
});

async function askForTemplate({ interactive, signal }: CommandContext): Promise<string> {
  const { listTemplates } = await import("../../scaffold/template.ts");
  const templates = await listTemplates();
  if (interactive) {
    const { choose } = await import("../ask.ts");
    return choose("Which template?", templates, { input: process.stdin, output: process.stderr, signal });
  }
  const ids = templates.map(({ id }) => id);
  throw usageError("No template was named.", {
    code: "NoTemplate",
    hint: `The templates are ${ids.join(", ")}: lambda-ext init --template ${ids.at(-1)}`,
  });
}

/** A folder as a shell takes it back; one that begins with a dash would be taken for a flag. */
function quote(folder: string): string {
  const path = folder.startsWith("-") ? `./${folder}` : folder;
  return /^[\w./:@%+,=\\-]+$/.test(path) ? path : `'${path.replaceAll("'", `'\\''`)}'`;
}
