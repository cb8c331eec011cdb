// Whose credentials are in use.
import { GetCallerIdentityCommand, STSClient } from "@aws-sdk/client-sts";
import { call, required } from "./call.ts";
import type { Connection } from "./connection.ts";

/** The account's twelve digits; everybody may ask for their own. */
export async function callerAccount(connection: Connection): Promise<string> {
  const { region } = connection.target;
  const purpose = { doing: "ask whose account this is", region };
  const client = connection.client(STSClient, region);
  const answer = await call(connection, purpose, (options) => client.send(new GetCallerIdentityCommand({}), options));
  return required(answer.Account, purpose);
}
