// What the local endpoint has warned of while a command ran: what AWS would keep to itself, and a person should read.
import type { CommandContext } from "./command.ts";

/** Each once, in their order. None where the endpoint is gone: that is the command's own failure to tell. */
export async function localWarnings(
  { env, cwd, signal }: Pick<CommandContext, "env" | "cwd" | "signal">,
  since: number,
): Promise<readonly string[]> {
  const { findEndpoint } = await import("../emulator/background/find.ts");
  const found = await findEndpoint({ env, cwd, signal }).catch(() => undefined);
  const fresh = (found?.status?.warnings ?? []).filter(({ at }) => Date.parse(at) >= since);
  return [...new Set(fresh.map(({ message }) => message))];
}
