// The function that a command is about: the one that was named, else the only one.
import type { Connection } from "../aws/connection.ts";
import type { FunctionAddress } from "../aws/lambda/functions.ts";
import { functionAddress } from "../functions/address.ts";

/**
 * Its address; nothing is asked where it was named.
 * @throws usageError where none was named and there is not exactly one.
 */
export async function functionNamed(
  word: string | undefined,
  connection: Connection,
  region: string,
): Promise<FunctionAddress> {
  if (word !== undefined) return functionAddress(word, region);
  const { onlyFunction } = await import("../functions/choose.ts");
  return await onlyFunction(connection, region);
}
