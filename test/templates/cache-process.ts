// The cache sidecar as a process, with a Lambda that lets it live until a test has seen enough.
import { onTestFinished } from "vitest";
import { freePort } from "../support/free-port.ts";
import { startExtension } from "./extension-process.ts";
import { type Call, credentials, startFakeLambda } from "./fake-lambda.ts";

/** What it answered. */
export interface CacheAnswer {
  readonly status: number;
  /** The header X-Cache. */
  readonly cache: string | null;
  readonly headers: Headers;
  // biome-ignore lint/suspicious/noExplicitAny: an item may be anything.
  readonly body: any;
  readonly milliseconds: number;
}

/** A sidecar whose INIT is over. */
export interface CacheProcess {
  readonly pid: number;
  readonly port: string;
  /** The calls of the Extensions API so far. */
  readonly calls: readonly Call[];
  readonly initMilliseconds: number;
  /** Asks for a key; `encoded` is the path as it is to be. */
  get(encoded: string): Promise<CacheAnswer>;
  /** Tells it that the environment ends, and waits until it has. */
  shutDown(): Promise<{ readonly code: number | null; readonly log: string }>;
}

/** Starts it, and waits until it asks for its first event. It is gone when the test is over, whatever came of it. */
export async function startCache(binary: string, env: Readonly<Record<string, string>>): Promise<CacheProcess> {
  const fake = await startFakeLambda();
  const port = await freePort();
  const started = performance.now();
  const { child, ended } = startExtension(binary, {
    AWS_LAMBDA_RUNTIME_API: fake.runtimeApi,
    AWS_REGION: "eu-central-1",
    AWS_ACCESS_KEY_ID: credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
    AWS_SESSION_TOKEN: credentials.sessionToken,
    CACHE_PORT: port,
    LOG_LEVEL: "debug",
    ...env,
  });
  onTestFinished(async () => {
    child.kill("SIGKILL");
    await ended;
    await fake.close();
  });
  const early = await Promise.race([fake.initialised, ended]);
  if (early) throw new Error(`the sidecar ended with ${early.code}: ${early.log}`);
  return {
    pid: child.pid ?? 0,
    port,
    calls: fake.calls,
    initMilliseconds: performance.now() - started,
    async get(encoded) {
      const begun = performance.now();
      const answer = await fetch(`http://127.0.0.1:${port}/${encoded}`);
      const { status, headers } = answer;
      const body = await answer.json();
      return { status, cache: headers.get("x-cache"), headers, body, milliseconds: performance.now() - begun };
    },
    async shutDown() {
      fake.answerNext(200, { eventType: "SHUTDOWN", deadlineMs: Date.now() + 2000, shutdownReason: "spindown" });
      return ended;
    },
  };
}
