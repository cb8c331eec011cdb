// put-parameter: an SSM parameter, for the extensions that read one.
import type { Command } from "@commander-js/extra-typings";
import { Option } from "@commander-js/extra-typings";
import { usageError } from "../../model/errors.ts";
import { defineCommand } from "../command.ts";
import { readArgument } from "../payload.ts";
import { openRemote } from "../remote.ts";

export const putParameter = defineCommand({
  name: "put-parameter",
  summary: "write an SSM parameter, over one that is there",
  examples: [
    `lambda-ext put-parameter /demo/config --value '{"greeting":"hello"}'`,
    "lambda-ext put-parameter /demo/config --value @settings.json --type SecureString",
    "cat settings.json | lambda-ext put-parameter /demo/config --value -",
  ],
  configure: (command: Command) =>
    command
      .argument("<name>", "the parameter's name, e.g. /demo/config")
      .requiredOption("--value <value>", "the value, @file, or - for standard input; taken byte for byte")
      .addOption(
        new Option("--type <type>", "how it is kept (default: as it was; String where it is new)").choices([
          "String",
          "StringList",
          "SecureString",
        ] as const),
      ),
  run: async (context, { value, type }, name) => {
    const bytes = await readArgument(context, "--value", value);
    const text = bytes.toString();
    if (bytes.length === 0 || !Buffer.from(text).equals(bytes)) {
      throw usageError(`The value for ${name} is ${bytes.length === 0 ? "empty" : "not text in UTF-8"}.`, {
        code: "InvalidValue",
        hint: "A parameter holds text, at least one character of it.",
      });
    }
    const [{ putParameter: put }, { connection, region }] = await Promise.all([
      import("../../aws/ssm.ts"),
      openRemote(context),
    ]);
    const { version, tier, kept } = await put(connection, { name, value: text, type });
    return {
      document: { schemaVersion: 1, name, region, ...(kept && { type: kept }), version, tier },
      text: `${name} version ${version}`,
    };
  },
});
