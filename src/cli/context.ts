// Makes a command's surroundings from this process.
import { Chalk, type ChalkInstance, supportsColor, supportsColorStderr } from "chalk";
import type { CommandContext } from "./command.ts";
import type { Globals } from "./globals.ts";
import { endLine, write } from "./output.ts";
import { parseNested, runNested } from "./program.ts";
import { createReporter, type Reporter } from "./reporter.ts";

/** A context whose progress can be ended. */
export type ProcessContext = CommandContext & { readonly progress: Reporter };

/** The surroundings of the command that this process was started for. */
export function createContext(globals: Globals, signal: AbortSignal): ProcessContext {
  const { quiet, verbose, json } = globals;
  const progress = createReporter({
    screen: process.stderr,
    colors: errorColors(globals),
    quiet,
    verbose,
    now: Date.now,
  });
  const context: ProcessContext = {
    globals,
    env: process.env,
    cwd: process.cwd(),
    progress,
    signal,
    colors: new Chalk({ level: globals.color && supportsColor ? supportsColor.level : 0 }),
    columns: process.stdout.isTTY ? process.stdout.columns : undefined,
    story: {
      colors: errorColors(globals),
      columns: process.stderr.isTTY ? process.stderr.columns : undefined,
      board: progress.board,
    },
    interactive: isInteractive(globals),
    readStdin,
    emit: (document, text) => void process.stdout.write(json ? `${JSON.stringify(document)}\n` : endLine(text)),
    pass: async (bytes) => {
      if (!json) await write(process.stdout, bytes);
    },
    tell: (text) => {
      if (!quiet) process.stderr.write(endLine(text));
    },
    parse: (argv) => parseNested(argv, process.env),
    run: (argv, surroundings) => runNested(argv, { ...context, ...surroundings }),
  };
  return context;
}

/** The colours of stderr. */
export function errorColors(globals: Pick<Globals, "color">): ChalkInstance {
  return new Chalk({ level: globals.color && supportsColorStderr ? supportsColorStderr.level : 0 });
}

function isInteractive({ json, yes }: Globals): boolean {
  const terminal = process.stdin.isTTY === true && process.stderr.isTTY === true;
  return terminal && !json && !yes && !process.env.CI;
}

async function readStdin(): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of process.stdin) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks);
}
