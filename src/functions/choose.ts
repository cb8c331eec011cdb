// The function that is meant where none was named.
import type { Connection } from "../aws/connection.ts";
import { type FunctionAddress, someFunctionNames } from "../aws/lambda/functions.ts";
import { usageError } from "../model/errors.ts";

/**
 * The only function of the region.
 * @throws usageError where there is none, or more than one.
 */
export async function onlyFunction(connection: Connection, region: string): Promise<FunctionAddress> {
  const names = await someFunctionNames(connection, region);
  const [name] = names;
  if (name !== undefined && names.length === 1) return { name, region };
  const shown = names.slice(0, 5).join(", ");
  throw usageError(
    name === undefined
      ? `There is no function in ${region}.`
      : `There are several functions in ${region}: ${shown}${names.length > 5 ? ", …" : ""}`,
    {
      code: "NoFunctionNamed",
      hint: name === undefined ? "Make one: lambda-ext create-function NAME" : "Say which one: --function NAME",
    },
  );
}
