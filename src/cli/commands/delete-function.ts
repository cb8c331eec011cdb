// delete-function: removes a function, after asking.
import type { Command } from "@commander-js/extra-typings";
import { functionAddress } from "../../functions/address.ts";
import { usageError } from "../../model/errors.ts";
import { type CommandContext, defineCommand } from "../command.ts";
import { openRemote } from "../remote.ts";

export const deleteFunction = defineCommand({
  name: "delete-function",
  summary: "remove a function; layers, roles and logs stay",
  examples: ["lambda-ext delete-function demo --yes"],
  configure: (command: Command) => command.argument("<name>", "the function's name or ARN"),
  run: async (context, _, name) => {
    const [{ removeFunction }, { connection, region }] = await Promise.all([
      import("../../functions/remove.ts"),
      openRemote(context),
    ]);
    const address = functionAddress(name, region);
    await agree(context, address);
    await removeFunction(connection, address);
    return {
      document: { schemaVersion: 1, functionName: name, region: address.region, result: "deleted" },
      text: `${name} is deleted.`,
    };
  },
});

async function agree(
  { globals, interactive, signal }: CommandContext,
  { name, region }: { readonly name: string; readonly region: string },
): Promise<void> {
  if (globals.yes) return;
  if (!interactive) {
    throw usageError(`Function ${name} in ${region} is deleted for good, and nobody can be asked here.`, {
      code: "NotConfirmed",
      hint: "Say so: --yes",
    });
  }
  const { confirm } = await import("../confirm.ts");
  const terminal = { input: process.stdin, output: process.stderr, signal };
  if (await confirm(`Delete function ${name} in ${region} with all its versions?`, terminal)) return;
  throw usageError(`Function ${name} was not deleted.`, { code: "NotConfirmed" });
}
