// Functions: read, make, change, remove, list.
import {
  type ApplicationLogLevel,
  type Architecture,
  CreateFunctionCommand,
  DeleteFunctionCommand,
  GetFunctionCommand,
  ListFunctionsCommand,
  type LoggingConfig,
  type Runtime,
  type SystemLogLevel,
  UpdateFunctionCodeCommand,
  UpdateFunctionConfigurationCommand,
} from "@aws-sdk/client-lambda";
import { call, required } from "../call.ts";
import type { Connection } from "../connection.ts";
import { lambda } from "./client.ts";
import { functionFrom, type LambdaFunction } from "./function.ts";

/** Which function: its name (or ARN) in a region. */
export interface FunctionAddress {
  readonly region: string;
  readonly name: string;
}

/** A function as it stands now. GetFunction has a request budget of its own, ten times that of the rest of the control plane. */
export async function getFunction(connection: Connection, { region, name }: FunctionAddress): Promise<LambdaFunction> {
  const purpose = { doing: `read function ${name} in ${region}`, region };
  const command = new GetFunctionCommand({ FunctionName: name });
  const answer = await call(connection, purpose, (options) => lambda(connection, region).send(command, options));
  const found = functionFrom(required(answer.Configuration, purpose), purpose);
  return { ...found, reservedConcurrency: answer.Concurrency?.ReservedConcurrentExecutions };
}

/** How a function logs, in AWS's words; what is undefined is left to AWS, or left as it is. Levels are for the JSON format. */
export interface FunctionLogging {
  readonly format?: "JSON" | "Text" | undefined;
  readonly applicationLogLevel?: string | undefined;
  readonly systemLogLevel?: string | undefined;
}

/** What can be said about a function besides its code; what is undefined is left to AWS, or left as it is. */
export interface FunctionSettings {
  readonly runtime?: string | undefined;
  readonly handler?: string | undefined;
  /** ARN. */
  readonly role?: string | undefined;
  /** Seconds. */
  readonly timeout?: number | undefined;
  /** Megabytes. */
  readonly memorySize?: number | undefined;
  /** All of them: what is not named here is gone afterwards. */
  readonly variables?: Readonly<Record<string, string>> | undefined;
  /** ARNs of layer versions, all of them. */
  readonly layers?: readonly string[] | undefined;
  readonly logging?: FunctionLogging | undefined;
}

/** Makes a function. */
export async function createFunction(
  connection: Connection,
  input: FunctionAddress & FunctionSettings & { readonly architecture: string; readonly zip: Uint8Array },
): Promise<LambdaFunction> {
  const { region, name } = input;
  const secrets = Object.values(input.variables ?? {});
  const purpose = { doing: `create function ${name} in ${region}`, region, secrets };
  const command = new CreateFunctionCommand({
    FunctionName: name,
    ...settingsShape(input),
    Role: input.role,
    Architectures: [input.architecture as Architecture],
    Code: { ZipFile: input.zip },
  });
  const answer = await call(connection, purpose, (options) => lambda(connection, region).send(command, options));
  return functionFrom(answer, purpose);
}

/** Replaces a function's code, and its architecture where one is given. */
export async function updateFunctionCode(
  connection: Connection,
  input: FunctionAddress & {
    readonly zip: Uint8Array;
    readonly architecture?: string | undefined;
    readonly revisionId?: string | undefined;
  },
): Promise<LambdaFunction> {
  const { region, name } = input;
  const purpose = { doing: `update the code of function ${name} in ${region}`, region };
  const command = new UpdateFunctionCodeCommand({
    FunctionName: name,
    ZipFile: input.zip,
    ...(input.architecture !== undefined && { Architectures: [input.architecture as Architecture] }),
    ...(input.revisionId !== undefined && { RevisionId: input.revisionId }),
  });
  const answer = await call(connection, purpose, (options) => lambda(connection, region).send(command, options));
  return functionFrom(answer, purpose);
}

/** Changes a function's settings; AWS refuses with PreconditionFailed where the revision is no longer the newest. */
export async function updateFunctionConfiguration(
  connection: Connection,
  input: FunctionAddress & FunctionSettings & { readonly revisionId?: string | undefined },
): Promise<LambdaFunction> {
  const { region, name } = input;
  const secrets = Object.values(input.variables ?? {});
  const purpose = { doing: `update function ${name} in ${region}`, region, secrets };
  const command = new UpdateFunctionConfigurationCommand({
    FunctionName: name,
    ...settingsShape(input),
    ...(input.revisionId !== undefined && { RevisionId: input.revisionId }),
  });
  const answer = await call(connection, purpose, (options) => lambda(connection, region).send(command, options));
  return functionFrom(answer, purpose);
}

/** Removes a function with all its versions. */
export async function deleteFunction(connection: Connection, { region, name }: FunctionAddress): Promise<void> {
  const purpose = { doing: `delete function ${name} in ${region}`, region };
  const command = new DeleteFunctionCommand({ FunctionName: name });
  await call(connection, purpose, (options) => lambda(connection, region).send(command, options));
}

/** Names of functions in a region, at most as many as one page holds: enough to see whether there is one or several. */
export async function someFunctionNames(connection: Connection, region: string): Promise<readonly string[]> {
  const purpose = { doing: `list the functions in ${region}`, region };
  const names: string[] = [];
  let marker: string | undefined;
  do {
    const command = new ListFunctionsCommand({ ...(marker !== undefined && { Marker: marker }) });
    const answer = await call(connection, purpose, (options) => lambda(connection, region).send(command, options));
    names.push(...required(answer.Functions, purpose).flatMap(({ FunctionName }) => FunctionName ?? []));
    marker = answer.NextMarker;
    // A page may be empty although the next one is not.
  } while (marker && names.length < 2);
  return names;
}

function settingsShape(settings: FunctionSettings) {
  const { runtime, handler, role, timeout, memorySize, variables, layers, logging } = settings;
  return {
    ...(runtime !== undefined && { Runtime: runtime as Runtime }),
    ...(handler !== undefined && { Handler: handler }),
    ...(role !== undefined && { Role: role }),
    ...(timeout !== undefined && { Timeout: timeout }),
    ...(memorySize !== undefined && { MemorySize: memorySize }),
    ...(variables !== undefined && { Environment: { Variables: { ...variables } } }),
    ...(layers !== undefined && { Layers: [...layers] }),
    ...(logging !== undefined && { LoggingConfig: loggingShape(logging) }),
  };
}

function loggingShape({ format, applicationLogLevel, systemLogLevel }: FunctionLogging): LoggingConfig {
  return {
    ...(format !== undefined && { LogFormat: format }),
    ...(applicationLogLevel !== undefined && { ApplicationLogLevel: applicationLogLevel as ApplicationLogLevel }),
    ...(systemLogLevel !== undefined && { SystemLogLevel: systemLogLevel as SystemLogLevel }),
  };
}
