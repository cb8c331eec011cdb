// The shell: parses argv, gives a command its surroundings, prints its result, and decides the exit status.
import { CommanderError } from "@commander-js/extra-typings";
import type { Execute } from "./command.ts";
import { createContext, errorColors, type ProcessContext } from "./context.ts";
import { describeFailure } from "./failure.ts";
import { type Globals, globalsOf } from "./globals.ts";
import { printOutcome, write } from "./output.ts";
import { createProgram } from "./program.ts";

const readerGone = Symbol("nobody reads stdout any more");

/** Runs the command line of this process; gives back the exit status. */
export async function main(): Promise<number> {
  // The SDK's own many-line warning about Node 20; `doctor` says it once instead.
  process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= "true";
  const argv = process.argv.slice(2);
  const interruption = watchInterruption();

  let exitCode = 0;
  let globals = guessGlobals(argv);
  let context: ProcessContext | undefined;
  const execute: Execute = async (run) => {
    globals = globalsOf(program.opts(), process.env);
    context = createContext(globals, interruption.signal);
    const outcome = await run(context);
    if (outcome.exitCode !== 130 || interruption.signal.reason === readerGone) interruption.signal.throwIfAborted();
    context.progress.close();
    await printOutcome(process.stdout, outcome, globals.json);
    exitCode = outcome.exitCode ?? 0;
  };
  const program = createProgram({
    execute,
    // Under --json the words of a wrong usage go into the document instead.
    outputError: (text) => !globals.json && process.stderr.write(text.replace(/^error: /, "✗ ")),
  });

  try {
    await program.parseAsync(argv, { from: "user" });
  } catch (thrown) {
    context?.progress.close();
    if (interruption.signal.reason === readerGone) return 0;
    exitCode =
      thrown instanceof CommanderError
        ? await endOfParsing(thrown, globals)
        : await fail(thrown, globals, interruption.signal);
  } finally {
    interruption.end();
  }
  return exitCode;
}

/** Turns the first Ctrl-C into an abort that reaches everything; a second one means now. */
function watchInterruption(): { readonly signal: AbortSignal; end(): void } {
  const controller = new AbortController();
  const interrupt = () => {
    if (controller.signal.aborted) process.exit(130);
    controller.abort();
  };
  const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
  for (const signal of signals) process.on(signal, interrupt);
  // A reader that has gone (`| head`) ends a command that goes on, and is no reason for a stack trace.
  process.stdout.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code !== "EPIPE") throw error;
    controller.abort(readerGone);
  });
  return {
    signal: controller.signal,
    end: () => {
      for (const signal of signals) process.off(signal, interrupt);
    },
  };
}

/** Before anything is parsed: enough to print a wrong usage the right way. */
function guessGlobals(argv: readonly string[]): Globals {
  const values = {
    json: argv.includes("--json"),
    verbose: argv.includes("--verbose") || argv.includes("-v"),
    color: !argv.includes("--no-color"),
  };
  return globalsOf(values, {});
}

async function fail(thrown: unknown, globals: Globals, signal: AbortSignal): Promise<number> {
  const failure = describeFailure(thrown, {
    colors: errorColors(globals),
    verbose: globals.verbose,
    interrupted: signal.aborted,
  });
  await write(process.stderr, failure.text);
  if (globals.json) await write(process.stdout, `${JSON.stringify(failure.document)}\n`);
  return failure.exitCode;
}

/** Help and version end through an exception too, with status 0; everything else of the parser's is a wrong usage. */
async function endOfParsing(error: CommanderError, globals: Globals): Promise<number> {
  if (error.exitCode === 0) return 0;
  if (globals.json) {
    const [message = "", ...rest] = error.message.replace(/^error: /, "").split("\n");
    const hint = rest.join(" ").replace(/^\(|\)$/g, "") || "Run the command with --help.";
    await write(process.stdout, `${JSON.stringify({ error: { code: "Usage", message, hint } })}\n`);
  }
  return 2;
}
