// Ends the endpoint of a folder in order, and waits until it is gone.
import { setTimeout as sleep } from "node:timers/promises";
import { toolError } from "../../model/errors.ts";
import { askLeader, hangingHint } from "./ask.ts";
import type { KnownLeader } from "./leader-file.ts";

/** An invocation may take its time, a SHUTDOWN two seconds. */
const patienceMilliseconds = 40_000;

/** Tells the leader to end and waits for it; false where none was there. */
export async function stopLeader(leader: KnownLeader, { signal }: { readonly signal: AbortSignal }): Promise<boolean> {
  if (!(await askLeader(leader, { verb: "stop", signal }))) return false;
  const deadline = Date.now() + patienceMilliseconds;
  while (Date.now() < deadline) {
    if (!(await askLeader(leader, { verb: "ping", signal }))) return true;
    await sleep(20, undefined, { signal });
  }
  throw toolError(`The local endpoint (process ${leader.pid}) was told to end and has not.`, {
    code: "EndpointHangs",
    hint: hangingHint(leader),
  });
}
