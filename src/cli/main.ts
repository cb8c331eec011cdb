// The shell: parses argv, gives a command its surroundings, prints its result, and decides the exit status.
import { Command, CommanderError } from "@commander-js/extra-typings";
import { Chalk, supportsColor, supportsColorStderr } from "chalk";
import { packageVersion } from "../model/package.ts";
import type { CommandContext, Execute, Outcome } from "./command.ts";
import { commands } from "./commands.ts";
import { describeFailure } from "./failure.ts";
import { addGlobalOptions, type Globals, globalsOf } from "./globals.ts";
import { createReporter, type Reporter } from "./reporter.ts";

/** Runs one command line of this process; gives back the exit status. */
export async function main(): Promise<number> {
  // The SDK's own many-line warning about Node 20; `doctor` says it once instead.
  process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= "true";
  const argv = process.argv.slice(2);
  const controller = new AbortController();
  const interrupt = () => {
    // A second Ctrl-C means now.
    if (controller.signal.aborted) process.exit(130);
    controller.abort();
  };
  process.on("SIGINT", interrupt);
  process.on("SIGTERM", interrupt);
  // A reader that has gone (`| head`) is no reason to die with a stack trace.
  process.stdout.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code === "EPIPE") controller.abort();
    else throw error;
  });

  let exitCode = 0;
  let globals = guessGlobals(argv);
  let reporter: Reporter | undefined;
  const execute: Execute = async (run) => {
    globals = globalsOf(program.opts());
    const context = createContext(globals, controller.signal);
    reporter = context.progress;
    const outcome = await run(context);
    reporter.close();
    controller.signal.throwIfAborted();
    await print(outcome, globals);
    exitCode = outcome.exitCode ?? 0;
  };
  const program = createProgram(execute, globals);

  try {
    await program.parseAsync(argv, { from: "user" });
  } catch (thrown) {
    reporter?.close();
    if (thrown instanceof CommanderError) return endOfParsing(thrown, globals);
    const colors = new Chalk({ level: globals.color && supportsColorStderr ? supportsColorStderr.level : 0 });
    const interrupted = controller.signal.aborted;
    const failure = describeFailure(thrown, { colors, verbose: globals.verbose, interrupted });
    process.stderr.write(failure.text);
    if (globals.json) await write(process.stdout, `${JSON.stringify(failure.document)}\n`);
    exitCode = failure.exitCode;
  } finally {
    process.off("SIGINT", interrupt);
    process.off("SIGTERM", interrupt);
  }
  return exitCode;
}

/** The program with all its commands; `execute` runs the one that was named. */
export function createProgram(execute: Execute, globals: Pick<Globals, "json">): Command {
  const program = new Command("lambda-ext")
    .description("Takes an AWS Lambda extension from source to running function.")
    .version(packageVersion, "-V, --version", "print the version")
    .helpOption("-h, --help", "print this help")
    .configureHelp({ showGlobalOptions: true, sortSubcommands: false })
    .showSuggestionAfterError(true)
    .configureOutput({
      // Under --json the words of a wrong usage go into the document instead.
      outputError: (text, write) => (globals.json ? undefined : write(text.replace(/^error: /, "✗ "))),
    });
  addGlobalOptions(program as Command);
  for (const definition of commands) {
    const command = definition.mount(execute);
    command.copyInheritedSettings(program as unknown as typeof command);
    program.addCommand(command);
  }
  exitOverride(program as unknown as Command);
  return program as unknown as Command;
}

function exitOverride(command: Command): void {
  command.exitOverride();
  for (const child of command.commands) exitOverride(child as unknown as Command);
}

/** Before anything is parsed: enough to print a wrong usage the right way. */
function guessGlobals(argv: readonly string[]): Globals {
  return globalsOf({
    json: argv.includes("--json"),
    verbose: argv.includes("--verbose") || argv.includes("-v"),
    color: !argv.includes("--no-color"),
  });
}

async function endOfParsing(error: CommanderError, globals: Globals): Promise<number> {
  // Help and version end through an exception too, with status 0; no command at all prints the help and is a wrong usage.
  if (error.exitCode === 0) return 0;
  if (globals.json) {
    const [message = "", ...rest] = error.message.replace(/^error: /, "").split("\n");
    const hint = rest.join(" ").replace(/^\(|\)$/g, "");
    const document = { error: { code: "Usage", message, hint: hint || "Run the command with --help." } };
    await write(process.stdout, `${JSON.stringify(document)}\n`);
  }
  return 2;
}

function createContext(globals: Globals, signal: AbortSignal): CommandContext & { progress: Reporter } {
  const errorColors = new Chalk({ level: globals.color && supportsColorStderr ? supportsColorStderr.level : 0 });
  const { quiet, verbose } = globals;
  const progress = createReporter({
    screen: process.stderr,
    colors: errorColors,
    quiet,
    verbose,
    now: Date.now,
  });
  return {
    globals,
    env: process.env,
    cwd: process.cwd(),
    progress,
    signal,
    colors: new Chalk({ level: globals.color && supportsColor ? supportsColor.level : 0 }),
    interactive:
      process.stdin.isTTY === true && process.stderr.isTTY === true && !globals.json && !globals.yes && !process.env.CI,
    readStdin,
    emit: (document, text) => void process.stdout.write(globals.json ? `${JSON.stringify(document)}\n` : `${text}\n`),
    tell: (text) => {
      if (!quiet) process.stderr.write(text.endsWith("\n") ? text : `${text}\n`);
    },
  };
}

async function readStdin(): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of process.stdin) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks);
}

async function print(outcome: Outcome, globals: Globals): Promise<void> {
  if (globals.json) {
    if (outcome.document) await write(process.stdout, `${JSON.stringify(outcome.document, null, 2)}\n`);
  } else if (typeof outcome.text === "string") {
    if (outcome.text !== "")
      await write(process.stdout, outcome.text.endsWith("\n") ? outcome.text : `${outcome.text}\n`);
  } else if (outcome.text) {
    await write(process.stdout, outcome.text);
  }
}

/** Waits until the bytes are out, so that an exit right after loses none of them. */
function write(stream: NodeJS.WriteStream, data: string | Uint8Array): Promise<void> {
  return new Promise((resolve, reject) => {
    stream.write(data, (error) => {
      if (error && (error as NodeJS.ErrnoException).code !== "EPIPE") reject(error);
      else resolve();
    });
  });
}
