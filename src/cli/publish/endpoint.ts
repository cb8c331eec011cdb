// Where calls go, in words that mean the same tomorrow.
import type { Connection } from "../../aws/connection.ts";
import type { CommandContext } from "../command.ts";
import { isLocal } from "../target.ts";

/** Where calls go, as a plan says it: the local endpoint has another port each time. */
export function endpointOf(
  context: CommandContext,
  project: Parameters<typeof isLocal>[1],
  { target }: Connection,
): string {
  if (isLocal(context, project)) return "local";
  if (target.endpoint === undefined) return "aws";
  if (!URL.canParse(target.endpoint)) return target.endpoint;
  const url = new URL(target.endpoint);
  // A plan holds nothing secret.
  url.username = "";
  url.password = "";
  return url.href;
}
