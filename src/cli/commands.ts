// Every verb, in the order of the way from source to answer. The rooms behind a command are imported when it runs.
import type { CommandDefinition } from "./command.ts";
import { attach } from "./commands/attach.ts";
import { build } from "./commands/build.ts";
import { check } from "./commands/check.ts";
import { createRole } from "./commands/create-role.ts";
import { deleteFunction } from "./commands/delete-function.ts";
import { detach } from "./commands/detach.ts";
import { getFunction } from "./commands/get-function.ts";
import { getRole } from "./commands/get-role.ts";
import { init } from "./commands/init.ts";
import { invoke } from "./commands/invoke.ts";
import { logs } from "./commands/logs.ts";
import { putParameter } from "./commands/put-parameter.ts";

export const commands: readonly CommandDefinition[] = [
  init,
  build,
  check,
  putParameter,
  createRole,
  getRole,
  getFunction,
  deleteFunction,
  attach,
  detach,
  invoke,
  logs,
];
