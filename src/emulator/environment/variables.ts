// The environment variables of the runtime and of extensions, as the contract's section 5.1 lists them.
import { join } from "node:path";
import type { Credentials } from "../../model/target.ts";
import type { FunctionSnapshot } from "../execution.ts";
import type { SandboxPaths } from "../sandbox/sandbox.ts";
import { loggingVariables } from "./log-format.ts";

interface VariablesInput {
  readonly snapshot: FunctionSnapshot;
  readonly credentials: Credentials;
  /** Becomes AWS_ENDPOINT_URL. */
  readonly endpointUrl: string;
  /** `host:port` of the Runtime API. */
  readonly runtimeApi: string;
  readonly logStream: string;
  readonly paths: SandboxPaths;
  /** Before and behind Lambda's own PATH: where an interpreter lies that can't lie in /var/lang/bin. */
  readonly path: { readonly before: readonly string[]; readonly behind: readonly string[] };
  readonly managed: boolean;
}

type Variables = Readonly<Record<string, string>>;

/** What an extension finds. Later ones win; what Lambda reserves comes last. */
export function extensionVariables(input: VariablesInput): Variables {
  return { ...unreserved(input), ...customer(input.snapshot), ...reserved(input) };
}

/** What the runtime finds; `own` are those of its kind, like NODE_PATH. */
export function runtimeVariables(input: VariablesInput, own: Variables): Variables {
  const { snapshot, paths, logStream } = input;
  const { AWS_EXECUTION_ENV: executionEnv, PYTHONPATH: pythonPath, ...paths_ } = own;
  return {
    ...unreserved(input),
    ...{ AWS_XRAY_CONTEXT_MISSING: "LOG_ERROR", AWS_XRAY_DAEMON_ADDRESS: "127.0.0.1:2000" },
    ...paths_,
    ...customer(snapshot),
    // Holds the customer's own already, behind the layers'.
    ...(pythonPath === undefined ? {} : { PYTHONPATH: pythonPath }),
    ...reserved(input),
    ...(executionEnv === undefined ? {} : { AWS_EXECUTION_ENV: executionEnv }),
    AWS_LAMBDA_LOG_GROUP_NAME: snapshot.logGroup,
    AWS_LAMBDA_LOG_STREAM_NAME: logStream,
    LAMBDA_TASK_ROOT: paths.task,
    LAMBDA_RUNTIME_DIR: paths.runtime,
    PWD: paths.task,
    _AWS_XRAY_DAEMON_ADDRESS: "127.0.0.1",
    _AWS_XRAY_DAEMON_PORT: "2000",
    _HANDLER: snapshot.handler,
    // Standard output: see sandbox/frames.ts. Clients of provided.* know nothing of it.
    ...(input.managed ? { _LAMBDA_TELEMETRY_LOG_FD: "1" } : {}),
  };
}

/** Names that begin with an underscore are the platform's. */
function customer({ environment }: FunctionSnapshot): Variables {
  return Object.fromEntries(Object.entries(environment).filter(([name]) => !name.startsWith("_")));
}

/** What the customer may change. */
function unreserved({ endpointUrl, paths, path, managed }: VariablesInput): Variables {
  const language = managed && path.before.length === 0 ? ["/var/lang/bin"] : path.before;
  const programs = [...language, "/usr/local/bin", "/usr/bin/", "/bin", join(paths.opt, "bin"), ...path.behind];
  const libraries = [
    ...(managed ? ["/var/lang/lib"] : []),
    ...["/lib64", "/usr/lib64", paths.runtime, join(paths.runtime, "lib")],
    ...[paths.task, join(paths.task, "lib"), join(paths.opt, "lib")],
  ];
  return {
    AWS_ENDPOINT_URL: endpointUrl,
    LANG: "en_US.UTF-8",
    LD_LIBRARY_PATH: libraries.join(":"),
    PATH: programs.join(":"),
    TZ: ":UTC",
  };
}

function reserved({ snapshot, credentials, runtimeApi }: VariablesInput): Variables {
  return {
    AWS_ACCESS_KEY_ID: credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
    AWS_SESSION_TOKEN: credentials.sessionToken ?? "",
    AWS_REGION: snapshot.region,
    AWS_DEFAULT_REGION: snapshot.region,
    AWS_LAMBDA_FUNCTION_NAME: snapshot.functionName,
    AWS_LAMBDA_FUNCTION_VERSION: snapshot.version,
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(snapshot.memorySize),
    AWS_LAMBDA_INITIALIZATION_TYPE: "on-demand",
    AWS_LAMBDA_RUNTIME_API: runtimeApi,
    ...loggingVariables(snapshot),
  };
}
