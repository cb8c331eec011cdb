// What the cache sidecar takes for a hit and a miss, beside a function that has no cache, and how many hits it answers beside a plain handler.
import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { deflateRawSync } from "node:zlib";
import { median, milliseconds, quantile, run } from "./measure.js";
import { compile, freePorts, peakMegabytes, reachable } from "./parts.js";

const folderOf = (path) => fileURLToPath(new URL(path, import.meta.url));
const tableMilliseconds = 20;
const items = 500;
const rounds = 10;
const missesOfRound = 20;
const connections = 16;
const loadMilliseconds = 1000;
const tags = ["nethttpomithttp2"];

/** Measures it; table, cache, plain handler and client are processes of their own. */
export async function cache() {
  const folder = mkdtempSync(join(tmpdir(), "lambda-ext-bench-"));
  const children = [];
  const start = (file, argv, env) => {
    const child = spawn(file, argv, { stdio: ["ignore", "ignore", "inherit"], env, cwd: folder });
    children.push(child);
    return child;
  };
  const lambda = await startLambda();
  try {
    const parts = await compile(folder, "parts", folderOf("cache"), ".");
    const build = (name, env) => compile(folder, name, folderOf("../templates"), "./cache-sidecar", { tags, env });
    const file = await build("cache-sidecar");
    const ports = await freePorts(5);
    const [table, plain, memory, redis, store] = ports.map((port) => `127.0.0.1:${port}`);
    start(parts, ["table", table, `${tableMilliseconds}`]);
    start(parts, ["plain", plain, `${items}`]);
    start("redis-server", ["--bind", "127.0.0.1", "--port", `${ports[4]}`, "--save", "", "--appendonly", "no"]);
    await Promise.all([ports[0], ports[1], ports[4]].map(reachable));
    const env = (port, variables) => ({
      AWS_LAMBDA_RUNTIME_API: lambda.address,
      AWS_ENDPOINT_URL_DYNAMODB: `http://${table}`,
      ...{ AWS_REGION: "us-east-1", AWS_ACCESS_KEY_ID: "bench", AWS_SECRET_ACCESS_KEY: "bench" },
      ...{ CACHE_PORT: `${port}`, CACHE_TTL: "1h", ...variables },
    });
    const child = start(file, [], env(ports[2], { CACHE_BACKEND: "memory" }));
    const withRedis = start(file, [], env(ports[3], { CACHE_BACKEND: "redis", REDIS_URL: `redis://${store}/0` }));
    await Promise.all([ports[2], ports[3]].map(reachable));

    const ask = (...argv) => run(parts, argv.map(String)).then(JSON.parse);
    for (const address of [memory, redis]) await ask("ask", address, "hit", "miss", items);
    const found = await inTurns({
      "a plain handler with a map": () => ask("ask", plain, "hit", "any", items),
      "a hit, in memory": () => ask("ask", memory, "hit", "hit", items),
      "a hit, in Redis": () => ask("ask", redis, "hit", "hit", items),
      "a miss": (round) => ask("ask", memory, `miss-${round}`, "miss", missesOfRound),
      "no cache: the table itself": (round) => ask("read", table, `read-${round}`, missesOfRound),
    });
    const answers = await inTurns({
      plain: () => ask("load", plain, connections, loadMilliseconds, items),
      memory: () => ask("load", memory, connections, loadMilliseconds, items),
    });
    const megabytes = { memory: peakMegabytes(child.pid), redis: peakMegabytes(withRedis.pid) };
    const layers = {};
    for (const goarch of ["amd64", "arm64"]) layers[goarch] = sizes(await build(goarch, { GOARCH: goarch }));
    return report({ found, answers, megabytes, layers });
  } finally {
    for (const child of children) child.kill("SIGKILL");
    lambda.server.close();
    lambda.server.closeAllConnections();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** A Lambda that registers everybody and has no event for them. */
async function startLambda() {
  const server = createServer((request, response) => {
    request.resume();
    if (!request.url.endsWith("/register")) return;
    response.setHeader("Lambda-Extension-Identifier", "6f1f6b57-7a7e-4f1c-9a53-0d9f0c6f4c11").end("{}");
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  return { server, address: `127.0.0.1:${server.address().port}` };
}

/** What each variant gave in each round, the first round left out; in the next round the next one begins. */
async function inTurns(variants) {
  const names = Object.keys(variants);
  const found = Object.fromEntries(names.map((name) => [name, []]));
  for (let round = 0; round <= rounds; round++) {
    for (let turn = 0; turn < names.length; turn++) {
      const name = names[(round + turn) % names.length];
      const result = await variants[name](round);
      if (round > 0) found[name].push(result);
    }
  }
  return found;
}

function sizes(file) {
  const program = readFileSync(file);
  return { binary: program.length / 1e6, zip: deflateRawSync(program, { level: 9 }).length / 1e6 };
}

function report({ found, answers, megabytes, layers }) {
  const at = (name, share) => median(found[name].map((times) => quantile(times, share))) / 1e6;
  const perSecond = Object.fromEntries(
    Object.entries(answers).map(([name, all]) => [name, median(all.map(({ PerSecond }) => PerSecond))]),
  );
  const less = 1 - median(answers.memory.map(({ PerSecond }, round) => PerSecond / answers.plain[round].PerSecond));
  const hit = at("a hit, in memory", 0.5);
  const ratio = at("a miss", 0.5) / hit;
  const mb = (value) => `${value.toFixed(1)} MB`;
  const layer = ({ binary, zip }) => `${mb(zip)} (binary ${mb(binary)})`;
  return {
    title: "The cache sidecar",
    text: `Over one connection, in turns: ${rounds} × ${items} hits, ${rounds} × ${missesOfRound} misses against a table that takes ${tableMilliseconds} ms, and as many reads of that table without a sidecar; medians of the rounds. Then hits over ${connections} connections at once, ${rounds} × ${loadMilliseconds / 1000} s, on the same cores as the client: ${perSecond.plain.toFixed(0)} a second from the plain handler, ${perSecond.memory.toFixed(0)} from the sidecar. Most memory held: ${mb(megabytes.memory)}, with Redis ${mb(megabytes.redis)}. Layer: ${layer(layers.amd64)} for amd64, ${layer(layers.arm64)} for arm64, every backend in it.`,
    rows: [
      ["", "p50", "p99"],
      ...Object.keys(found).map((name) => [name, ...[0.5, 0.99].map((share) => milliseconds(at(name, share)))]),
    ],
    aims: [
      { aim: "a hit in at most 0.3 ms at p50", reached: milliseconds(hit), met: hit <= 0.3 },
      { aim: "ten times faster than a miss", reached: `${ratio.toFixed(0)} times`, met: ratio >= 10 },
      {
        aim: "as many hits a second as a plain handler, less 20 %",
        reached: less >= 0 ? `${(less * 100).toFixed(0)} % less` : `${(-less * 100).toFixed(0)} % more`,
        met: less <= 0.2,
      },
    ],
  };
}
