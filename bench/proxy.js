// What the runtime-api-proxy adds to an event and to an answer, beside httputil.ReverseProxy, a blind copy of bytes, and nothing in between.
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { median, quantile, run } from "./measure.js";
import { compile, freePorts, peakMegabytes, reachable } from "./parts.js";

const folderOf = (path) => fileURLToPath(new URL(path, import.meta.url));
const rounds = 20;
const exchanges = 1000;
/** The first ones of a connection open and warm it. */
const unmeasured = 200;

/** Measures the proxy; every part is a process of its own. */
export async function proxy() {
  const folder = mkdtempSync(join(tmpdir(), "lambda-ext-bench-"));
  const children = [];
  const start = (file, argv, env) => {
    const child = spawn(file, argv, { stdio: ["ignore", "ignore", "inherit"], env });
    children.push(child);
    return child;
  };
  try {
    const parts = await compile(folder, "parts", folderOf("proxy"), ".");
    const ours = await compile(folder, "proxy", folderOf("../templates"), "./runtime-api-proxy");
    const ports = await freePorts(5);
    const [lambda, copy, reverse, plain, hooked] = ports.map((port) => `127.0.0.1:${port}`);
    const env = (port, variables) => ({ AWS_LAMBDA_RUNTIME_API: lambda, LRAP_LISTENER_PORT: `${port}`, ...variables });
    start(parts, ["lambda", lambda]);
    await reachable(ports[0]);
    start(parts, ["copy", copy, lambda]);
    start(parts, ["reverse", reverse, lambda]);
    const child = start(ours, [], env(ports[3]));
    const hooks = { LRAP_TRACE_HEADER: "X-Trace", LRAP_REDACT_FIELD: "token" };
    start(ours, [], env(ports[4], hooks));
    await Promise.all(ports.map(reachable));
    const variants = {
      "nothing in between": lambda,
      "a blind copy": copy,
      "`httputil.ReverseProxy`": reverse,
      "the proxy": plain,
      "the proxy, with a tracing header and a field to redact": hooked,
    };
    const found = Object.fromEntries(Object.keys(variants).map((title) => [title, { events: [], answers: [] }]));
    for (let round = 0; round < rounds; round++) {
      for (const [title, address] of Object.entries(variants)) {
        const { Events, Answers } = JSON.parse(await run(parts, ["runtime", address, `${exchanges}`]));
        found[title].events.push(Events.slice(unmeasured));
        found[title].answers.push(Answers.slice(unmeasured));
      }
    }
    return report(found, peakMegabytes(child.pid));
  } finally {
    for (const child of children) child.kill("SIGKILL");
    rmSync(folder, { recursive: true, force: true });
  }
}

function report(found, megabytes) {
  const baseline = found["nothing in between"];
  const whole = (times, share) => median(times.map((round) => quantile(round, share))) / 1000;
  const added = (times, base, share) =>
    median(times.map((round, index) => quantile(round, share) - quantile(base[index], share))) / 1000;
  const microseconds = (value) => `${value.toFixed(0)} µs`;
  const rows = [["", "event p50", "event p99", "answer p50", "answer p99"]];
  for (const [title, { events, answers }] of Object.entries(found)) {
    const cells = [
      [events, baseline.events],
      [answers, baseline.answers],
    ].flatMap(([times, base]) =>
      [0.5, 0.99].map((share) =>
        times === base ? `(${microseconds(whole(times, share))})` : `+${microseconds(added(times, base, share))}`,
      ),
    );
    rows.push([title, ...cells.map((cell) => cell.replace("+-", "-"))]);
  }
  const { events } = found["the proxy"];
  const [p50, p99] = [0.5, 0.99].map((share) => added(events, baseline.events, share));
  return {
    title: "The Runtime API proxy",
    text: `What is added to an event and to an answer of 200 bytes: ${rounds} × ${exchanges - unmeasured} of each over one connection, in turns; medians of the rounds, each compared with the one before it that had nothing in between. Lambda, proxies and runtime are processes of their own; the runtime measures from the first byte of its request to the last one of the answer. The first row is the whole time.`,
    rows,
    aims: [
      { aim: "at most 60 µs added to an event at p50", reached: microseconds(p50), met: p50 <= 60 },
      { aim: "at most 150 µs at p99", reached: microseconds(p99), met: p99 <= 150 },
      { aim: "at most 5 MB of memory", reached: `${megabytes.toFixed(1)} MB`, met: megabytes <= 5 },
    ],
  };
}
