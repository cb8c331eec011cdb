// What benchmarks have in common whose parts are processes: building them, ports for them, how much memory they took.
import { readFileSync } from "node:fs";
import { connect, createServer } from "node:net";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { run } from "./measure.js";

/** Builds a Go package as layers are built, with these build tags, for this machine; gives back the file. */
export async function compile(folder, name, cwd, source, tags = []) {
  const file = join(folder, name);
  const flags = ["-trimpath", "-tags", tags.join(), "-buildvcs=false", "-ldflags", "-s -w -buildid="];
  await run("go", ["build", ...flags, "-o", file, source], { cwd, env: { ...process.env, CGO_ENABLED: "0" } });
  return file;
}

/** Ports of 127.0.0.1 that nobody listens on. */
export async function freePorts(count) {
  const servers = await Promise.all(
    Array.from({ length: count }, async () => {
      const server = createServer();
      await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
      return server;
    }),
  );
  const ports = servers.map((server) => server.address().port);
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}

/** Waits until somebody listens. */
export async function reachable(port) {
  for (let tries = 0; tries < 500; tries++) {
    const there = await new Promise((resolve) => {
      const socket = connect(port, "127.0.0.1", () => resolve(true)).on("error", () => resolve(false));
      socket.on("connect", () => socket.destroy());
    });
    if (there) return;
    await sleep(10);
  }
  throw new Error(`nobody listens on port ${port}`);
}

/** The most memory that a process has held, in MB. */
export function peakMegabytes(pid) {
  return Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1]) / 1024;
}
