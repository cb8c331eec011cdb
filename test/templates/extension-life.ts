// One life of a built extension: INIT, what the function would find, and the end.
import { existsSync, readFileSync, statSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startExtension } from "./extension-process.ts";
import { type Call, credentials, type ParameterStore, startFakeLambda } from "./fake-lambda.ts";

/** What is special about it. */
export interface LifeOptions {
  readonly parameterStore?: ParameterStore;
  readonly env?: Readonly<Record<string, string>>;
  /** What CONFIG_FILE holds before. */
  readonly left?: string;
  /** The status of the answer to register. */
  readonly registerStatus?: number;
  /** The answer to the call for the next event; SHUTDOWN unless said otherwise. */
  readonly next?: readonly [status: number, body: object];
}

/** What came of it. */
export interface Life {
  readonly code: number | null;
  readonly log: string;
  readonly lines: readonly string[];
  /** What the function finds in CONFIG_FILE when INIT is over. */
  readonly found: Buffer | undefined;
  readonly mode: number | undefined;
  /** CONFIG_FILE. */
  readonly file: string;
  readonly calls: readonly Call[];
  readonly initMilliseconds: number;
}

const shutdown = { eventType: "SHUTDOWN", deadlineMs: 1, shutdownReason: "spindown" };

/** Lives it. Everything that it needed is gone afterwards. */
export async function live(binary: string, options: LifeOptions = {}): Promise<Life> {
  const folder = await mkdtemp(join(tmpdir(), "lambda-ext-test-"));
  const file = join(folder, "config.json");
  const fake = await startFakeLambda(options);
  if (options.left !== undefined) await writeFile(file, options.left);
  const started = performance.now();
  const { child, ended } = startExtension(binary, {
    AWS_LAMBDA_RUNTIME_API: fake.runtimeApi,
    AWS_ENDPOINT_URL: fake.url,
    AWS_REGION: "eu-central-1",
    AWS_ACCESS_KEY_ID: credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
    AWS_SESSION_TOKEN: credentials.sessionToken,
    PARAMETER_NAME: "/orders/config",
    CONFIG_FILE: file,
    ...options.env,
  });
  try {
    await Promise.race([fake.initialised, ended]);
    const initMilliseconds = performance.now() - started;
    const found = existsSync(file) ? readFileSync(file) : undefined;
    const mode = found && statSync(file).mode & 0o777;
    fake.answerNext(...(options.next ?? [200, shutdown]));
    const { code, log } = await ended;
    return { code, log, lines: log.trimEnd().split("\n"), found, mode, file, calls: fake.calls, initMilliseconds };
  } finally {
    child.kill("SIGKILL");
    await fake.close();
    await rm(folder, { recursive: true, force: true });
  }
}
