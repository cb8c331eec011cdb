// create-role: the execution role of a function, with what the project's extension needs.
import { readFile } from "node:fs/promises";
import { basename, extname, resolve } from "node:path";
import type { Command } from "@commander-js/extra-typings";
import { fillStatements } from "../../functions/role/statements.ts";
import { usageError } from "../../model/errors.ts";
import { type CommandContext, defineCommand } from "../command.ts";
import { collect, collectVariable } from "../options.ts";
import { openRemote } from "../remote.ts";
import { roleDocument } from "../role-shape.ts";

export const createRole = defineCommand({
  name: "create-role",
  summary: "make a function's role: Lambda may take it, write logs, and do what the extension needs",
  examples: [
    "lambda-ext create-role demo-role",
    "lambda-ext create-role demo-role --env PARAMETER_NAME=/demo/config",
    "lambda-ext create-role demo-role --managed-policy AWSXRayDaemonWriteAccess --policy extra.json",
  ],
  configure: (command: Command) =>
    command
      .argument("<name>", "the role's name")
      .option("--policy <file>", "an inline policy from a JSON file; may be given again", collect)
      .option("--managed-policy <policy>", "the ARN, or the name of one of AWS's own; may be given again", collect)
      .option(
        "--env <name=value>",
        "a variable of the configuration's attach.statements; may be given again",
        collectVariable,
      ),
  run: async (context, { policy = [], managedPolicy = [], env = {} }, name) => {
    const inlinePolicies = await readPolicies(context, policy);
    const [{ ensureRole }, { connection, project }] = await Promise.all([
      import("../../functions/role/create.ts"),
      openRemote(context),
    ]);
    const { statements, environment } = project.attach;
    const { role, result, ...policies } = await ensureRole(connection, {
      name,
      managedPolicies: managedPolicy,
      inlinePolicies,
      statements: {
        // A role may serve several extensions: each has a policy of its own.
        policyName: `lambda-ext-${(project.name ?? basename(project.root)).replace(/[^\w+=,.@-]/g, "-")}`,
        list: fillStatements(statements, { ...environment, ...env }),
      },
    });
    context.progress.step(
      result === "created" ? `Made role ${name}` : `Role ${name} was there; its policies are up to date`,
    );
    return {
      document: { schemaVersion: 1, result, role: roleDocument({ role, trustsLambda: true, ...policies }) },
      text: role.arn,
    };
  },
});

async function readPolicies({ cwd }: CommandContext, files: readonly string[]): Promise<Record<string, string>> {
  const policies: Record<string, string> = {};
  for (const given of files) {
    const file = resolve(cwd, given);
    const name = basename(file, extname(file)).replace(/[^\w+=,.@-]/g, "-");
    if (policies[name] !== undefined) {
      throw usageError(`Two policies would be called ${name}.`, {
        code: "SamePolicyName",
        hint: "A policy is called after its file: rename one of them.",
      });
    }
    policies[name] = await readPolicy(file);
  }
  return policies;
}

async function readPolicy(file: string): Promise<string> {
  const text = await readFile(file, "utf8").catch((error) => {
    throw usageError(
      `Could not read the policy ${file}: ${error.code === "ENOENT" ? "there is no such file" : error.message}.`,
      {
        code: "NoSuchFile",
        cause: error,
      },
    );
  });
  try {
    return JSON.stringify(JSON.parse(text));
  } catch (error) {
    throw usageError(`The policy ${file} is not JSON: ${(error as Error).message}.`, {
      code: "InvalidPolicy",
      hint: 'It begins like {"Version":"2012-10-17","Statement":[…]}.',
      cause: error,
    });
  }
}
