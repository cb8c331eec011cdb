// create-function: a function from a zip, a folder or the project, ready to be invoked when the command is back.
import type { Command } from "@commander-js/extra-typings";
import { parseLayerWord } from "../../functions/attach/layer-word.ts";
import type { Architecture } from "../../model/architecture.ts";
import { usageError } from "../../model/errors.ts";
import { defineCommand } from "../command.ts";
import { type ChosenCode, chooseCode } from "../function-code.ts";
import { functionDocument } from "../function-shape.ts";
import { logFormatOption, loggingOf, logLevelOption, systemLogLevelOption } from "../log-options.ts";
import { collect, collectVariable, integer, parseOneArchitecture } from "../options.ts";
import { openRemote } from "../remote.ts";

export const createFunction = defineCommand({
  name: "create-function",
  summary: "make a function and wait until it can be invoked",
  examples: [
    "lambda-ext create-function demo --source examples/nodejs --role demo-role",
    "lambda-ext create-function demo --zip code.zip --runtime python3.13 --handler app.handler --role demo-role",
    "lambda-ext create-function demo --role demo-role  # the Go function of this project, built on the way",
  ],
  configure: (command: Command) =>
    command
      .argument("<name>", "the function's name")
      .option("--zip <file>", "the code as a zip")
      .option("--source <folder>", "the code as a folder, to be zipped")
      .option("--runtime <runtime>", "e.g. nodejs22.x (default: by the code)")
      .option("--arch <arch>", "amd64 or arm64 (default: what was built, else amd64)", parseOneArchitecture)
      .option("--handler <handler>", "e.g. index.handler (default: by the code)")
      .requiredOption("--role <role>", "the role's name or ARN")
      .option("--memory <megabytes>", "default: 128", integer(128))
      .option("--timeout <seconds>", "default: 3", integer(1))
      .option("--env <name=value>", "a variable; may be given again", collectVariable)
      .option("--layer <layer>", "an ARN, a name, or name:version; may be given again", collect)
      .addOption(logFormatOption)
      .addOption(logLevelOption)
      .addOption(systemLogLevelOption),
  run: async (context, options, name) => {
    const [{ makeFunction }, { roleArn }, { LayerFinder }, { connection, project, region }] = await Promise.all([
      import("../../functions/create.ts"),
      import("../../functions/role/arn.ts"),
      import("../../functions/attach/find-layer.ts"),
      openRemote(context),
    ]);
    const layerWords = (options.layer ?? []).map(parseLayerWord);
    const code = await chooseCode(context, project, options);
    if (!code) {
      throw usageError(`There is no code for function ${name}.`, {
        code: "NoCode",
        hint: "Give --zip FILE or --source FOLDER, or run it in a project of kind function.",
      });
    }
    const architecture = architectureFor(options.arch, code);
    const runtime = said(options.runtime ?? code.runtime, "--runtime", "nodejs22.x");
    const target = { name, region, architectures: [architecture], runtime };
    const finder = new LayerFinder(connection);
    const layers = await Promise.all(layerWords.map((word) => finder.find(word, target)));
    for (const warning of layers.flatMap(({ warnings }) => warnings)) context.progress.warn(warning);

    const made = await makeFunction(
      connection,
      {
        name,
        region,
        architecture,
        code: code.code,
        runtime,
        handler: said(options.handler ?? code.handler, "--handler", "index.handler"),
        role: await roleArn(connection, options.role),
        memorySize: options.memory,
        timeout: options.timeout,
        variables: options.env,
        logging: loggingOf(options),
        ...(layers.length > 0 && { layers: layers.map(({ arn }) => arn) }),
      },
      context.progress,
    );
    context.progress.step(
      `Function ${name} is ${made.state}: ${made.runtime}, ${architecture}, ${made.codeSize} bytes`,
    );
    return { document: { schemaVersion: 1, function: functionDocument(made) }, text: made.arn };
  },
});

function architectureFor(wanted: Architecture | undefined, code: ChosenCode): Architecture {
  // x86_64 is AWS's own default.
  return wanted ?? code.architecture ?? "x86_64";
}

function said(value: string | undefined, flag: string, example: string): string {
  if (value !== undefined) return value;
  throw usageError(`The code doesn't show its ${flag.slice(2)}.`, {
    code: "NotSaid",
    hint: `Say it, e.g. ${flag} ${example}`,
  });
}
