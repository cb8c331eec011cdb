// Parameters of the Systems Manager.
import { PutParameterCommand, SSMClient } from "@aws-sdk/client-ssm";
import { call, required } from "./call.ts";
import type { Connection } from "./connection.ts";

/** How a parameter is kept. */
export type ParameterType = "String" | "StringList" | "SecureString";

/** Writes a parameter, over one that is there; gives its new version. */
export async function putParameter(
  connection: Connection,
  input: { readonly name: string; readonly value: string; readonly type: ParameterType },
): Promise<{ readonly version: number; readonly tier: string }> {
  const { region } = connection.target;
  const purpose = { doing: `put parameter ${input.name} in ${region}`, region, secrets: [input.value] };
  const client = connection.client(SSMClient, region);
  const command = new PutParameterCommand({ Name: input.name, Value: input.value, Type: input.type, Overwrite: true });
  const answer = await call(connection, purpose, (options) => client.send(command, options));
  return { version: required(answer.Version, purpose), tier: answer.Tier ?? "Standard" };
}
