/// <reference lib="esnext.disposable" preserve="true" />
// What `import … from "lambda-ext/emulator"` gives: the endpoint for somebody's own tests, in their own process. Its declarations are
// published as they stand, so nothing here names a type of another file.
import { rmSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { toolError, usageError } from "../model/errors.ts";
import { isDocument } from "./access/user-policy.ts";
import { leadEndpoint } from "./background/lead.ts";
import { settingNamed, settingNames } from "./settings.ts";

/** A bad day for calls. What is left out of `region`, `service` and `op` means every one; a star in them stands for any letters. */
export interface Fault {
  readonly region?: string | undefined;
  /** As in signatures: `lambda`. */
  readonly service?: string | undefined;
  /** AWS's name of the operation: `PublishLayerVersion`. */
  readonly op?: string | undefined;
  /** Whose calls: the user's own without. */
  readonly from?: "user" | "environments" | "all" | undefined;
  /**
   * `down`: the connection is closed at once. `throttle`, `error`, `expired`: the service's refusal. `proxy`: an HTML page. `reset`: the
   * connection breaks in the middle of the request. `lost-answer`, `cut-answer`: the work is done, and the connection breaks before the
   * answer, or in its middle. `slow`: the work is done, and the answer comes after `latency`. Without one, calls are only late.
   */
  readonly kind?:
    | "down"
    | "throttle"
    | "error"
    | "proxy"
    | "reset"
    | "lost-answer"
    | "cut-answer"
    | "expired"
    | "slow"
    | undefined;
  /** Milliseconds before a call is worked on; with `slow`, before its answer (360,000 there without). */
  readonly latency?: number | undefined;
  /** So many matching calls are hit; all without. */
  readonly count?: number | undefined;
  /** Begins after so many matching calls. */
  readonly after?: number | undefined;
  /** HTTP's, of an `error`, a `throttle` or a `proxy`'s page. */
  readonly status?: number | undefined;
  /** AWS's name of an `error`, or of a `throttle`. */
  readonly code?: string | undefined;
  /** Seconds, of a `throttle`. */
  readonly retryAfter?: number | undefined;
  /** Whether what an `error` or a `proxy` hits has been done all the same; `none` without. */
  readonly work?: "none" | "done" | undefined;
}

/** How the endpoint is to be; everything may be left out. */
export interface EmulatorOptions {
  /**
   * Where layers, functions, roles, parameters and logs are kept: one folder is one account, and outlives the endpoint. Without, a
   * temporary one, which goes with `close`.
   */
  readonly directory?: string | undefined;
  /** On 127.0.0.1; a free one without. */
  readonly port?: number | undefined;
  /** How far functions are kept apart from the machine; `auto`, the default, takes the best that works here. */
  readonly isolation?: "auto" | "bwrap" | "namespace" | "none" | undefined;
  /** Whether environments are frozen between invocations, as on Lambda; the default. `false` for a debugger. */
  readonly freeze?: boolean | undefined;
  /** How many execution environments may live at a time, those of all functions together; 10 without. What is more gets 429. */
  readonly environments?: number | undefined;
  /**
   * Whose network environments live in: `auto`, the default, gives one of their own to those that could clash with another; `private` to
   * all, `host` to none.
   */
  readonly network?: "auto" | "host" | "private" | undefined;
  /** Ports of this machine's 127.0.0.1 that can be reached from networks of environments' own. */
  readonly forward?: readonly number[] | undefined;
  /**
   * An IAM policy, or the file of one (read again when it changes), by which your own calls are judged: what it does not allow is denied, in
   * AWS's words. Without, they may do everything; functions may do what their roles allow either way.
   */
  readonly enforceIam?: string | object | undefined;
  /** Bad days, from the beginning; none without. Of several that a call meets, the last one counts. */
  readonly faults?: readonly Fault[] | undefined;
  /** The region that `env` names; us-east-1 without. The endpoint serves all of them. */
  readonly region?: string | undefined;
  /** Where programs are found: PATH, LAMBDA_EXT_PYTHON; this process's own without. Functions see nothing else of it. */
  readonly env?: Readonly<Record<string, string | undefined>> | undefined;
  /** Told what a person should read; without, it becomes a warning of this process (`process.emitWarning`). */
  readonly warn?: ((message: string) => void) | undefined;
}

/** A running endpoint. */
export interface Emulator {
  /** `http://127.0.0.1:PORT`: the endpoint of every service that it has. */
  readonly url: string;
  /** Whoever has them may do everything with this endpoint, or what `enforceIam` allows; it runs code: keep them to your tests. */
  readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string };
  /** Variables that point any AWS SDK, the AWS CLI and `lambda-ext` at it. */
  readonly env: Readonly<Record<string, string>>;
  /** Puts other faults in the place of those that it has; their counts begin anew. @throws An error with code `InvalidFault`. */
  setFaults(faults: readonly Fault[]): void;
  /** Ends every environment with a SHUTDOWN, then the endpoint. */
  close(): Promise<void>;
  /** `await using emulator = await startEmulator()` */
  [Symbol.asyncDispose](): Promise<void>;
}

