// What init asks a person: everything that the command line has left open.
import { usageError } from "../model/errors.ts";
import type { Template } from "../scaffold/template.ts";
import { askFor, choose } from "./ask.ts";
import type { CommandContext } from "./command.ts";
import type { Terminal } from "./conversation.ts";

/** What a project is to be, as far as it has been said. */
export interface InitAnswers {
  readonly template: string;
  readonly name?: string | undefined;
  readonly region?: string | undefined;
  readonly options: Readonly<Record<string, string>>;
}

/**
 * The answers, those that were given on the command line among them. A command line that names the template is complete: the rest has
 * defaults.
 * @throws usageError `NoTemplate` where nobody can be asked; interruptedError on Ctrl-C.
 */
export async function answersFor(
  context: CommandContext,
  given: Omit<InitAnswers, "template"> & { readonly template?: string | undefined },
): Promise<InitAnswers> {
  if (given.template !== undefined) return { ...given, template: given.template };
  const { listTemplates } = await import("../scaffold/template.ts");
  const templates = await listTemplates();
  if (!context.interactive) throw noTemplate(templates);
  const terminal = { input: process.stdin, output: process.stderr, signal: context.signal };
  const id = await choose("Which template?", templates, terminal);
  const template = templates.find((candidate) => candidate.id === id);
  if (!template) throw new Error(`${id} was chosen, and is none of the templates`);
  const { nameHint, wrongName } = await import("../scaffold/name.ts");
  const { wrongRegion } = await import("../scaffold/region.ts");
  const name =
    given.name ??
    (await askFor(
      {
        what: "Name",
        usual: template.name,
        wrong: (answer) => wrongName(answer) && `${wrongName(answer)} ${nameHint}`,
      },
      terminal,
    ));
  const region =
    given.region ??
    (await askFor({ what: "Region", usual: "", shown: "as for the AWS CLI", wrong: wrongRegion }, terminal));
  return {
    template: id,
    // Its own is no wish: the folder is then called as the template.
    name: name === template.name ? given.name : name,
    region: region || undefined,
    options: await askOptions(template, given.options, terminal),
  };
}

async function askOptions(
  { options }: Template,
  given: InitAnswers["options"],
  terminal: Terminal,
): Promise<InitAnswers["options"]> {
  const { wrongValue } = await import("../scaffold/options.ts");
  const answers: Record<string, string> = { ...given };
  for (const option of options) {
    const what = option.summary.charAt(0).toUpperCase() + option.summary.slice(1);
    answers[option.name] ??= await askFor(
      { what, usual: option.default, wrong: (answer) => wrongValue(option, answer) },
      terminal,
    );
  }
  return answers;
}

function noTemplate(templates: readonly Template[]): Error {
  const ids = templates.map(({ id }) => id);
  return usageError("No template was named.", {
    code: "NoTemplate",
    hint: `The templates are ${ids.join(", ")}: lambda-ext init --template ${ids.at(-1)}`,
  });
}
