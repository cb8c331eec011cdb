// attach: puts layers on functions, without touching what else they have.
import { defineAttachCommand } from "../attach-command.ts";

export const attach = defineAttachCommand({
  name: "attach",
  summary: "put the extension on functions: keeps their other layers, sets what it needs, waits",
  examples: [
    "lambda-ext attach --function demo",
    "lambda-ext attach --function demo --function other --env PARAMETER_NAME=/demo/config --dry-run",
    "lambda-ext attach --function demo --layer parameter-store-extension-x86_64:3",
  ],
  env: "a variable for the function; may be given again",
});
