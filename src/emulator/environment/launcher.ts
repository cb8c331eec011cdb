// Starts an environment's programs in its sandbox, after asking beforehand what the kernel would say.
import { join } from "node:path";
import type { FunctionSnapshot } from "../execution.ts";
import { refuseWrapper, wrapCommand, wrapperVariable } from "../runtimes/exec-wrapper.ts";
import type { RuntimeCommand, RuntimeSupport } from "../runtimes/runtime.ts";
import { insideResolver, inspectExecutable } from "../sandbox/executable.ts";
import { foreignPrefix, hostArchitecture, missingLoaderError } from "../sandbox/foreign.ts";
import type { Sandbox, SandboxProcess } from "../sandbox/sandbox.ts";

/** A process, or why there is none. */
export type Launched = { readonly process: SandboxProcess } | { readonly problem: string };

/** Starts what an environment consists of. */
export interface Launcher {
  /** A file of /opt/extensions. */
  extension(name: string, slot: number): Launched;
  runtime(slot: number): Launched;
}

interface LauncherOptions {
  readonly snapshot: FunctionSnapshot;
  readonly sandbox: Sandbox;
  readonly support: RuntimeSupport;
  readonly folders: { readonly task: string; readonly opt: string };
  readonly variables: {
    readonly extension: Readonly<Record<string, string>>;
    runtime(own: Readonly<Record<string, string>>): Readonly<Record<string, string>>;
  };
  /** The tool's own environment: where qemu is looked for. */
  readonly env: NodeJS.ProcessEnv;
  /** Told what a person should know about a program that won't start. */
  readonly warn: (message: string) => void;
  readonly onLine: (source: "extension" | "function", line: string, name: string) => void;
}

/** Makes the launcher of one environment. */
export function createLauncher(options: LauncherOptions): Launcher {
  const { snapshot, sandbox, support, folders } = options;
  const { paths } = sandbox;
  const toHost = insideResolver(folders);
  /** Without isolation, Lambda's own paths mean nothing. */
  const toInside = paths.opt === "/opt" ? (path: string) => path : toHost;

  /** `file` is Lambda's path, which is also what messages name. */
  function prefixOf(file: string): readonly string[] | { readonly problem: string } {
    const found = inspectExecutable(toHost(file), toHost);
    if ("text" in found) {
      // The kernel says it of the script, which is there.
      if (found.missingInterpreter !== undefined) options.warn(interpreterHint(file, found.missingInterpreter));
      return { problem: found.text };
    }
    if (found.machine === undefined) return [];
    // As on Lambda: a function has one architecture, and what was built for another does not start.
    const { machine, missingLoader } = found;
    if (machine !== snapshot.architecture) {
      options.warn(`${file} is built for ${machine}, and the function's architecture is ${snapshot.architecture}.`);
      return { problem: "exec format error" };
    }
    const prefix = foreignPrefix(file, machine, options.env);
    if (missingLoader === undefined) return prefix;
    if (machine !== hostArchitecture()) throw missingLoaderError(file, machine, missingLoader);
    // The kernel's own word for it, which names the wrong file.
    options.warn(`${file} asks for the loader ${missingLoader}, which is not here.`);
    return { problem: "no such file or directory" };
  }

  /** A managed runtime's interpreter is this machine's own; what the customer's wrapper is, its shell says. */
  function wrapped(argv: RuntimeCommand["argv"]): RuntimeCommand["argv"] {
    const name = snapshot.environment[wrapperVariable];
    if (!name) return argv;
    const found = inspectExecutable(toHost(name), toHost);
    const machine = "machine" in found ? found.machine : undefined;
    if (machine !== undefined && machine !== snapshot.architecture) return refuseWrapper(name);
    const prefix = machine === undefined ? [] : foreignPrefix(name, machine, options.env);
    return wrapCommand(argv, { name, file: toInside(name), prefix });
  }

  function bootstrap(argv: RuntimeCommand["argv"]): RuntimeCommand["argv"] | { readonly problem: string } {
    const file = lambdaPath(argv[0], paths.opt);
    const prefix = prefixOf(file);
    if ("problem" in prefix) return { problem: `fork/exec ${file}: ${prefix.problem}` };
    const [program = argv[0], ...rest] = [...prefix, ...argv];
    return [program, ...rest];
  }

  return {
    extension(name, slot) {
      const prefix = prefixOf(`/opt/extensions/${name}`);
      if ("problem" in prefix) return prefix;
      const program = join(paths.opt, "extensions", name);
      const [first = program, ...rest] = [...prefix, program];
      const process = sandbox.start({
        ...{ slot, argv: [first, ...rest], env: options.variables.extension, cwd: "/" },
        onLine: (line) => options.onLine("extension", line, name),
      });
      return { process };
    },
    runtime(slot) {
      const view = { paths, taskFolder: folders.task, optFolder: folders.opt };
      const { handler, environment, memorySize } = snapshot;
      const command = support.command({ ...view, handler, environment, memorySize });
      if ("problem" in command) return command;
      const argv = support.managed ? wrapped(command.argv) : bootstrap(command.argv);
      if ("problem" in argv) return argv;
      const process = sandbox.start({
        ...{ slot, argv, env: options.variables.runtime(command.variables), cwd: paths.task },
        onLine: (line) => options.onLine("function", line, "function"),
      });
      return { process };
    },
  };
}

function interpreterHint(file: string, interpreter: string): string {
  const missing = `${file} asks for the interpreter ${interpreter.trimEnd()}`;
  return interpreter.endsWith("\r")
    ? `${missing} with a carriage return behind it, which is not here: its lines have the ends of Windows (CRLF).`
    : `${missing}, which is not here.`;
}

/** A bootstrap lies in the code or in a layer. */
function lambdaPath(program: string, opt: string): string {
  return program.startsWith(`${opt}/`) ? `/opt/${program.slice(opt.length + 1)}` : "/var/task/bootstrap";
}
