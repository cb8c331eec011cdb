// logs: a function's log events, the extension's lines told apart.
import type { Command } from "@commander-js/extra-typings";
import type { LogEvent } from "../../aws/logs.ts";
import { parseSince } from "../../functions/logs/since.ts";
import { createSourceReader } from "../../functions/logs/source.ts";
import { remoteError } from "../../model/errors.ts";
import { type CommandContext, defineCommand } from "../command.ts";
import { functionNamed } from "../function-named.ts";
import { logDocument, logLine } from "../log-line.ts";
import { openRemote } from "../remote.ts";

export const logs = defineCommand({
  name: "logs",
  summary: "show a function's log: | is Lambda itself, + an extension",
  examples: [
    "lambda-ext logs --function demo",
    "lambda-ext logs --function demo --since 2h",
    "lambda-ext logs --function demo --follow --json",
  ],
  configure: (command: Command) =>
    command
      .option("--function <function>", "name or ARN (default: the configuration's, else the only one in the region)")
      .option("--since <moment>", "e.g. 90s, 10m, 2h, 1d, or a date", "10m")
      .option("--follow", "go on until Ctrl-C"),
  run: async (context, { function: word, since: moment, follow }) => {
    const since = parseSince(moment, Date.now());
    const [{ followLogs, logGroupOf, readLogs }, { connection, project, region }] = await Promise.all([
      import("../../functions/logs/read.ts"),
      openRemote(context),
    ]);
    const address = await functionNamed(word ?? project.function, connection, region);
    const { group, exists } = await logGroupOf(connection, address);
    const query = { region: address.region, group, since };
    const sourceOf = createSourceReader(project.name === undefined ? [] : [project.name]);

    if (follow) {
      context.progress.detail(`Following ${group}`);
      try {
        for await (const event of followLogs(connection, query)) {
          const source = sourceOf(event.message);
          context.emit({ schemaVersion: 1, ...logDocument(event, source) }, logLine(event, source, context.colors));
        }
      } catch (error) {
        if (!context.signal.aborted) throw error;
      }
      return { exitCode: 130 };
    }
    const events = await readLogs(connection, query);
    if (!events) return noLog(context, { ...address, group, exists });
    if (events.length === 0) context.progress.step(`Nothing was logged since ${new Date(since).toISOString()}`);
    // What an extension says in INIT comes before the line that tells its name.
    for (const { message } of events) sourceOf(message);
    const read = events.map((event: LogEvent) => ({ event, source: sourceOf(event.message) }));
    return {
      document: {
        schemaVersion: 1,
        function: address.name,
        logGroup: group,
        events: read.map(({ event, source }) => logDocument(event, source)),
      },
      text: read.map(({ event, source }) => logLine(event, source, context.colors)).join("\n"),
    };
  },
});

function noLog(
  { progress }: CommandContext,
  about: { readonly name: string; readonly region: string; readonly group: string; readonly exists: boolean },
) {
  const { name, region, group, exists } = about;
  if (!exists) {
    throw remoteError(`There is no function ${name} in ${region}, and no log group ${group} of one that was.`, {
      code: "NoSuchFunction",
      hint: "Is the name right, and the region?",
    });
  }
  progress.warn(`There is no log group ${group} yet: ${name} has not been invoked, or its role may not write logs.`);
  return { document: { schemaVersion: 1, function: name, logGroup: group, events: [] }, text: "" };
}
