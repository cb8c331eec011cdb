// local status: what runs, where it keeps its things, and how long it will stay.
import type { Command } from "@commander-js/extra-typings";
import type { EndpointStatus } from "../../emulator/background/status.ts";
import { defineCommand } from "../command.ts";

export const localStatus = defineCommand({
  name: "status",
  summary: "what runs, and in which folder",
  examples: ["lambda-ext local status", "lambda-ext local status --json"],
  configure: (command: Command) => command,
  run: async ({ env, cwd, signal }) => {
    const { settingFlags } = await import("../../emulator/background/wanted.ts");
    const { findEndpoint, localDestinations, localLog } = await import("../../emulator/background/find.ts");
    const { directory, status } = await findEndpoint({ env, cwd, signal }, "inspect");
    const log = localLog(directory);
    const destinations = localDestinations(directory);
    if (!status) {
      const text = `No local endpoint runs for ${directory}.`;
      return { document: { schemaVersion: 1, running: false, directory, log, destinations }, text };
    }
    const { url, version, pid, functions, active, startedAt, isolationLevel: isolation } = status;
    const { settings, faults = [], executionProblem, warnings, idleMilliseconds, idleLimitMilliseconds } = status;
    const facts = { url, directory, log, destinations, version, pid, startedAt, isolation, functions, active };
    return {
      document: {
        schemaVersion: 1,
        running: true,
        ...facts,
        settings,
        faults,
        executionProblem,
        idleMilliseconds,
        idleLimitMilliseconds,
        warnings,
      },
      text: table({
        ...facts,
        settings: settingFlags(settings),
        problem: executionProblem?.message,
        faults:
          faults.map(({ fault, met }) => `${fault} (met ${met} ${met === 1 ? "call" : "calls"})`).join("\n") ||
          undefined,
        idle: idleText(status),
        ...warningRows(status),
      }),
    };
  },
});

function idleText({ idleMilliseconds, idleLimitMilliseconds }: EndpointStatus): string {
  const seconds = Math.round(idleMilliseconds / 1000);
  return idleLimitMilliseconds > 0
    ? `${seconds} s, ends after ${Math.round(idleLimitMilliseconds / 1000)} s`
    : `${seconds} s`;
}

/** As many as a person looks at; the log has all. */
function warningRows({ warnings }: EndpointStatus): Record<string, string> {
  const newest = warnings.slice(-3).map(({ at, message }) => `${at.slice(11, 19)} ${message}`);
  return newest.length === 0 ? {} : { warnings: newest.join("\n") };
}

function table(facts: Readonly<Record<string, string | number | undefined>>): string {
  const rows = Object.entries(facts).filter(([, value]) => value !== undefined);
  const width = Math.max(...rows.map(([name]) => name.length));
  const indent = `\n${" ".repeat(width + 2)}`;
  return rows.map(([name, value]) => `${name.padEnd(width)}  ${String(value).replaceAll("\n", indent)}`).join("\n");
}
