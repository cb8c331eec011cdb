// try: the whole way on a throw-away project, on this machine, narrated.
import type { Command } from "@commander-js/extra-typings";
import { toolError } from "../../model/errors.ts";
import { defineCommand } from "../command.ts";
import { formatSeconds } from "../try/narrate.ts";
import type { Tour } from "../try/tour.ts";

export const tryIt = defineCommand({
  name: "try",
  summary: "the whole way once, on this machine, in a throw-away folder: source, layer, function, answer",
  examples: ["lambda-ext try", "lambda-ext try --keep  # and look at what it made"],
  configure: (command: Command) => command.option("--keep", "keep the folder"),
  run: async (context, { keep = false }) => {
    const { colors, env, globals, signal } = context;
    if (process.platform !== "linux") {
      throw toolError(
        `Running a function here is not possible: functions run on Linux, and this is ${process.platform}.`,
        {
          code: "NotLinux",
          hint: "Try it in a Linux virtual machine or in WSL 2. Building, checking and publishing work here: lambda-ext init.",
        },
      );
    }
    // Before anything is made: whoever has no Go is told at once.
    const { readGoSettings } = await import("../../build/go/settings.ts");
    await readGoSettings({ cwd: context.cwd, env, signal });

    const { takeTour } = await import("../try/tour.ts");
    const narrate = globals.json ? () => {} : (text: string) => context.emit({}, text);
    narrate(colors.bold("From source to answer on this machine: no account, no Docker."));
    const start = performance.now();
    const tour = await takeTour(context, keep, narrate);
    const seconds = (performance.now() - start) / 1000;
    return {
      document: { schemaVersion: 1, seconds, ...(keep && { folder: tour.folder }), steps: tour.steps },
      text: [
        "",
        `That took ${seconds.toFixed(1)} s${describeInvocations(tour)}.`,
        keep ? `All of it is kept in ${tour.folder}.` : "All of it is gone again; --keep keeps it.",
        "",
        "In a project of your own, type:",
        "  lambda-ext init --template parameter-store --name my-extension",
        "  cd my-extension",
        "  lambda-ext build",
        "  lambda-ext publish --local",
        "Your own Go module needs no init. Without --local it is AWS.",
      ].join("\n"),
    };
  },
});

function describeInvocations({ steps }: Tour): string {
  const times = steps.flatMap(({ invocation, seconds }) =>
    invocation ? [`${formatSeconds(seconds)} ${invocation}`] : [],
  );
  return times.length > 0 ? `; the invocation took ${times.join(", ")}` : "";
}
