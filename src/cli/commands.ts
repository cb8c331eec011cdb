// Every verb, in the order of the way from source to answer. The rooms behind a command are imported when it runs.
import type { CommandDefinition } from "./command.ts";
import { build } from "./commands/build.ts";
import { check } from "./commands/check.ts";
import { init } from "./commands/init.ts";

export const commands: readonly CommandDefinition[] = [init, build, check];
