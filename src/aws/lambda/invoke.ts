// Invokes a function, once: a repeated invocation would be a second one.
import { InvokeCommand } from "@aws-sdk/client-lambda";
import { call, required } from "../call.ts";
import type { Connection } from "../connection.ts";
import { lambdaPatient } from "./client.ts";
import type { FunctionAddress } from "./functions.ts";

/** `sync` waits for the answer, `async` leaves the event in Lambda's queue, `dry-run` only asks whether one may. */
const invocationTypes = { sync: "RequestResponse", async: "Event", "dry-run": "DryRun" } as const;

export type InvocationType = keyof typeof invocationTypes;

/** What an invocation gave. */
export interface InvocationAnswer {
  readonly statusCode: number;
  readonly executedVersion: string | undefined;
  readonly requestId: string | undefined;
  /** `Unhandled` or `Handled` where the function returned an error: then the payload describes it. */
  readonly functionError: string | undefined;
  readonly payload: Uint8Array;
  /** The last 4 KB of the log, decoded; absent where it was not asked for. */
  readonly log: string | undefined;
}

/** Invokes a function. */
export async function invokeFunction(
  connection: Connection,
  input: FunctionAddress & {
    readonly payload: Uint8Array;
    readonly type: InvocationType;
    readonly qualifier?: string | undefined;
    readonly log: boolean;
  },
): Promise<InvocationAnswer> {
  const { region, name } = input;
  const whenLost = "The function may have run all the same. Its log says whether: lambda-ext logs.";
  const purpose = { doing: `invoke function ${name} in ${region}`, region, whenLost };
  const command = new InvokeCommand({
    FunctionName: name,
    InvocationType: invocationTypes[input.type],
    Payload: input.payload,
    ...(input.log && { LogType: "Tail" as const }),
    ...(input.qualifier !== undefined && { Qualifier: input.qualifier }),
  });
  const answer = await call(connection, purpose, (options) => lambdaPatient(connection, region).send(command, options));
  return {
    statusCode: required(answer.StatusCode, purpose),
    executedVersion: answer.ExecutedVersion,
    requestId: answer.$metadata.requestId,
    functionError: answer.FunctionError,
    payload: answer.Payload ?? new Uint8Array(),
    log: answer.LogResult === undefined ? undefined : Buffer.from(answer.LogResult, "base64").toString(),
  };
}
