// What a command is: data for the help and the reference, and a handler that gives back a result and how to show it.
import { Command } from "@commander-js/extra-typings";
import type { ChalkInstance } from "chalk";
import type { Fault } from "../emulator/faults/fault.ts";
import type { Progress } from "../model/progress.ts";
import type { OpenBoard } from "./board.ts";
import type { Globals } from "./globals.ts";

/** A command line, read and not run. */
export interface ParsedLine {
  readonly options: Readonly<Record<string, unknown>>;
  readonly args: readonly unknown[];
  readonly globals: Globals;
}

/** What a handler gets from the shell: all that it may know of the world outside. */
export interface CommandContext {
  readonly globals: Globals;
  /** The command that is run; of a nested one (`local start`) the last word. */
  readonly command?: string | undefined;
  readonly env: NodeJS.ProcessEnv;
  /** The working folder, absolute. */
  readonly cwd: string;
  readonly progress: Progress;
  /** Aborts on Ctrl-C. */
  readonly signal: AbortSignal;
  /** For text on stdout; without colour where there is none to be had. */
  readonly colors: ChalkInstance;
  /** The width of the terminal that stdout is; undefined where it is none. */
  readonly columns: number | undefined;
  /** The same two for words on stderr. */
  readonly story: {
    readonly colors: ChalkInstance;
    readonly columns: number | undefined;
    /** Lines that stay below the words, drawn again as they change; absent where nobody would see them move. */
    readonly board?: OpenBoard | undefined;
  };
  /** Bad days that this command rehearses, with the local target only. */
  readonly faults?: readonly Fault[] | undefined;
  /** Whether a person can be asked: a terminal on both sides, no `--json`, no `CI`, no `--yes`. */
  readonly interactive: boolean;
  /** All of standard input. */
  readStdin(): Promise<Buffer>;
  /** For commands that go on (`--follow`): one document a line under `--json`, the text otherwise. */
  emit(document: object, text: string): void;
  /**
   * Bytes on stdout as they come, before the command's end; resolves when they are out, so that a slow reader slows the command down. Nothing
   * under `--json`, where the document at the end has them.
   */
  pass(bytes: Uint8Array): Promise<void>;
  /** Raw words on stderr, for what is neither progress nor result (a log tail). Nothing under `--quiet`. */
  tell(text: string): void;
  /** Reads a command line as its command would, and does not mind what is missing. @throws CommanderError for what is wrong. */
  parse(argv: readonly string[]): Promise<ParsedLine>;
  /** Runs another command line in this process, in changed surroundings, and gives back its outcome unprinted. */
  run(argv: readonly string[], surroundings: Partial<CommandContext>): Promise<Outcome>;
}

/** What a command ends with. */
export interface Outcome {
  /** Printed under `--json`; absent only for a command that has emitted all that it had to say. */
  readonly document?: object;
  /** Printed on stdout otherwise; a newline is added to text that has none, bytes go out as they are. */
  readonly text?: string | Uint8Array;
  /**
   * 0 unless said otherwise: 1 findings, 3 done in part, 4 the function returned an error, 130 a command that goes on until Ctrl-C was
   * ended by it, and there is nothing to say about that.
   */
  readonly exitCode?: 0 | 1 | 3 | 4 | 130;
}

/** A command before it is mounted; made by `defineCommand`. */
export interface CommandDefinition {
  readonly name: string;
  readonly summary: string;
  /** Builds commander's side, with `run` called for its result. */
  mount(execute: Execute): Command<unknown[], Record<string, unknown>>;
}

/** Runs a handler with the shell around it. */
export type Execute = (
  run: (context: CommandContext) => Promise<Outcome>,
  parsed: Omit<ParsedLine, "globals">,
) => Promise<void>;

interface CommandParts<Args extends unknown[], Options extends Record<string, unknown>> {
  readonly name: string;
  readonly summary: string;
  /** Lines of `command  # comment` for the help; each one works as it stands. */
  readonly examples: readonly string[];
  readonly configure: (command: Command) => Command<Args, Options>;
  readonly run: (context: CommandContext, options: Options, ...args: Args) => Promise<Outcome>;
}

/** Defines one command; the handler's options and arguments get their types from `configure`. */
export function defineCommand<Args extends unknown[], Options extends Record<string, unknown>>(
  parts: CommandParts<Args, Options>,
): CommandDefinition {
  return {
    name: parts.name,
    summary: parts.summary,
    mount(execute) {
      const command = parts.configure(new Command(parts.name).description(parts.summary));
      const examples = parts.examples.map((example) => `  $ ${example}`).join("\n");
      command.addHelpText("after", `\nExamples:\n${examples}`);
      command.action(async (...values: unknown[]) => {
        // commander calls with the arguments, then the options, then the command itself.
        const args = values.slice(0, -2) as Args;
        const options = values.at(-2) as Options;
        const run = (context: CommandContext) => parts.run({ ...context, command: parts.name }, options, ...args);
        await execute(run, { options, args });
      });
      return command as unknown as Command<unknown[], Record<string, unknown>>;
    },
  };
}
