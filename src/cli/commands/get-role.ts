// get-role: a role with its policies, and whether Lambda may take it.
import type { Command } from "@commander-js/extra-typings";
import { defineCommand } from "../command.ts";
import { openRemote } from "../remote.ts";
import { roleDocument, roleText } from "../role-shape.ts";

export const getRole = defineCommand({
  name: "get-role",
  summary: "show a role, its policies, and whether Lambda may take it",
  examples: ["lambda-ext get-role demo-role", "lambda-ext get-role demo-role --json"],
  configure: (command: Command) => command.argument("<name>", "the role's name"),
  run: async (context, _, name) => {
    const [{ describeRole }, { connection }] = await Promise.all([
      import("../../functions/role/describe.ts"),
      openRemote(context),
    ]);
    const description = await describeRole(connection, name);
    return { document: { schemaVersion: 1, role: roleDocument(description) }, text: roleText(description) };
  },
});
