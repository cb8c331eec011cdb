// iam-policy: the least IAM policy for what one is about to do.
import type { Command } from "@commander-js/extra-typings";
import { LambdaExtError, usageError } from "../../model/errors.ts";
import { nearest } from "../../model/nearest.ts";
import { type CommandContext, defineCommand } from "../command.ts";
import type { CommandLine } from "../permissions/need.ts";
import { policyFor } from "../permissions/policy.ts";
import { permissions } from "../permissions/table.ts";
import { projectName } from "../project-name.ts";
import { openProject } from "../remote.ts";
import { wrapWords } from "../table.ts";
import { regionNamed } from "../target.ts";

/** Of a managed policy, blanks left out; IAM's quotas. */
const mostCharacters = 6144;

const needing = `Commands that need permissions: ${Object.keys(permissions).join(", ")}.`;

export const iamPolicy = defineCommand({
  name: "iam-policy",
  summary: "print the least IAM policy with which commands can be carried out; asks nobody",
  examples: [
    "lambda-ext iam-policy publish attach",
    "lambda-ext iam-policy publish --regions all --public",
    'lambda-ext iam-policy "publish --regions eu-west-1" "attach --function demo"  # several command lines',
    "lambda-ext iam-policy prune --keep 5 --account-id 123456789012",
    "lambda-ext iam-policy publish | aws iam create-policy --policy-name publish --policy-document file:///dev/stdin",
  ],
  configure: (command: Command) =>
    command
      .argument("<commands...>", "commands, or one command with its flags, or whole command lines in quotes")
      .option("--account-id <id>", "the account that ARNs are to name (default: any)")
      .allowUnknownOption()
      .addHelpText("after", `\n${wrapWords(needing, 80).join("\n")}`),
  run: async (context, { accountId }, words) => {
    if (accountId !== undefined && !/^\d{12}$/.test(accountId)) {
      throw usageError(`${JSON.stringify(accountId)} is no account.`, {
        code: "InvalidAccount",
        hint: "An account is twelve digits.",
      });
    }
    const project = await openProject(context);
    const name = await projectName(project).catch((error) => {
      if (error instanceof LambdaExtError) return undefined;
      throw error;
    });
    const surroundings = { project, projectName: name, env: context.env };
    const lines = await Promise.all(
      linesIn(words).map(async (argv): Promise<CommandLine> => ({ ...(await parse(context, argv)), ...surroundings })),
    );
    const policy = policyFor(lines, { account: accountId ?? "*", region: await regionNamed(context, project) });
    const text = JSON.stringify(policy, null, 2);
    const size = text.replace(/\s/g, "").length;
    if (size > mostCharacters) {
      context.progress.warn(
        `The policy has ${size} characters, and IAM takes ${mostCharacters} in one: name fewer regions, or all, or fewer commands.`,
      );
    }
    return { document: policy, text };
  },
});

/** A command line in each word, where each begins with a command; else all words are one. */
function linesIn(words: readonly string[]): readonly (readonly string[])[] {
  const lines = words.map((word) => word.split(/\s+/).filter((part) => part !== ""));
  return lines.every(([command = ""]) => Object.hasOwn(permissions, command)) ? lines : [words];
}

async function parse(context: CommandContext, argv: readonly string[]) {
  const [command = ""] = argv;
  const known = Object.keys(permissions);
  if (!Object.hasOwn(permissions, command)) {
    const meant = nearest(command, known);
    throw usageError(`${JSON.stringify(command)} is no command that needs permissions.`, {
      code: "NoPermissions",
      hint: meant ? `Did you mean ${meant}?` : `These do: ${known.join(", ")}.`,
    });
  }
  const { options, args, globals } = await context.parse(argv);
  return { command, options, args, globals: { ...globals, region: globals.region ?? context.globals.region } };
}
