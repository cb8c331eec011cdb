// update-function: changes a function's code and settings, and waits until Lambda has carried it out.
import type { Command } from "@commander-js/extra-typings";
import { functionAddress } from "../../functions/address.ts";
import { usageError } from "../../model/errors.ts";
import { defineCommand } from "../command.ts";
import { chooseCode } from "../function-code.ts";
import { functionDocument } from "../function-shape.ts";
import { logFormatOption, loggingOf, logLevelOption, systemLogLevelOption } from "../log-options.ts";
import { collectVariable, integer, parseOneArchitecture } from "../options.ts";
import { openRemote } from "../remote.ts";

export const updateFunction = defineCommand({
  name: "update-function",
  summary: "change a function's code or settings; what is not named stays",
  examples: [
    "lambda-ext update-function demo --source examples/nodejs",
    "lambda-ext update-function demo --memory 512 --env LOG_LEVEL=debug",
    "lambda-ext update-function demo --log-format json --log-level debug",
    "lambda-ext update-function demo  # the Go function of this project, built on the way",
  ],
  configure: (command: Command) =>
    command
      .argument("<name>", "the function's name or ARN")
      .option("--zip <file>", "new code as a zip")
      .option("--source <folder>", "new code as a folder, to be zipped")
      .option("--runtime <runtime>", "e.g. nodejs22.x")
      .option("--arch <arch>", "amd64 or arm64; needs code as well", parseOneArchitecture)
      .option("--handler <handler>", "e.g. index.handler")
      .option("--role <role>", "the role's name or ARN")
      .option("--memory <megabytes>", "128 or more", integer(128))
      .option("--timeout <seconds>", "1 or more", integer(1))
      .option("--env <name=value>", "sets a variable, the others stay; may be given again", collectVariable)
      .addOption(logFormatOption)
      .addOption(logLevelOption)
      .addOption(systemLogLevelOption),
  run: async (context, options, name) => {
    const [{ changeFunction }, { roleArn }, { connection, project, region }] = await Promise.all([
      import("../../functions/update.ts"),
      import("../../functions/role/arn.ts"),
      openRemote(context),
    ]);
    const { runtime, handler, memory, timeout, env, role } = options;
    const logging = loggingOf(options);
    const onlySettings = [runtime, handler, memory, timeout, env, role, logging].some((value) => value !== undefined);
    const wantsCode = options.zip !== undefined || options.source !== undefined || options.arch !== undefined;
    // In a function's project, nothing said means its code; settings alone leave the code as it is.
    const code = wantsCode || !onlySettings ? await chooseCode(context, project, options) : undefined;
    if (!code && (wantsCode || !onlySettings)) {
      throw usageError(`Nothing was said to change about function ${name}${wantsCode ? ": --arch needs code" : ""}.`, {
        code: "NothingToChange",
        hint: "Give --zip or --source for new code, or settings like --memory 512.",
      });
    }
    const { function: changed, result } = await changeFunction(connection, functionAddress(name, region), {
      change: {
        code: code?.code,
        architecture: options.arch ?? code?.architecture,
        runtime,
        handler,
        timeout,
        memorySize: memory,
        variables: env,
        logging,
        role: role === undefined ? undefined : await roleArn(connection, role),
      },
      progress: context.progress,
    });
    context.progress.step(
      result === "updated" ? `Function ${name} is updated` : `Function ${name} was like that already`,
    );
    return { document: { schemaVersion: 1, result, function: functionDocument(changed) }, text: changed.arn };
  },
});
