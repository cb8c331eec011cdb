// init: a ready project from a template in the package.
import { relative, resolve } from "node:path";
import { type Command, InvalidArgumentError, Option } from "@commander-js/extra-typings";
import { usageError } from "../../model/errors.ts";
import { defineCommand, type Outcome } from "../command.ts";

export const init = defineCommand({
  name: "init",
  summary: "make a project from a template, without a network",
  examples: [
    "lambda-ext init --template parameter-store",
    "lambda-ext init my-folder --template parameter-store --name my-extension",
    "lambda-ext init my-function --template function-go",
    "lambda-ext init --template parameter-store --option parameter=/my-app/config --region eu-central-1",
    "lambda-ext init --list                  # the templates, one a line",
  ],
  configure: (command: Command) =>
    command
      .argument("[dir]", "the new folder (default: the name's, or the template's)")
      .option("--template <template>", "a template's name; asked for on a terminal")
      .option("--name <name>", "of the extension, its layers and its module (default: the template's own)")
      .option("--option <name=value>", "what the template lets one choose; may be given again", collectOption)
      .addOption(new Option("--list", "list the templates").conflicts(["template", "name", "option"])),
  run: async (context, { template, name, option, list }, dir) => {
    if (list) {
      if (dir === undefined) return showTemplates();
      throw usageError("--list makes no project, and a folder was named for one.", {
        code: "ListAndFolder",
        hint: "Leave out either of them.",
      });
    }
    const [{ createProject }, { answersFor }] = await Promise.all([
      import("../../scaffold/create-project.ts"),
      import("../init-questions.ts"),
    ]);
    const { region } = context.globals;
    const answers = await answersFor(context, { template, name, region, options: option ?? {} });
    const project = await createProject({
      ...answers,
      directory: resolve(context.cwd, dir ?? answers.name ?? answers.template),
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

/** One line for each template, or what `--json` shows of them. */
async function showTemplates(): Promise<Outcome> {
  const { listTemplates } = await import("../../scaffold/template.ts");
  const templates = await listTemplates();
  const width = Math.max(...templates.map(({ id }) => id.length));
  return {
    document: {
      schemaVersion: 1,
      templates: templates.map(({ id, name, summary, options }) => ({
        template: id,
        name,
        summary,
        options: options.map((option) => ({
          name: option.name,
          summary: option.summary,
          default: option.default,
        })),
      })),
    },
    text: templates.map(({ id, summary }) => `${id.padEnd(width)}  ${summary}`).join("\n"),
  };
}

/** Collects `NAME=VALUE`. */
function collectOption(
  text: string,
  previous: Readonly<Record<string, string>> = {},
): Readonly<Record<string, string>> {
  const cut = text.indexOf("=");
  if (cut < 1) throw new InvalidArgumentError("It is NAME=VALUE, e.g. parameter=/my-app/config.");
  return { ...previous, [text.slice(0, cut)]: text.slice(cut + 1) };
}

/** A folder as a shell takes it back; one that begins with a dash would be taken for a flag. */
function quote(folder: string): string {
  const path = folder.startsWith("-") ? `./${folder}` : folder;
  return /^[\w./:@%+,=\\-]+$/.test(path) ? path : `'${path.replaceAll("'", `'\\''`)}'`;
}
