// The endpoint as it ships: a process of its own, which a test may kill.
import { type ChildProcess, spawn } from "node:child_process";
import { join } from "node:path";
import { expect, onTestFinished } from "vitest";
import { loadUserCredentials } from "../../../src/emulator/access/credentials.ts";
import { findEndpoint } from "../../../src/emulator/background/find.ts";
import { packageRoot } from "../../../src/model/package.ts";
import { clientOptions } from "./support.ts";

const signal = new AbortController().signal;

interface ShippedOptions {
  /** Where its log goes. */
  readonly log?: "ignore" | number;
  /** Added to this process's environment. */
  readonly env?: Readonly<Record<string, string>>;
}

/** Starts the process that ships, and waits for its word. */
export async function startShipped(directory: string, { log = "ignore", env = {} }: ShippedOptions = {}) {
  const entry = join(packageRoot, "dist", "endpoint-process.js");
  const child: ChildProcess = spawn(process.execPath, [entry, directory], {
    stdio: ["ignore", log, log, "ipc"],
    env: { ...process.env, ...env },
  });
  onTestFinished(() => void child.kill("SIGKILL"));
  const gone = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  const report = await new Promise((resolve) => child.once("message", resolve));
  expect(report).toEqual({ kind: "ready" });
  const { status } = await findEndpoint({ env: { LAMBDA_EXT_LOCAL_DIR: directory }, signal });
  const credentials = await loadUserCredentials(join(directory, "credentials.json"));
  return { child, gone, options: clientOptions({ url: status?.url ?? "", credentials }) };
}
