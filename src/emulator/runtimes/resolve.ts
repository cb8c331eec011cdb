// Picks the support for a function's runtime, and remembers what was found on this machine.
import { toolError } from "../../model/errors.ts";
import type { FunctionSnapshot } from "../execution.ts";
import { hostArchitecture } from "../sandbox/foreign.ts";
import { dotnetRuntime } from "./dotnet.ts";
import { javaRuntime } from "./java.ts";
import { nodejsRuntime } from "./nodejs.ts";
import { providedRuntime } from "./provided.ts";
import { pythonRuntime } from "./python.ts";
import { rubyRuntime } from "./ruby.ts";
import type { RuntimeSupport } from "./runtime.ts";

interface RuntimesOptions {
  readonly env: NodeJS.ProcessEnv;
  readonly warn: (message: string) => void;
  /** A folder that goes when the executor does. */
  readonly directory: string;
}

/** The runtimes of this machine. */
export interface Runtimes {
  /**
   * The support for the runtime of a function.
   * @throws LambdaExtError `InvalidRuntimeException` where there is none, or this machine lacks what it takes.
   */
  find(snapshot: FunctionSnapshot): Promise<RuntimeSupport>;
}

/** Nothing is looked for before a function needs it. */
export function createRuntimes(options: RuntimesOptions): Runtimes {
  const known = new Map<string, Promise<RuntimeSupport>>();
  return {
    async find(snapshot) {
      const { runtime } = snapshot;
      const found = known.get(runtime) ?? resolveRuntime(snapshot, options);
      known.set(runtime, found);
      // What is missing may have been installed by the next time.
      found.catch(() => known.delete(runtime));
      if ((await found).managed) warnOfArchitecture(snapshot, options.warn);
      return found;
    },
  };
}

/** qemu runs what a function brings; an interpreter is this machine's own. */
function warnOfArchitecture({ runtime, architecture }: FunctionSnapshot, warn: (message: string) => void): void {
  const here = hostArchitecture();
  if (architecture === here) return;
  warn(
    `Functions of ${runtime} for ${architecture} run with this machine's interpreter, as ${here ?? process.arch}: programs and native modules built for ${architecture} do not.`,
  );
}

async function resolveRuntime(snapshot: FunctionSnapshot, options: RuntimesOptions): Promise<RuntimeSupport> {
  const { runtime } = snapshot;
  if (/^provided[.]/.test(runtime)) return providedRuntime(runtime);
  if (/^nodejs\d/.test(runtime)) return nodejsRuntime(runtime, options.warn);
  if (/^python3[.]\d/.test(runtime)) return pythonRuntime(runtime, options);
  if (/^java\d/.test(runtime)) return javaRuntime(runtime, options);
  if (/^ruby\d/.test(runtime)) return rubyRuntime(runtime, options);
  if (/^dotnet\d/.test(runtime)) return dotnetRuntime(runtime, options);
  throw toolError(`Running ${snapshot.functionName} failed: the local target has no ${runtime}.`, {
    code: "InvalidRuntimeException",
    hint: "It runs provided.al2, provided.al2023, nodejs*, python3*, java*, ruby* and dotnet*.",
  });
}
