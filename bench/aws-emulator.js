// AWS's own emulator (aws-lambda-runtime-interface-emulator), where LAMBDA_EXT_BENCH_RIE names its program: one process for one function.
import { spawn } from "node:child_process";
import { connect } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";

/** Its program, absolute; undefined where there is none. */
export const awsEmulator = process.env.LAMBDA_EXT_BENCH_RIE;

/**
 * Starts it on a function's unpacked code and layers, which it wants at /var/task and /opt: bubblewrap puts them there. Nothing of the
 * function runs before its first invocation.
 * @param {{ task: string, opt: string, port: number }} place
 */
export async function startAwsEmulator({ task, opt, port }) {
  const binds = ["--dev-bind", "/", "/", "--tmpfs", "/var", "--ro-bind", task, "/var/task", "--ro-bind", opt, "/opt"];
  const program = ["--bind", awsEmulator, "/var/aws-lambda-rie", "/var/aws-lambda-rie"];
  const addresses = ["--runtime-interface-emulator-address", `127.0.0.1:${port}`, "--runtime-api-address"];
  const child = spawn(
    "bwrap",
    [
      "--die-with-parent",
      "--unshare-pid",
      ...binds,
      ...program,
      ...addresses,
      `127.0.0.1:${port + 1}`,
      "/var/task/bootstrap",
    ],
    { stdio: "ignore" },
  );
  const ended = new Promise((resolve) => child.once("exit", resolve));
  while (!(await answers(port))) await sleep(5);
  return {
    url: `http://127.0.0.1:${port}`,
    async stop() {
      child.kill("SIGKILL");
      await ended;
    },
  };
}

function answers(port) {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1", () => {
      socket.destroy();
      resolve(true);
    });
    socket.once("error", () => resolve(false));
  });
}
