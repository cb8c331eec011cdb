// The process behind the local target: serves one folder until nobody needs it any more. The commands start it.
import { writeSync } from "node:fs";
import { leadEndpoint } from "../emulator/background/lead.ts";
import type { SpawnReport } from "../emulator/background/spawn.ts";
import { LambdaExtError } from "../model/errors.ts";

const minute = 60_000;

await run();

async function run(): Promise<void> {
  // The command that waits for word may be gone; that is no reason to end.
  process.on("error", () => {});
  // Node's own warnings go there too.
  process.stderr.on("error", () => {});
  const { env } = process;
  const [directory = ""] = process.argv.slice(2);
  try {
    const endpoint = await leadEndpoint({
      directory,
      env,
      pid: process.pid,
      idleMilliseconds: idleMilliseconds(env),
      graceMilliseconds: 10_000,
      warn: log,
      note: log,
    });
    if (!endpoint) {
      await report({ kind: "rival" });
      return;
    }
    for (const signal of ["SIGTERM", "SIGINT", "SIGHUP"] as const) process.on(signal, () => void endpoint.close());
    log(`serving ${directory} at ${endpoint.url}`);
    await report({ kind: "ready" });
    await endpoint.ended;
    log("ended");
  } catch (error) {
    const reason = error instanceof Error ? (error.stack ?? error.message) : String(error);
    log(reason);
    if (error instanceof LambdaExtError) {
      const { kind: whose, code, message, hint } = error;
      await report({ kind: "failed", whose, code, message, hint });
    }
    process.exitCode = 1;
  }
  // Whatever an environment may have left open must not keep this process.
  process.exit();
}

/** Ten minutes; one on a build machine, where nobody comes back. */
function idleMilliseconds(env: NodeJS.ProcessEnv): number {
  const seconds = Number(env.LAMBDA_EXT_IDLE_SECONDS);
  if (seconds > 0) return seconds * 1000;
  return (env.CI ? 1 : 10) * minute;
}

function log(message: string): void {
  try {
    // Not through the stream, which is closed for good once it has failed.
    writeSync(process.stderr.fd, `${new Date().toISOString()} ${message}\n`);
  } catch {
    // A full disk must not end what is being served; what could not be written is said to whoever asked for it.
  }
}

function report(message: SpawnReport): Promise<void> {
  return new Promise((resolve) => {
    if (!process.send) resolve();
    else process.send(message, () => resolve());
  });
}
