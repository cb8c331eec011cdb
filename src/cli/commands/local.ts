// local: the endpoint on this machine by hand.
import { Command } from "@commander-js/extra-typings";
import type { CommandDefinition } from "../command.ts";
import { localEnv } from "./local-env.ts";
import { localReset } from "./local-reset.ts";
import { localStart } from "./local-start.ts";
import { localStatus } from "./local-status.ts";
import { localStop } from "./local-stop.ts";

const actions: readonly CommandDefinition[] = [localStart, localStop, localStatus, localEnv, localReset];

export const local: CommandDefinition = {
  name: "local",
  summary: "the endpoint on this machine, by hand",
  mount(execute) {
    const command = new Command("local")
      .description(
        "The endpoint on this machine, by hand. --local starts it where none runs, and it ends by itself when nobody needs it.",
      )
      .usage("<action> [options]")
      .addHelpText("after", '\nExamples:\n  $ lambda-ext local status\n  $ eval "$(lambda-ext local env)"');
    for (const action of actions) command.addCommand(action.mount(execute));
    return command as unknown as ReturnType<CommandDefinition["mount"]>;
  },
};
