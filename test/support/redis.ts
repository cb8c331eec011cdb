// A real Redis for one test, in memory.
import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { freePort } from "./free-port.ts";
import { findTool } from "./tools.ts";

/** A running server. */
export interface Redis {
  readonly port: number;
  /** For REDIS_URL, with its password. */
  readonly url: string;
  readonly password: string;
  /** Stops it in the middle of whatever it does: connections stay open, and nothing answers. */
  freeze(): void;
  /** Lets it go on. */
  thaw(): void;
  /** Ends it, and whatever it holds. */
  close(): Promise<void>;
}

/** Starts it on a free port; it asks for a password. */
export async function startRedis(): Promise<Redis> {
  const port = await freePort();
  const password = "a-password-that-no-log-may-hold";
  const server = ["--bind", "127.0.0.1", "--port", port, "--requirepass", password];
  const nothingKept = ["--save", "", "--appendonly", "no", "--dir", "/tmp"];
  const child = spawn(findTool("redis-server") ?? "redis-server", [...server, ...nothingKept], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const ended = new Promise<void>((resolve) => child.once("close", () => resolve()));
  const said: string[] = [];
  await new Promise<void>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", () => reject(new Error(`redis-server ended: ${said.join("\n")}`)));
    createInterface(child.stdout).on("line", (line) => {
      said.push(line);
      if (line.includes("Ready to accept connections")) resolve();
    });
  });
  return {
    port: Number(port),
    url: `redis://:${password}@127.0.0.1:${port}/0`,
    password,
    freeze: () => void child.kill("SIGSTOP"),
    thaw: () => void child.kill("SIGCONT"),
    async close() {
      child.kill("SIGKILL");
      await ended;
    },
  };
}
