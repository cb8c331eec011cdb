// Removes a function.
import type { Connection } from "../aws/connection.ts";
import { isRefusal, wasRepeated } from "../aws/errors.ts";
import { deleteFunction, type FunctionAddress } from "../aws/lambda/functions.ts";

/**
 * Removes a function with all its versions.
 * @throws LambdaExtError `ResourceNotFoundException` where there is none.
 */
export async function removeFunction(connection: Connection, address: FunctionAddress): Promise<void> {
  try {
    await deleteFunction(connection, address);
  } catch (error) {
    // Gone at the second attempt: the first one's answer was lost, its effect wasn't.
    if (!isRefusal(error, "ResourceNotFoundException") || !wasRepeated(error)) throw error;
  }
}
