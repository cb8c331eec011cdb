// A moto server, and the AWS CLI to ask it what it holds: both written by others, so that they can judge us.
import { execFile, spawn } from "node:child_process";
import { promisify } from "node:util";
import { type Connection, connect } from "../../src/aws/connection.ts";
import type { Target } from "../../src/model/target.ts";
import { findTool } from "./tools.ts";

const run = promisify(execFile);

/** A running moto server. */
export interface Moto {
  readonly url: string;
  /** Points any AWS SDK, the AWS CLI and our own command line at it. */
  readonly env: Record<string, string>;
  readonly target: Target;
  /** A connection of ours to it. */
  connect(): Connection;
  /** Runs the AWS CLI against it; gives what it printed as JSON. */
  // biome-ignore lint/suspicious/noExplicitAny: whatever shape the AWS CLI prints, a test looks at the part that it means.
  aws(...args: readonly string[]): Promise<any>;
  close(): Promise<void>;
}

/** Starts moto on a free port. */
export async function startMoto(): Promise<Moto> {
  const child = spawn(findTool("moto_server") ?? "moto_server", ["-H", "127.0.0.1", "-p", "0"], {
    // moto knows AWS's own managed policies only where it is told to.
    env: { ...process.env, PYTHONUNBUFFERED: "1", MOTO_IAM_LOAD_MANAGED_POLICIES: "true" },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const ended = new Promise<void>((resolve) => child.once("close", () => resolve()));
  const url = await new Promise<string>((resolve, reject) => {
    let said = "";
    const listen = (chunk: Buffer) => {
      said += chunk;
      const found = /Running on (http:\/\/127\.0\.0\.1:\d+)/.exec(said)?.[1];
      if (found) resolve(found);
    };
    child.stdout.on("data", listen);
    child.stderr.on("data", listen);
    child.once("error", reject);
    child.once("close", () => reject(new Error(`moto ended: ${said}`)));
  });
  const env = {
    AWS_ENDPOINT_URL: url,
    AWS_ACCESS_KEY_ID: "test",
    AWS_SECRET_ACCESS_KEY: "test",
    AWS_REGION: "eu-west-1",
    AWS_DEFAULT_REGION: "eu-west-1",
    AWS_CONFIG_FILE: "/dev/null",
    AWS_SHARED_CREDENTIALS_FILE: "/dev/null",
    AWS_EC2_METADATA_DISABLED: "true",
  };
  const target: Target = {
    region: "eu-west-1",
    endpoint: url,
    credentials: { accessKeyId: "test", secretAccessKey: "test" },
  };
  return {
    url,
    env,
    target,
    connect: () => connect(target, { signal: new AbortController().signal }),
    async aws(...args) {
      const { stdout } = await run(findTool("aws") ?? "aws", [...args, "--output", "json"], {
        env: { ...process.env, ...env },
        maxBuffer: 64 << 20,
      });
      return stdout.trim() === "" ? undefined : JSON.parse(stdout);
    },
    async close() {
      child.kill("SIGKILL");
      await ended;
    },
  };
}
