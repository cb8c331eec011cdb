// A built extension that lives on: INIT, then one event after the other.
import { existsSync, readFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { type Starter, startExtension } from "./extension-process.ts";
import { type Call, credentials, type ParameterStore, startFakeLambda } from "./fake-lambda.ts";

/** What is special about it. */
interface SessionOptions {
  readonly parameterStore: ParameterStore;
  readonly env?: Readonly<Record<string, string>>;
  /** Where CONFIG_FILE lies; a folder of its own, gone in the end, unless said otherwise. */
  readonly folder?: string;
  readonly starter?: Starter | undefined;
}

/** The running extension. */
export interface Session {
  /** CONFIG_FILE. */
  readonly file: string;
  readonly calls: readonly Call[];
  /** What the file holds; undefined where there is none. */
  content(): string | undefined;
  /** Resolves when INIT is over, or the process has ended before. */
  readonly initialised: Promise<unknown>;
  /** An invocation; resolves when the extension is done with it, with the milliseconds that it took. */
  invoke(): Promise<number>;
  /** Invokes until it holds. */
  invokeUntil(holds: () => boolean): Promise<void>;
  /** Answers the next call for an event, when it comes, with SHUTDOWN. */
  shutDown(): Promise<{ readonly code: number | null; readonly log: string }>;
  readonly ended: Promise<{ readonly code: number | null; readonly log: string }>;
  close(): Promise<void>;
}

/** Starts it. */
export async function startSession(binary: string, options: SessionOptions): Promise<Session> {
  const own = options.folder === undefined ? await mkdtemp(join(tmpdir(), "lambda-ext-test-")) : undefined;
  const file = join(options.folder ?? own ?? "", "config.json");
  const fake = await startFakeLambda(options);
  const env = {
    AWS_LAMBDA_RUNTIME_API: fake.runtimeApi,
    AWS_ENDPOINT_URL: fake.url,
    AWS_REGION: "eu-central-1",
    AWS_ACCESS_KEY_ID: credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
    AWS_SESSION_TOKEN: credentials.sessionToken,
    CONFIG_FILE: file,
    ...options.env,
  };
  const { child, ended } = startExtension(binary, env, options.starter);
  const initialised = Promise.race([fake.initialised, ended]);
  let answered = 0;
  const answer = async (event: object) => {
    answered += 1;
    await Promise.race([fake.asked(answered), ended]);
    fake.answerNext(200, event);
  };
  const invoke = async () => {
    const started = performance.now();
    await answer({ eventType: "INVOKE", deadlineMs: Date.now() + 3000, requestId: String(answered) });
    await Promise.race([fake.asked(answered + 1), ended]);
    return performance.now() - started;
  };
  return {
    file,
    calls: fake.calls,
    content: () => (existsSync(file) ? readFileSync(file, "utf8") : undefined),
    initialised,
    invoke,
    async invokeUntil(holds) {
      for (const end = Date.now() + 20_000; !holds(); await delay(50)) {
        if (Date.now() > end) throw new Error("it has not come about");
        await invoke();
      }
    },
    async shutDown() {
      await answer({ eventType: "SHUTDOWN", deadlineMs: Date.now() + 2000, shutdownReason: "spindown" });
      return ended;
    },
    ended,
    async close() {
      child.kill("SIGKILL");
      await fake.close();
      if (own !== undefined) await rm(own, { recursive: true, force: true });
    },
  };
}
