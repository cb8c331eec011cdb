// AWS_LAMBDA_EXEC_WRAPPER: a program that the managed runtimes' bootstrap starts in the runtime's place, with its command as arguments.

/** The customer's variable. */
export const wrapperVariable = "AWS_LAMBDA_EXEC_WRAPPER";

type CommandLine = readonly [string, ...string[]];

interface Wrapper {
  /** As the customer wrote it: what messages name. */
  readonly name: string;
  /** Where its file lies, as processes see it. */
  readonly file: string;
  /** Goes before it: qemu. */
  readonly prefix: readonly string[];
}

/**
 * What AWS's bootstrap scripts do (seen in the one of the .NET image): two questions with words and statuses of their own, then `exec`.
 * The shell runs a script without a shebang too, as theirs does.
 */
const script = `if [ ! -f "$1" ]; then echo "$0: does not exist"; exit 127; fi
if [ ! -x "$1" ]; then echo "$0: is not an executable"; exit 126; fi
shift; exec "$@"`;

/** The command with the wrapper before it. */
export function wrapCommand(argv: CommandLine, { name, file, prefix }: Wrapper): CommandLine {
  return ["/bin/sh", "-c", script, name, file, ...prefix, file, ...argv];
}

/** For a wrapper that was built for another architecture than the function's: what the shell says there. */
export function refuseWrapper(name: string): CommandLine {
  return ["/bin/sh", "-c", 'echo "$0: cannot execute binary file: Exec format error"; exit 126', name];
}
