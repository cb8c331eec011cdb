// The flags that every command takes.
import { type Command, Option } from "@commander-js/extra-typings";

/** The global flags, with their variables (`LAMBDA_EXT_*`) where they were not given; what the configuration adds is decided where it is needed. */
export interface Globals {
  readonly config?: string | undefined;
  readonly profile?: string | undefined;
  readonly region?: string | undefined;
  /** undefined: neither `--local` nor `--no-local` was given. */
  readonly local?: boolean | undefined;
  /** The flag alone: `--local` overrules the variable, and contradicts the flag. */
  readonly endpointUrl?: string | undefined;
  readonly json: boolean;
  readonly quiet: boolean;
  readonly verbose: boolean;
  /** false for `--no-color`, and where `NO_COLOR` is set. */
  readonly color: boolean;
  readonly yes: boolean;
}

/** Adds the global flags to the program. */
export function addGlobalOptions(program: Command): Command {
  const options = [
    new Option("--config <file>", "the configuration file (default: lambda-ext.jsonc, found upwards)"),
    new Option("--profile <name>", "a profile of the shared AWS configuration"),
    new Option("--region <region>", "the AWS region"),
    new Option("--local", "talk to the endpoint on this machine"),
    new Option("--no-local", "talk to AWS, whatever the configuration says"),
    new Option("--endpoint-url <url>", "talk to this endpoint instead of AWS's"),
    new Option("--json", "print one JSON document on stdout"),
    new Option("-q, --quiet", "no progress on stderr"),
    new Option("-v, --verbose", "say more on stderr, with stack traces"),
    new Option("--no-color", "no colour"),
    new Option("-y, --yes", "ask nothing"),
  ];
  for (const option of options) program.addOption(option);
  // commander would turn the pair --local / --no-local into a default of true.
  program.setOptionValue("local", undefined);
  return program;
}

/** Reads what commander has parsed; the environment is passed in because a command can run inside another one, in another environment. */
export function globalsOf(values: Record<string, unknown>, env: NodeJS.ProcessEnv): Globals {
  const given = (name: string) => (typeof values[name] === "string" ? values[name] : undefined);
  const text = (name: string, variable: string) => given(name) ?? (env[variable] || undefined);
  return {
    config: text("config", "LAMBDA_EXT_CONFIG"),
    profile: text("profile", "LAMBDA_EXT_PROFILE"),
    region: text("region", "LAMBDA_EXT_REGION"),
    local: typeof values.local === "boolean" ? values.local : undefined,
    endpointUrl: given("endpointUrl"),
    json: values.json === true,
    quiet: values.quiet === true,
    verbose: values.verbose === true,
    // By no-color.org's rule: whatever it is set to, if it is set to something.
    color: values.color !== false && !env.NO_COLOR,
    yes: values.yes === true,
  };
}
