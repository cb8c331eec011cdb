// The life of an extension between a Lambda that answers at once: how long it takes for what, and how much memory.
import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { median } from "./measure.js";
import { peakMegabytes } from "./parts.js";

/** How many events an extension gets before SHUTDOWN. */
export const invocations = 20;

/**
 * One life. In milliseconds: until it registers, until it first asks for an event, and from an event to the request for the next. In MB: what
 * its processes have held at most, those together that wait for the last event.
 */
export async function live(file, variables = {}) {
  let started = 0;
  const marks = { register: 0, init: 0, invocation: 0, memory: 0 };
  const between = [];
  let given = 0;
  const server = createServer((request, response) => {
    const now = performance.now();
    request.resume();
    if (request.url.endsWith("/register")) {
      marks.register = now - started;
      response.setHeader("Lambda-Extension-Identifier", "6f1f6b57-7a7e-4f1c-9a53-0d9f0c6f4c11").end("{}");
      return;
    }
    if (!request.url.endsWith("/event/next")) return void response.end("OK");
    if (marks.init === 0) marks.init = now - started;
    else between.push(now - given);
    const left = between.length < invocations;
    const event = left
      ? { eventType: "INVOKE", deadlineMs: Date.now() + 3000, requestId: "r", invokedFunctionArn: "a" }
      : { eventType: "SHUTDOWN", deadlineMs: Date.now() + 2000, shutdownReason: "spindown" };
    if (!left) marks.memory = [child.pid, ...descendants(child.pid)].map(peakMegabytes).reduce((a, b) => a + b);
    given = performance.now();
    response.setHeader("Content-Type", "application/json").end(JSON.stringify(event));
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  const runtimeApi = `127.0.0.1:${server.address().port}`;
  const env = { PATH: process.env.PATH, AWS_LAMBDA_RUNTIME_API: runtimeApi, ...variables };
  started = performance.now();
  const child = spawn(file, [], { env, stdio: "ignore" });
  const code = await new Promise((resolve) => child.on("close", resolve));
  server.close();
  if (code !== 0) throw new Error(`${file} ended with ${code}`);
  marks.invocation = median(between);
  return marks;
}

function descendants(pid) {
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8")
    .trim()
    .split(" ")
    .filter(Boolean)
    .map(Number);
  return children.flatMap((child) => [child, ...descendants(child)]);
}
