// Parameters of the Systems Manager.
import { PutParameterCommand, SSMClient } from "@aws-sdk/client-ssm";
import { call, required } from "./call.ts";
import type { Connection } from "./connection.ts";
import { isRefusal } from "./errors.ts";

/** How a parameter is kept. */
export type ParameterType = "String" | "StringList" | "SecureString";

/** A parameter as it was written. */
export interface WrittenParameter {
  readonly version: number;
  readonly tier: string;
  /** Undefined where it was left as it is: the answer doesn't tell. */
  readonly kept: ParameterType | undefined;
}

/** Writes a parameter, over one that is there; without a type one keeps its own: a secret must not become plain text unasked. */
export async function putParameter(
  connection: Connection,
  input: { readonly name: string; readonly value: string; readonly type: ParameterType | undefined },
): Promise<WrittenParameter> {
  if (input.type !== undefined) return await send(connection, { ...input, overwrite: true });
  try {
    return await send(connection, { ...input, type: "String", overwrite: false });
  } catch (error) {
    if (!isRefusal(error, "ParameterAlreadyExists")) throw error;
    return await send(connection, { ...input, overwrite: true });
  }
}

interface Write {
  readonly name: string;
  readonly value: string;
  readonly type?: ParameterType | undefined;
  readonly overwrite: boolean;
}

async function send(connection: Connection, { name, value, type, overwrite }: Write): Promise<WrittenParameter> {
  const { region } = connection.target;
  const purpose = { doing: `put parameter ${name} in ${region}`, region, secrets: [value] };
  const client = connection.client(SSMClient, region);
  const command = new PutParameterCommand({ Name: name, Value: value, Type: type, Overwrite: overwrite });
  const answer = await call(connection, purpose, (options) => client.send(command, options));
  return { version: required(answer.Version, purpose), tier: answer.Tier ?? "Standard", kept: type };
}
