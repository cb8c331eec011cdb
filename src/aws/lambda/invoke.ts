// Invokes a function, once: a repeated invocation would be a second one.
import {
  InvokeCommand,
  InvokeWithResponseStreamCommand,
  type InvokeWithResponseStreamCompleteEvent,
} from "@aws-sdk/client-lambda";
import { call, required } from "../call.ts";
import type { Connection } from "../connection.ts";
import { lambdaPatient } from "./client.ts";
import { cutShort, eventsOf } from "./event-stream.ts";
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
  /** Of an answer that came as a stream: what describes the error, beside the part of the payload that came before it. */
  readonly errorDetails?: string | undefined;
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
    log: decodeLog(answer.LogResult),
  };
}

/**
 * Invokes a function and hands its answer on as it comes; each chunk waits until the last one was taken.
 * @throws LambdaExtError also where the answer breaks off without an end.
 */
export async function streamFunction(
  connection: Connection,
  input: FunctionAddress & {
    readonly payload: Uint8Array;
    readonly qualifier?: string | undefined;
    readonly log: boolean;
  },
  take: (chunk: Uint8Array) => Promise<void>,
): Promise<InvocationAnswer> {
  const { region, name } = input;
  const purpose = { doing: `invoke function ${name} in ${region}`, region };
  const command = new InvokeWithResponseStreamCommand({
    FunctionName: name,
    Payload: input.payload,
    ...(input.log && { LogType: "Tail" as const }),
    ...(input.qualifier !== undefined && { Qualifier: input.qualifier }),
  });
  const answer = await call(connection, purpose, (options) => lambdaPatient(connection, region).send(command, options));
  const chunks: Uint8Array[] = [];
  let complete: InvokeWithResponseStreamCompleteEvent | undefined;
  for await (const event of eventsOf(connection, purpose, required(answer.EventStream, purpose))) {
    if (event.PayloadChunk?.Payload) {
      chunks.push(event.PayloadChunk.Payload);
      await take(event.PayloadChunk.Payload);
    }
    // Read on to the end all the same: a connection with something left in it keeps the process alive.
    complete ??= event.InvokeComplete;
  }
  if (!complete) throw cutShort(purpose);
  return {
    statusCode: required(answer.StatusCode, purpose),
    executedVersion: answer.ExecutedVersion,
    requestId: answer.$metadata.requestId,
    functionError: complete.ErrorCode,
    payload: Buffer.concat(chunks),
    errorDetails: complete.ErrorDetails,
    log: decodeLog(complete.LogResult),
  };
}

function decodeLog(base64: string | undefined): string | undefined {
  return base64 === undefined ? undefined : Buffer.from(base64, "base64").toString();
}
