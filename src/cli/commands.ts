// Every verb, in the order of the way from source to answer. The rooms behind a command are imported when it runs.
import type { CommandDefinition } from "./command.ts";
import { arns } from "./commands/arns.ts";
import { attach } from "./commands/attach.ts";
import { build } from "./commands/build.ts";
import { check } from "./commands/check.ts";
import { createFunction } from "./commands/create-function.ts";
import { createRole } from "./commands/create-role.ts";
import { deleteFunction } from "./commands/delete-function.ts";
import { detach } from "./commands/detach.ts";
import { doctor } from "./commands/doctor.ts";
import { getFunction } from "./commands/get-function.ts";
import { getRole } from "./commands/get-role.ts";
import { iamPolicy } from "./commands/iam-policy.ts";
import { init } from "./commands/init.ts";
import { invoke } from "./commands/invoke.ts";
import { local } from "./commands/local.ts";
import { logs } from "./commands/logs.ts";
import { mirror } from "./commands/mirror.ts";
import { prune } from "./commands/prune.ts";
import { publish } from "./commands/publish.ts";
import { putParameter } from "./commands/put-parameter.ts";
import { putSecret } from "./commands/put-secret.ts";
import { tryIt } from "./commands/try.ts";
import { updateFunction } from "./commands/update-function.ts";
import { verify } from "./commands/verify.ts";
import { versions } from "./commands/versions.ts";

export const commands: readonly CommandDefinition[] = [
  tryIt,
  init,
  build,
  check,
  publish,
  verify,
  versions,
  prune,
  arns,
  mirror,
  putParameter,
  putSecret,
  createRole,
  getRole,
  createFunction,
  updateFunction,
  getFunction,
  deleteFunction,
  attach,
  detach,
  invoke,
  logs,
  iamPolicy,
  local,
  doctor,
];
