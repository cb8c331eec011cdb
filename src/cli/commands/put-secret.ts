// put-secret: a secret of Secrets Manager, for the extensions that read one.
import type { Command } from "@commander-js/extra-typings";
import { usageError } from "../../model/errors.ts";
import { defineCommand } from "../command.ts";
import { readArgument } from "../payload.ts";
import { openRemote } from "../remote.ts";

export const putSecret = defineCommand({
  name: "put-secret",
  summary: "write a secret of Secrets Manager: a new one, or a new version of one that is there",
  examples: [
    "lambda-ext put-secret demo/token --value @token.txt",
    `lambda-ext put-secret demo/db --value '{"user":"me","password":"…"}'  # stands in the shell's history`,
    "pass show demo | lambda-ext put-secret demo/token --value -",
  ],
  configure: (command: Command) =>
    command
      .argument("<name>", "the secret's name, e.g. demo/token, or the ARN of one that is there")
      .requiredOption(
        "--value <value>",
        "the value, @file, or - for standard input; taken byte for byte, as SecretBinary where it is not text in UTF-8",
      ),
  run: async (context, { value }, id) => {
    const bytes = await readArgument(context, "--value", value);
    if (bytes.length === 0) {
      throw usageError(`The value for ${id} is empty.`, {
        code: "InvalidValue",
        hint: "A secret holds one byte at least.",
      });
    }
    const text = bytes.toString();
    const content = Buffer.from(text).equals(bytes) ? { SecretString: text } : { SecretBinary: bytes };
    const [{ putSecret: put }, { connection, region }] = await Promise.all([
      import("../../aws/secrets.ts"),
      openRemote(context),
    ]);
    const { name, arn, versionId, created } = await put(connection, { id, content });
    const [holds] = Object.keys(content);
    return {
      document: { schemaVersion: 1, name, region, arn, versionId, created, holds },
      text: `${name} version ${versionId}`,
    };
  },
});
