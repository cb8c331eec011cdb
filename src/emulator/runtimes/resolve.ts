// Picks the support for a function's runtime.
import { toolError } from "../../model/errors.ts";
import type { FunctionSnapshot } from "../execution.ts";
import { nodejsRuntime } from "./nodejs.ts";
import { providedRuntime } from "./provided.ts";
import { pythonRuntime } from "./python.ts";
import type { RuntimeSupport } from "./runtime.ts";

interface ResolveOptions {
  readonly env: NodeJS.ProcessEnv;
  readonly warn: (message: string) => void;
}

/**
 * The support for the runtime of a function.
 * @throws LambdaExtError `InvalidRuntimeException` where there is none, or this machine lacks what it takes.
 */
export async function resolveRuntime(snapshot: FunctionSnapshot, options: ResolveOptions): Promise<RuntimeSupport> {
  const { runtime } = snapshot;
  if (runtime.startsWith("provided.")) return providedRuntime(runtime);
  if (runtime.startsWith("nodejs")) return nodejsRuntime(runtime, options.warn);
  if (runtime.startsWith("python")) return pythonRuntime(runtime, options);
  throw toolError(`Running ${snapshot.functionName} failed: the local target has no ${runtime}.`, {
    code: "InvalidRuntimeException",
    hint: "It runs provided.al2, provided.al2023, nodejs* and python*.",
  });
}
