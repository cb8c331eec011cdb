// What happened in an invocation on the local target: its endpoint is asked, under a path that AWS does not have.
import type { InvocationTrace } from "../model/invocation-trace.ts";
import type { CommandContext } from "./command.ts";

/** The trace, as soon as the invocation is over; undefined where nobody knows it. */
export async function localTrace(
  { env, cwd, signal }: Pick<CommandContext, "env" | "cwd" | "signal">,
  requestId: string,
): Promise<InvocationTrace | undefined> {
  const { findTrace } = await import("../emulator/background/find.ts");
  return await findTrace({ env, cwd, signal }, requestId);
}
