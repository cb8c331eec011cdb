// get-function: a function as it stands.
import type { Command } from "@commander-js/extra-typings";
import { functionAddress } from "../../functions/address.ts";
import { defineCommand } from "../command.ts";
import { functionDocument, functionText } from "../function-shape.ts";
import { openRemote } from "../remote.ts";

export const getFunction = defineCommand({
  name: "get-function",
  summary: "show a function: state, code, layers, the names of its variables",
  examples: ["lambda-ext get-function demo", "lambda-ext get-function demo --json"],
  configure: (command: Command) => command.argument("<name>", "the function's name or ARN"),
  run: async (context, _, name) => {
    const [{ getFunction: get }, { connection, region }] = await Promise.all([
      import("../../aws/lambda/functions.ts"),
      openRemote(context),
    ]);
    const found = await get(connection, functionAddress(name, region));
    return { document: { schemaVersion: 1, function: functionDocument(found) }, text: functionText(found) };
  },
});
