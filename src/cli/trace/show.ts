// `invoke --trace` and `--trace-file`: who may ask for a trace, and where it goes.
import { resolve } from "node:path";
import { usageError } from "../../model/errors.ts";
import type { InvocationTrace } from "../../model/invocation-trace.ts";
import type { Project } from "../../project/project.ts";
import type { CommandContext } from "../command.ts";
import { isLocal } from "../target.ts";
import { openOutput, type WriteOutput } from "../write-file.ts";

/** The flags. */
interface TraceOptions {
  readonly trace?: true | undefined;
  readonly traceFile?: string | undefined;
  readonly type: string;
}

/** What was asked for. */
export interface TraceWish {
  readonly onTerminal: boolean;
  readonly page: { readonly file: string; readonly write: WriteOutput } | undefined;
}

/**
 * Reads the flags; undefined where no trace is wanted.
 * @throws usageError where there can be none, and where the file can't be written: before anything is invoked.
 */
export async function readTraceWish(
  context: CommandContext,
  project: Project,
  { trace, traceFile, type }: TraceOptions,
): Promise<TraceWish | undefined> {
  if (!trace && traceFile === undefined) return undefined;
  const flag = trace ? "--trace" : "--trace-file";
  if (!isLocal(context, project)) {
    throw usageError(`${flag} needs the local target: AWS does not say what happens inside an environment.`, {
      code: "TraceNeedsLocal",
      hint: "Add --local, or leave it out.",
    });
  }
  if (type !== "sync") {
    throw usageError(`${flag} shows an invocation whose end is waited for, not --type ${type}.`, {
      code: "NothingToTrace",
      hint: `Leave out ${flag} or --type.`,
    });
  }
  if (traceFile === undefined) return { onTerminal: true, page: undefined };
  const file = resolve(context.cwd, traceFile);
  return { onTerminal: trace === true, page: { file, write: await openOutput(file) } };
}

/** Fetches the trace and puts it where it was wanted; gives it back for the document. That there is none takes nothing from the answer. */
export async function showTrace(
  context: Pick<CommandContext, "globals" | "progress" | "story" | "tell">,
  wish: TraceWish,
  fetch: () => Promise<InvocationTrace | undefined>,
): Promise<InvocationTrace | undefined> {
  let trace: InvocationTrace | undefined;
  try {
    trace = await fetch();
  } catch (error) {
    context.progress.warn(`There is no trace: ${error instanceof Error ? error.message : String(error)}`);
    return undefined;
  }
  if (!trace) {
    context.progress.warn("There is no trace: the local endpoint keeps the latest 100, and forgets them when it ends.");
    return undefined;
  }
  if (wish.onTerminal && !context.globals.json) {
    const { renderTimeLine } = await import("./time-line.ts");
    context.tell(renderTimeLine(trace, context.story));
  }
  if (wish.page) {
    const { renderPage } = await import("./page.ts");
    await wish.page.write(Buffer.from(renderPage(trace)));
    context.progress.step(`Wrote the trace to ${wish.page.file}`);
  }
  return trace;
}
