// doctor: what this machine has, what is missing, and what to do about it.
import type { Command } from "@commander-js/extra-typings";
import { defineCommand } from "../command.ts";

export const doctor = defineCommand({
  name: "doctor",
  summary: "look at this machine: Node.js, Go, isolation, credentials; and say what to do",
  examples: ["lambda-ext doctor", "lambda-ext doctor --json"],
  configure: (command: Command) => command,
  run: async ({ env, globals, signal, colors }) => {
    const { examine } = await import("../doctor/checkup.ts");
    const profile = globals.profile ?? env.AWS_PROFILE;
    const diagnoses = await examine({ env, profile, signal });
    const marks = { ok: colors.green("✓"), note: colors.yellow("!"), problem: colors.red("✗") };
    const width = Math.max(...diagnoses.map(({ name }) => name.length));
    const lines = diagnoses.flatMap(({ name, status, found, remedy }) => [
      `${marks[status]} ${name.padEnd(width)}  ${found}`,
      ...(remedy ? [`  ${" ".repeat(width)}  ${colors.dim(remedy)}`] : []),
    ]);
    const problem = diagnoses.some(({ status }) => status === "problem");
    return { document: { schemaVersion: 1, checks: diagnoses }, text: lines.join("\n"), exitCode: problem ? 1 : 0 };
  },
});
