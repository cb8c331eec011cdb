// What the cache sidecar takes for a hit and a miss, beside a function that has no cache, and how many hits it answers beside a plain handler.
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { createServer } from "node:http";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { live } from "./life.js";
import { median, milliseconds, quantile, run } from "./measure.js";
import { compile, freePorts, peakMegabytes, reachable } from "./parts.js";
import { workspace } from "./workspace.js";

const name = "cache-sidecar";
const goarch = process.arch === "x64" ? "amd64" : "arm64";
const tableMilliseconds = 20;
const items = 500;
const rounds = 10;
const missesOfRound = 20;
const connections = 16;
const loadMilliseconds = 1000;

/** Measures it; table, cache, plain handler and client are processes of their own. Needs Go, unzip, and a redis-server for the row on Redis. */
export async function cache() {
  const { folder, lambdaExt, remove } = workspace();
  const children = [];
  const start = (file, argv, env) => {
    const child = spawn(file, argv, { stdio: ["ignore", "ignore", "inherit"], env, cwd: folder });
    children.push(child);
    return child;
  };
  const lambda = await startLambda();
  try {
    const parts = await compile(folder, "parts", fileURLToPath(new URL("cache", import.meta.url)), ".");
    await lambdaExt(["init", "project", "--template", "cache-sidecar", "--name", name]);
    const built = {};
    for (const size of ["default", "min"]) built[size] = await build(lambdaExt, join(folder, "project"), size);
    const { program } = built.default;
    const hasRedis = process.env.PATH.split(":").some((path) => existsSync(join(path, "redis-server")));

    const ports = await freePorts(6);
    const [table, plain, memory, redis, store] = ports.map((port) => `127.0.0.1:${port}`);
    start(parts, ["table", table, `${tableMilliseconds}`]);
    start(parts, ["plain", plain, `${items}`]);
    if (hasRedis) start("redis-server", ["--bind", "127.0.0.1", "--port", `${ports[4]}`, "--save", ""]);
    await Promise.all([ports[0], ports[1], ...(hasRedis ? [ports[4]] : [])].map(reachable));
    const env = (port, variables) => ({
      AWS_LAMBDA_RUNTIME_API: lambda.address,
      AWS_ENDPOINT_URL_DYNAMODB: `http://${table}`,
      ...{ AWS_REGION: "us-east-1", AWS_ACCESS_KEY_ID: "bench", AWS_SECRET_ACCESS_KEY: "bench" },
      ...{ CACHE_PORT: `${port}`, CACHE_TTL: "1h", ...variables },
    });
    const child = start(program, [], env(ports[2], { CACHE_BACKEND: "memory" }));
    // Without a Redis it starts all the same, and is not asked.
    start(program, [], env(ports[3], { CACHE_BACKEND: "redis", REDIS_URL: `redis://${store}/0` }));
    await Promise.all([ports[2], ports[3]].map(reachable));

    const ask = (...argv) => run(parts, argv.map(String)).then(JSON.parse);
    for (const address of hasRedis ? [memory, redis] : [memory]) await ask("ask", address, "hit", "miss", items);
    const found = await inTurns({
      "a plain handler with a map": () => ask("ask", plain, "hit", "any", items),
      "a hit, in memory": () => ask("ask", memory, "hit", "hit", items),
      ...(hasRedis && { "a hit, in Redis on the same machine": () => ask("ask", redis, "hit", "hit", items) }),
      "a miss": (round) => ask("ask", memory, `miss-${round}`, "miss", missesOfRound),
      "no cache: the table itself": (round) => ask("read", table, `read-${round}`, missesOfRound),
    });
    const answers = await inTurns({
      plain: () => ask("load", plain, connections, loadMilliseconds, items),
      memory: () => ask("load", memory, connections, loadMilliseconds, items),
    });
    const megabytes = peakMegabytes(child.pid);
    const lives = [];
    for (let life = 0; life < 30; life++) lives.push(await live(program, { CACHE_PORT: `${ports[5]}` }));
    return report({ found, answers, megabytes, lives, built });
  } finally {
    for (const child of children) child.kill("SIGKILL");
    lambda.server.close();
    lambda.server.closeAllConnections();
    remove();
  }
}

/** Builds a project; gives back the layers' bytes and this machine's program. */
async function build(lambdaExt, project, size) {
  const out = join(project, size);
  const { artifacts } = JSON.parse(await lambdaExt(["build", "--size", size, "--out-dir", out, "--json"], project));
  const { zip, binary } = artifacts.find((artifact) => artifact.goarch === goarch);
  await run("unzip", ["-q", join(out, zip), "-d", join(out, goarch)]);
  return {
    program: join(out, goarch, binary.path),
    bytes: Object.fromEntries(artifacts.map((artifact) => [artifact.goarch, artifact.zipBytes])),
  };
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

function report({ found, answers, megabytes, lives, built }) {
  const at = (name, share) => median(found[name].map((times) => quantile(times, share))) / 1e6;
  const perSecond = Object.fromEntries(Object.entries(answers).map(([name, all]) => [name, median(all)]));
  const less = 1 - median(answers.memory.map((hits, round) => hits / answers.plain[round]));
  const hit = at("a hit, in memory", 0.5);
  const ratio = at("a miss", 0.5) / hit;
  const mb = (value) => `${value.toFixed(1)} MB`;
  const layer = ({ bytes }) => `${mb(bytes.amd64 / 1e6)} (amd64) and ${mb(bytes.arm64 / 1e6)} (arm64)`;
  const life = (part) => median(lives.map((one) => one[part]));
  return {
    title: "The cache sidecar",
    text: `Over one connection, in turns: ${rounds} × ${items} hits, ${rounds} × ${missesOfRound} misses against a table that takes ${tableMilliseconds} ms, and as many reads of that table without a sidecar; medians of the rounds. Then hits over ${connections} connections at once, ${rounds} × ${loadMilliseconds / 1000} s, on the same cores as the client: ${perSecond.plain.toFixed(0)} a second from the plain handler, ${perSecond.memory.toFixed(0)} from the sidecar. Its layer, with every kind of cache in it, has ${layer(built.default)}, with --size min ${layer(built.min)}; it registers ${milliseconds(life("register"))} after its start, ends its INIT after ${milliseconds(life("init"))}, asks for the next event ${milliseconds(life("invocation"))} after the one before, and holds ${mb(life("memory"))} until it is asked, ${mb(megabytes)} after all of these hits.`,
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
