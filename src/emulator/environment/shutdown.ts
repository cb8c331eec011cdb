// The SHUTDOWN phase of one generation: SIGTERM to the runtime, the event to extensions, each with its time, then the end.
import type { SandboxProcess } from "../sandbox/sandbox.ts";
import type { TraceRecorder } from "../trace/recorder.ts";
import { within } from "../within.ts";
import type { Generation } from "./generation.ts";

/** Lower case on the wire, whatever the documentation says (section 2.1 of the contract). */
export type ShutdownReason = "spindown" | "timeout" | "failure";

/** Milliseconds: all that SHUTDOWN may take, and the runtime's share. */
interface Budget {
  readonly total: number;
  readonly runtime: number;
}

/** Nothing without extensions; an internal one is what makes SIGTERM happen at all. */
function budgetOf(generation: Generation): Budget {
  const extensions = [...generation.extensions.all.values()];
  if (extensions.some(({ external }) => external)) return { total: 2000, runtime: 300 };
  return extensions.length > 0 ? { total: 500, runtime: 500 } : { total: 0, runtime: 0 };
}

interface ShutdownOptions {
  readonly reason: ShutdownReason;
  /** Of the invocation that ended in this; an idle environment's end belongs to none. */
  readonly trace: TraceRecorder | undefined;
}

/** Takes a generation down in order; what is left of it afterwards is for the sandbox's sweep. */
export async function shutDown(generation: Generation, { reason, trace }: ShutdownOptions): Promise<void> {
  generation.expectEnd();
  const budget = budgetOf(generation);
  if (budget.total === 0) return;
  const deadline = Date.now() + budget.total;
  const runtime = generation.processes.get("runtime");
  if (runtime) {
    trace?.enter("runtime", "runtime-shutdown", "runtime");
    runtime.signal("SIGTERM");
    await within(runtime.exited, budget.runtime);
    runtime.signal("SIGKILL");
  }
  const body = JSON.stringify({ eventType: "SHUTDOWN", shutdownReason: reason, deadlineMs: deadline });
  const leaving: SandboxProcess[] = [];
  for (const [extension, process] of generation.processes) {
    if (extension === "runtime") continue;
    if (extension.wants("SHUTDOWN")) {
      // AWS's core sets no content type, so Go's server made it text; and no event identifier.
      trace?.enter(extension, "extension-shutdown", extension.name);
      extension.give({ headers: { "Content-Type": "text/plain; charset=utf-8" }, body });
      leaving.push(process);
    } else {
      process.signal("SIGKILL");
    }
  }
  await Promise.all(leaving.map(({ exited }) => within(exited, deadline - Date.now())));
}
