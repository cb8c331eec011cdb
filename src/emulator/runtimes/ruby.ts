// ruby*: a Ruby of this machine that has AWS's own runtime client, the gem aws_lambda_ric.
import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { toolError } from "../../model/errors.ts";
import { findProgram } from "../sandbox/programs.ts";
import type { FunctionView, RuntimeCommand, RuntimeSupport } from "./runtime.ts";

/** A Ruby as it is found. */
interface RubyFound {
  readonly program: string;
  /** e.g. 3.3 */
  readonly version: string;
  /** The client's program. */
  readonly client: string;
  /** Where this machine's gems lie, the client among them. */
  readonly gemPath: readonly string[];
  readonly prefix: string;
}

interface RubyOptions {
  readonly env: NodeJS.ProcessEnv;
  readonly warn: (message: string) => void;
}

const probe = `require "json"; require "rbconfig"; puts JSON.generate([RbConfig.ruby, RUBY_VERSION, Gem.bin_path("aws_lambda_ric", "aws_lambda_ric"), Gem.path, RbConfig::CONFIG["prefix"]])`;

/**
 * The support for a Ruby runtime.
 * @throws LambdaExtError `InvalidRuntimeException` where no Ruby with aws_lambda_ric is found.
 */
export async function rubyRuntime(runtime: string, { env, warn }: RubyOptions): Promise<RuntimeSupport> {
  const wanted = runtime.slice("ruby".length);
  const ruby = await findRuby(env);
  if (ruby.version !== wanted) {
    warn(`Functions of ${runtime} run with Ruby ${ruby.version} (${ruby.program}), the one of this machine.`);
  }
  return {
    label: `ruby:${wanted}.local`,
    managed: true,
    // Ruby also names folders that nobody has made.
    keep: [...new Set([ruby.prefix, dirname(dirname(ruby.program)), ...ruby.gemPath])].filter((path) =>
      existsSync(path),
    ),
    languagePrograms: { ruby: ruby.program },
    command: (view) => rubyCommand(runtime, { ruby, view }),
  };
}

/** The start line and what goes with it. Gems of the code and of layers lie in folders that are named after the function's version. */
export function rubyCommand(
  runtime: string,
  { ruby, view }: { readonly ruby: Omit<RubyFound, "version" | "prefix">; readonly view: FunctionView },
): RuntimeCommand {
  const { paths, handler } = view;
  const abi = `${runtime.slice("ruby".length)}.0`;
  const gems = [join(paths.task, "vendor/bundle/ruby", abi), join(paths.opt, "ruby/gems", abi), ...ruby.gemPath];
  return {
    argv: [ruby.program, ruby.client, handler],
    variables: {
      AWS_EXECUTION_ENV: `AWS_Lambda_${runtime}`,
      GEM_PATH: gems.join(":"),
      RUBYLIB: [paths.task, join(paths.opt, "ruby/lib")].join(":"),
    },
  };
}

async function findRuby(env: NodeJS.ProcessEnv): Promise<RubyFound> {
  const program = env.LAMBDA_EXT_RUBY ?? findProgram("ruby", env);
  const found = program === undefined ? undefined : await tryRuby(program);
  if (found) return found;
  throw toolError(
    `Running a Ruby function failed: no Ruby with aws_lambda_ric was found (${program ?? "there is no ruby on PATH"}).`,
    {
      code: "InvalidRuntimeException",
      hint: "Install AWS's runtime client (gem install aws_lambda_ric), or set LAMBDA_EXT_RUBY to a ruby that has it and restart the local endpoint.",
    },
  );
}

async function tryRuby(program: string): Promise<RubyFound | undefined> {
  try {
    const { stdout } = await promisify(execFile)(program, ["-e", probe], { timeout: 20_000 });
    const [executable, version, client, gemPath, prefix]: [string, string, string, string[], string] =
      JSON.parse(stdout);
    return { program: executable, version: version.split(".").slice(0, 2).join("."), client, gemPath, prefix };
  } catch {
    return undefined;
  }
}
