// The JSON Schema of lambda-ext.jsonc, for editors.
import { toJsonSchema } from "@valibot/to-json-schema";
import { configuration } from "./configuration.ts";

/** The schema that `init` writes beside the configuration. */
export function configurationSchema(): object {
  const schema = toJsonSchema(configuration, { errorMode: "throw" });
  return { ...schema, title: "lambda-ext.jsonc" };
}
