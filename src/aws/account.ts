// The account: which regions are on in it.
import { AccountClient, ListRegionsCommand } from "@aws-sdk/client-account";
import { call, required } from "./call.ts";
import type { Connection } from "./connection.ts";

/** Regions that are on, those that every account has among them; of the partition of the target's own region. */
export async function enabledRegions(connection: Connection): Promise<readonly string[]> {
  const { region } = connection.target;
  const purpose = { doing: "ask which regions are enabled for this account", region };
  const client = connection.client(AccountClient, region);
  const names: string[] = [];
  let token: string | undefined;
  do {
    const command = new ListRegionsCommand({
      MaxResults: 50,
      RegionOptStatusContains: ["ENABLED", "ENABLED_BY_DEFAULT"],
      ...(token !== undefined && { NextToken: token }),
    });
    const answer = await call(connection, purpose, (options) => client.send(command, options));
    names.push(...required(answer.Regions, purpose).flatMap(({ RegionName }) => RegionName ?? []));
    token = answer.NextToken;
  } while (token);
  return names;
}
