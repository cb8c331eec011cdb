// Puts the commands under one program, and runs a command line inside another command.
import { Command } from "@commander-js/extra-typings";
import { packageVersion } from "../model/package.ts";
import type { CommandContext, Execute, Outcome, ParsedLine } from "./command.ts";
import { commands } from "./commands.ts";
import { addGlobalOptions, globalsOf } from "./globals.ts";

interface ProgramOptions {
  readonly execute: Execute;
  /** Receives the words of a wrong usage. */
  readonly outputError: (text: string) => void;
  /** Receives the help of a command line that names no command. */
  readonly writeErr: (text: string) => void;
}

/** The program with all its commands; `execute` runs the one that the command line names. */
export function createProgram({ execute, outputError, writeErr }: ProgramOptions): Command {
  const program = addGlobalOptions(
    new Command("lambda-ext")
      .description("Takes an AWS Lambda extension from source to running function.")
      .version(packageVersion, "-V, --version", "print the version")
      .helpOption("-h, --help", "print this help")
      .usage("<command> [options]")
      .configureHelp({ showGlobalOptions: true })
      .showSuggestionAfterError(true)
      .configureOutput({ outputError, writeErr }),
  );
  for (const definition of commands) {
    const command = definition.mount(execute);
    inherit(command as unknown as Command, program);
    program.addCommand(command);
  }
  return program.exitOverride();
}

function inherit(command: Command, parent: Command): void {
  command.copyInheritedSettings(parent).exitOverride();
  for (const child of command.commands) inherit(child as unknown as Command, command);
}

/** Runs a command line with these surroundings and gives back its outcome instead of printing it. */
export async function runNested(argv: readonly string[], surroundings: CommandContext): Promise<Outcome> {
  let outcome: Outcome = {};
  const program = createProgram({
    execute: async (run) => {
      outcome = await run({ ...surroundings, globals: { ...globalsOf(program.opts(), surroundings.env), yes: true } });
    },
    outputError: () => {},
    writeErr: () => {},
  });
  await program.parseAsync(argv, { from: "user" });
  return outcome;
}

/** Reads a command line without running it, as `CommandContext.parse` promises. */
export async function parseNested(argv: readonly string[], env: NodeJS.ProcessEnv): Promise<ParsedLine> {
  let parsed: ParsedLine = { options: {}, args: [], globals: globalsOf({}, env) };
  const program = createProgram({
    execute: async (_, { options, args }) => {
      parsed = { options, args, globals: globalsOf(program.opts(), env) };
    },
    outputError: () => {},
    writeErr: () => {},
  });
  for (const command of program.commands) demandNothing(command as unknown as Command);
  await program.parseAsync(argv, { from: "user" });
  return parsed;
}

function demandNothing(command: Command): void {
  for (const argument of command.registeredArguments) argument.required = false;
  for (const option of command.options) option.mandatory = false;
  for (const child of command.commands) demandNothing(child as unknown as Command);
}
