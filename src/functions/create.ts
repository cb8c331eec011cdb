// Makes a function and waits until it can be invoked.
import type { Connection } from "../aws/connection.ts";
import { isRefusal, wasRepeated } from "../aws/errors.ts";
import type { LambdaFunction } from "../aws/lambda/function.ts";
import { createFunction, type FunctionAddress, type FunctionSettings, getFunction } from "../aws/lambda/functions.ts";
import { settleFunction } from "../aws/lambda/settle.ts";
import { remoteError } from "../model/errors.ts";
import type { Progress } from "../model/progress.ts";
import type { FunctionCode } from "./code.ts";
import { whenRoleIsReady } from "./role-ready.ts";

/** What a new function is made of. */
export interface NewFunction extends FunctionAddress, FunctionSettings {
  readonly role: string;
  readonly architecture: string;
  readonly code: FunctionCode;
}

/**
 * Creates a function; back when it is Active.
 * @throws LambdaExtError `FunctionExists`, or what AWS says.
 */
export async function makeFunction(
  connection: Connection,
  wanted: NewFunction,
  progress: Progress,
): Promise<LambdaFunction> {
  const task = progress.start(`Creating function ${wanted.name}`);
  try {
    const made = await whenRoleIsReady(connection, { role: wanted.role, progress }, () =>
      createOnce(connection, wanted),
    );
    return await settleFunction(connection, made);
  } finally {
    task.done();
  }
}

async function createOnce(connection: Connection, wanted: NewFunction): Promise<LambdaFunction> {
  try {
    return await createFunction(connection, { ...wanted, zip: wanted.code.zip });
  } catch (error) {
    if (!isRefusal(error, "ResourceConflictException")) throw error;
    // The answer to the SDK's first attempt may have been lost: then this is the function that it made.
    if (wasRepeated(error)) {
      const found = await getFunction(connection, wanted);
      if (found.codeSha256 === wanted.code.sha256 && found.role === wanted.role) return found;
    }
    throw remoteError(`Function ${wanted.name} exists already in ${wanted.region}.`, {
      code: "FunctionExists",
      hint: `Change it: lambda-ext update-function ${wanted.name}`,
    });
  }
}