/**
 * Starts the endpoint in this process.
 * @throws An error with code `FolderInUse` where another process serves the folder, `InvalidSetting` or `InvalidFault` for a value
 * that there is not, `NoSuchFile` or `MalformedPolicyDocument` for a policy that is none, and `IsolationUnavailable` or `PrivateNetworkUnavailable` where what was asked for does not work on this machine.
 */
export async function startEmulator(given: EmulatorOptions = {}): Promise<Emulator> {
  const options = { ...given, enforceIam: policySource(given.enforceIam) };
  const { region = "us-east-1", env = process.env, isolation = "auto", network = "auto" } = options;
  refuseUnknown(options);
  const temporary = options.directory === undefined ? await mkdtemp(join(tmpdir(), "lambda-ext-emulator-")) : undefined;
  const removeAtOnce = () => temporary !== undefined && rmSync(temporary, { recursive: true, force: true });
  const directory = temporary ?? resolve(options.directory ?? "");
  const removeLater = async () => {
    process.off("exit", removeAtOnce);
    if (temporary !== undefined) await rm(temporary, { recursive: true, force: true });
  };
  // For the test that ends without closing.
  process.once("exit", removeAtOnce);
  try {
    const endpoint = await leadEndpoint({
      ...{ directory, port: options.port, isolation: options.isolation, freeze: options.freeze, pid: process.pid },
      ...{ environments: options.environments, network: options.network, forward: options.forward },
      ...{ faults: options.faults, enforceIam: options.enforceIam },
      env: { ...env },
      cwd: resolve(),
      warn: options.warn ?? ((message) => process.emitWarning(message, { type: "LambdaExtWarning" })),
    });
    if (!endpoint) {
      throw toolError(`The emulator was not started: another process serves ${directory}.`, {
        code: "FolderInUse",
        hint: "Give it a folder of its own, or none.",
      });
    }
    const { url, credentials } = endpoint;
    // What was asked for is tried now, not with the first invocation.
    if (isolation !== "auto" || network !== "auto") {
      await endpoint.executor().catch(async (error: unknown) => {
        await endpoint.close();
        throw error;
      });
    }
    let closed: Promise<void> | undefined;
    const close = () => {
      closed ??= endpoint.close().then(removeLater);
      return closed;
    };
    return {
      url,
      credentials,
      env: {
        AWS_ENDPOINT_URL: url,
        AWS_ACCESS_KEY_ID: credentials.accessKeyId,
        AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
        AWS_REGION: region,
        AWS_DEFAULT_REGION: region,
        LAMBDA_EXT_TARGET: "local",
        LAMBDA_EXT_LOCAL_DIR: directory,
      },
      setFaults(faults) {
        refuseUnknown({ faults }, "The faults were not set");
        endpoint.setFaults(faults);
      },
      close,
      [Symbol.asyncDispose]: close,
    };
  } catch (error) {
    await removeLater();
    throw error;
  }
}

function policySource(policy: string | object | undefined): string | undefined {
  if (typeof policy === "object") return JSON.stringify(policy);
  return policy === undefined || isDocument(policy) ? policy : resolve(policy);
}

/** Nobody's compiler may have looked at them. */
function refuseUnknown(options: EmulatorOptions, what = "The emulator was not started"): void {
  for (const name of settingNames) {
    const { choices, read, write, complain } = settingNamed(name);
    if (options[name] === undefined) continue;
    const text = write(options[name]);
    if (read(text) !== undefined) continue;
    throw usageError(`${what}: ${name} is ${JSON.stringify(options[name])}.`, {
      code: name === "faults" ? "InvalidFault" : "InvalidSetting",
      hint: complain?.(text) ?? choices,
    });
  }
}
