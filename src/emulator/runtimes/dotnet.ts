// dotnet*: the dotnet of this machine; for handlers in class libraries with AWS's host, Amazon.Lambda.RuntimeSupport, built as a program.
import { execFile } from "node:child_process";
import { existsSync, readdirSync, realpathSync } from "node:fs";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { toolError } from "../../model/errors.ts";
import { findProgram } from "../sandbox/programs.ts";
import type { FunctionView, RuntimeCommand, RuntimeSupport } from "./runtime.ts";

interface DotnetOptions {
  readonly env: NodeJS.ProcessEnv;
  readonly warn: (message: string) => void;
}

const hostName = "Amazon.Lambda.RuntimeSupport.dll";

/**
 * The support for a .NET runtime.
 * @throws LambdaExtError `InvalidRuntimeException` where there is no dotnet with a runtime.
 */
export async function dotnetRuntime(runtime: string, { env, warn }: DotnetOptions): Promise<RuntimeSupport> {
  const wanted = runtime.slice("dotnet".length);
  const found = env.LAMBDA_EXT_DOTNET ?? findProgram("dotnet", env);
  const versions = found === undefined ? [] : await versionsOf(found);
  if (found === undefined || versions.length === 0) {
    throw toolError(
      `Running a function of ${runtime} failed: no .NET runtime was found (${found ?? "no dotnet on PATH"}).`,
      {
        code: "InvalidRuntimeException",
        hint: `Install the .NET ${wanted} runtime, or set LAMBDA_EXT_DOTNET to a dotnet program and restart the local endpoint.`,
      },
    );
  }
  if (!versions.some((version) => version.startsWith(`${wanted}.`))) {
    warn(`Functions of ${runtime} run with .NET ${versions.join(", ")} (${found}), the one of this machine.`);
  }
  const program = realpathSync(found);
  const root = dirname(program);
  const host = env.LAMBDA_EXT_DOTNET_RIC;
  return {
    label: `dotnet:${wanted}.local`,
    managed: true,
    ...(host !== undefined && existsSync(join(host, hostName)) && { folder: host }),
    keep: [root],
    languagePrograms: { dotnet: program },
    command: (view) => dotnetCommand(runtime, { program, root, host, view }),
  };
}

interface CommandParts {
  readonly program: string;
  readonly root: string;
  /** The folder of AWS's host; undefined where nobody has named one. */
  readonly host: string | undefined;
  readonly view: FunctionView;
}

/**
 * The start line of AWS's image: an assembly that is a program of its own runs as such, a handler `Assembly::Type::Method` in AWS's host.
 * @throws LambdaExtError `InvalidRuntimeException` where the host is needed and not there, or the code lacks what it asks for.
 */
export function dotnetCommand(runtime: string, { program, root, host, view }: CommandParts): RuntimeCommand {
  const { paths, handler, environment } = view;
  const variables = { AWS_EXECUTION_ENV: `AWS_Lambda_${runtime}`, DOTNET_ROOT: root };
  if (!handler.includes(":")) {
    const assembly = join(paths.task, handler.endsWith(".dll") ? handler : `${handler}.dll`);
    return { argv: [program, "exec", assembly], variables };
  }
  if (host === undefined || !existsSync(join(host, hostName))) {
    throw toolError(`Running ${handler} failed: AWS's host for class libraries (${hostName}) was not found.`, {
      code: "InvalidRuntimeException",
      hint: `Set LAMBDA_EXT_DOTNET_RIC to a folder that holds it as a program (with ${hostName.replace(/dll$/, "runtimeconfig.json")} beside it: Amazon.Lambda.TestTool has one for each .NET in its content folder, AWS's image in /var/runtime) and restart the local endpoint. A function that is a program of its own (handler: its assembly's name) needs none.`,
    });
  }
  const assembly = (environment.LAMBDA_DOTNET_MAIN_ASSEMBLY ?? handler.slice(0, handler.indexOf(":"))).replace(
    /\.dll$/,
    "",
  );
  const settings = (kind: string) => join(paths.task, settingsFile(view.taskFolder, { assembly, kind }));
  return {
    argv: [
      ...([program, "exec", "--depsfile", settings("deps")] as const),
      ...["--runtimeconfig", settings("runtimeconfig"), join(paths.runtime, hostName), handler],
    ],
    variables,
  };
}

/** The assembly's own, or the only one that there is. */
function settingsFile(
  folder: string,
  { assembly, kind }: { readonly assembly: string; readonly kind: string },
): string {
  const ending = `.${kind}.json`;
  const own = `${assembly}${ending}`;
  if (existsSync(join(folder, own))) return own;
  const names = readdirSync(folder).filter((name) => name.endsWith(ending));
  const [only] = names;
  if (only !== undefined && names.length === 1) return only;
  throw toolError(`Running a .NET function failed: ${own} is not in its code.`, {
    code: "InvalidRuntimeException",
    hint: "Put the whole output of `dotnet publish` into the zip.",
  });
}

/** Of the runtimes that this dotnet has. */
async function versionsOf(program: string): Promise<readonly string[]> {
  try {
    const { stdout } = await promisify(execFile)(program, ["--list-runtimes"], { timeout: 20_000 });
    return [...stdout.matchAll(/^Microsoft\.NETCore\.App (\S+)/gm)].map(([, version = ""]) => version);
  } catch {
    return [];
  }
}
