// AWS_LAMBDA_EXEC_WRAPPER: a program that the managed runtimes' bootstrap starts in the runtime's place, with its command as arguments.

/** The customer's variable. */
export const wrapperVariable = "AWS_LAMBDA_EXEC_WRAPPER";

/** The command with the wrapper before it; `map` turns a path of Lambda's into one that the process sees. */
export function wrapCommand(
  argv: readonly [string, ...string[]],
  environment: Readonly<Record<string, string>>,
  map: (path: string) => string,
): readonly [string, ...string[]] {
  const wrapper = environment[wrapperVariable];
  return wrapper ? [map(wrapper), ...argv] : argv;
}
