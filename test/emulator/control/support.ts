// An endpoint in the test's own process, with an execution side that only remembers what it was asked.
import { execFile } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import type {
  ExecutionHost,
  Executor,
  FunctionSnapshot,
  InvokeRequest,
  InvokeResult,
} from "../../../src/emulator/execution.ts";
import { type Emulator, type EmulatorOptions, startEmulator } from "../../../src/emulator/server.ts";
import { packZip } from "../../../src/layer/zip/write.ts";
import type { InvocationTrace } from "../../../src/model/invocation-trace.ts";
import type { Credentials } from "../../../src/model/target.ts";
import { findTool } from "../../support/tools.ts";

/** One call that reached the execution side. */
export interface SeenCall {
  readonly snapshot: FunctionSnapshot;
  readonly request: InvokeRequest;
}

/** What the execution side was asked, and what it answers. */
export interface FakeExecution {
  readonly calls: SeenCall[];
  readonly retired: string[];
  readonly traces: Map<string, InvocationTrace>;
  host: ExecutionHost | undefined;
  closed: boolean;
  answer: (call: SeenCall) => Promise<InvokeResult> | InvokeResult;
}

/** An endpoint for one test file. */
export interface TestEndpoint {
  readonly emulator: Emulator;
  readonly execution: FakeExecution;
  readonly directory: string;
  close(): Promise<void>;
}

/** An execution side that echoes. */
export function fakeExecution(): FakeExecution {
  return {
    calls: [],
    retired: [],
    traces: new Map(),
    host: undefined,
    closed: false,
    answer: ({ request }) => ({ payload: request.payload, logTail: `START RequestId: ${request.requestId}\n` }),
  };
}

/** Makes the executor of a fake. */
export function executorOf(execution: FakeExecution): (host: ExecutionHost) => Promise<Executor> {
  let active = 0;
  return async (host) => {
    execution.host = host;
    return {
      isolation: { level: "none", reason: "nothing is run in this test" },
      async invoke(snapshot, request) {
        active++;
        execution.calls.push({ snapshot, request });
        try {
          return await execution.answer({ snapshot, request });
        } finally {
          active--;
        }
      },
      trace: async (requestId) => execution.traces.get(requestId),
      async retire(functionArn) {
        execution.retired.push(functionArn);
      },
      get active() {
        return active;
      },
      async close() {
        execution.closed = true;
      },
    };
  };
}

/** Starts an endpoint in a temporary folder. */
export async function startTestEndpoint(options: Partial<EmulatorOptions> = {}): Promise<TestEndpoint> {
  const directory = options.directory ?? mkdtempSync(join(tmpdir(), "lambda-ext-control-"));
  const execution = fakeExecution();
  const emulator = await startEmulator({
    directory,
    env: {},
    createExecutor: executorOf(execution),
    settleMilliseconds: 5,
    retryPauses: [1, 1],
    ...options,
  });
  return {
    emulator,
    execution,
    directory,
    async close() {
      await emulator.close();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

/** What points an SDK's client at the endpoint. */
export function clientOptions(emulator: Pick<Emulator, "url" | "credentials">, region = "us-east-1") {
  return { endpoint: emulator.url, credentials: sdkCredentials(emulator.credentials), region, maxAttempts: 1 };
}

/** Credentials as AWS's packages type them. */
export function sdkCredentials({ accessKeyId, secretAccessKey, sessionToken }: Credentials) {
  return { accessKeyId, secretAccessKey, ...(sessionToken !== undefined && { sessionToken }) };
}

/** A zip whose directory says that its first entry is so large: nobody has to make 250 MB to be refused. */
export async function zipThatClaims(bytes: number): Promise<Buffer> {
  const zip = await zipOf({ large: "not really" });
  const directory = zip.indexOf(Buffer.from("PK\u0001\u0002"));
  zip.writeUInt32LE(bytes, directory + 24);
  return zip;
}

/** A small valid zip. */
export async function zipOf(files: Readonly<Record<string, string>>): Promise<Buffer> {
  const entries = Object.entries(files).map(([path, content]) => ({
    kind: "file" as const,
    path,
    mode: 0o755,
    content: Buffer.from(content),
  }));
  return packZip(entries);
}

/** The trust policy of a function's role. */
export const lambdaTrust = JSON.stringify({
  Version: "2012-10-17",
  Statement: [{ Effect: "Allow", Principal: { Service: "lambda.amazonaws.com" }, Action: "sts:AssumeRole" }],
});

const execute = promisify(execFile);

/** Runs the AWS CLI against the endpoint and gives back what it printed. */
export async function awsCli(
  { url, credentials }: { readonly url: string; readonly credentials: Credentials },
  args: readonly string[],
  cwd?: string,
): Promise<string> {
  const aws = findTool("aws");
  if (!aws) throw new Error("no AWS CLI");
  const { stdout } = await execute(aws, args, {
    cwd,
    env: {
      PATH: process.env.PATH ?? "",
      HOME: tmpdir(),
      AWS_ENDPOINT_URL: url,
      AWS_ACCESS_KEY_ID: credentials.accessKeyId,
      AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
      ...(credentials.sessionToken && { AWS_SESSION_TOKEN: credentials.sessionToken }),
      AWS_DEFAULT_REGION: "us-east-1",
      AWS_PAGER: "",
      AWS_MAX_ATTEMPTS: "1",
    },
  });
  return stdout;
}
