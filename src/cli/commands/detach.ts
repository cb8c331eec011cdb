// detach: takes layers off functions, with the variables that attach has set.
import { defineAttachCommand } from "../attach-command.ts";

export const detach = defineAttachCommand({
  name: "detach",
  summary: "take the extension off functions, and those variables that are still as attach has set them",
  examples: [
    "lambda-ext detach --function demo",
    "lambda-ext detach --function demo --layer parameter-store-extension-x86_64 --dry-run",
    "lambda-ext detach --function demo --env PARAMETER_NAME=/demo/config  # as it was given to attach",
  ],
  env: "a variable as it was given to attach; may be given again",
});
