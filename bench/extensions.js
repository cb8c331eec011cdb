// What the two smallest extensions cost, in Go and in sh, and what the runtime layer's bootstrap adds to the start of a program.
import { spawn } from "node:child_process";
import { chmodSync, copyFileSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { interleave, median, milliseconds, run } from "./measure.js";
import { compile, peakMegabytes } from "./parts.js";

const templates = fileURLToPath(new URL("../templates", import.meta.url));
const lives = 30;
const invocations = 20;

/** Measures them against a Lambda that answers at once. */
export async function extensions() {
  const folder = mkdtempSync(join(tmpdir(), "lambda-ext-bench-"));
  try {
    const build = (name, tags) =>
      compile(folder, name, templates, "./extension-go", { tags: ["nethttpomithttp2", ...tags] });
    const shell = join(folder, "extension-shell");
    copyFileSync(join(templates, "extension-shell", "extension.sh"), shell);
    chmodSync(shell, 0o755);
    const files = {
      "extension-go": await build("extension-go", []),
      "extension-go, with telemetry": await build("listening", ["telemetry"]),
      "extension-shell": shell,
    };
    const found = Object.fromEntries(Object.keys(files).map((title) => [title, []]));
    for (let life = 0; life < lives; life++) {
      for (const [title, file] of Object.entries(files)) found[title].push(await live(file));
    }
    const row = (title, part, show) => [title, ...Object.values(found).map((all) => show(median(all.map(part))))];
    const bootstrap = await startThroughBootstrap(folder);
    const added = median(bootstrap.through) - median(bootstrap.directly);
    return {
      title: "The smallest extensions, and the bootstrap of go-runtime-layer",
      text: `${lives} lives of each with ${invocations} invocations, and sixty starts of a program that does nothing: ${milliseconds(median(bootstrap.directly))} directly, ${milliseconds(added)} more through the bootstrap.`,
      rows: [
        ["", ...Object.keys(found)],
        row("start to the request to register", (life) => life.register, milliseconds),
        row("start to the end of its INIT", (life) => life.init, milliseconds),
        row("an invocation", (life) => life.invocation, milliseconds),
        row(
          "most memory held",
          (life) => life.memory,
          (value) => `${value.toFixed(1)} MB`,
        ),
      ],
      // Nobody has set any for these.
      aims: [],
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/**
 * One life. In milliseconds: until it registers, until it first asks for an event, and from an event to the request for the next. In MB: what
 * its processes have held at most, those together that wait for the last event.
 */
async function live(file) {
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
  const env = { PATH: process.env.PATH, AWS_LAMBDA_RUNTIME_API: `127.0.0.1:${server.address().port}` };
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

async function startThroughBootstrap(folder) {
  const program = join(folder, "hello");
  copyFileSync("/bin/true", program);
  chmodSync(program, 0o755);
  const bootstrap = join(templates, "go-runtime-layer", "bootstrap");
  const env = { PATH: process.env.PATH, LAMBDA_TASK_ROOT: folder, _HANDLER: "hello" };
  const { directly, through } = await interleave(
    { directly: () => run(program, [], { env }), through: () => run("/bin/sh", [bootstrap], { env }) },
    60,
  );
  return { directly, through };
}
