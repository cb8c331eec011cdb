// The same Go function, without and with an extension, through our endpoint and through AWS's emulator.
import { cpSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { awsEmulator, startAwsEmulator } from "./aws-emulator.js";
import { isolationLevels, loadEmulator } from "./local-endpoint.js";
import { median, milliseconds, quantile, run } from "./measure.js";
import { workspace } from "./workspace.js";

const caller = fileURLToPath(new URL("caller.js", import.meta.url));
const extension = fileURLToPath(new URL("../test/emulator/execution/fixtures/extension", import.meta.url));
const coldRounds = 15;
const warmRounds = 10;
const warmCalls = 300;
/** The first ones of a caller open its connection and warm it up. */
const unmeasured = 30;
const spacedCalls = 150;
/** Between two invocations, so that every one finds its environment frozen; milliseconds. */
const pause = 5;
const ports = { bare: 18_080, extended: 18_180 };
const titles = { bare: "Go function", extended: "Go function and extension" };
const goarch = process.arch === "arm64" ? "arm64" : "amd64";

/** Times at the caller, who is a process of its own; variants take turns. */
export async function emulator() {
  const { folder, lambdaExt, remove } = workspace();
  const { leadEndpoint, dispose } = await loadEmulator();
  const theirs = awsEmulator === undefined ? [] : [{ title: "AWS's emulator" }];
  const levels = isolationLevels();
  const ours = levels.flatMap((isolation) =>
    [false, true].map((freeze) => ({
      title: `ours, \`${isolation}\`${freeze ? ", freezing" : ""}`,
      isolation,
      freeze,
    })),
  );
  try {
    await lambdaExt(["init", "function", "--template", "function-go"]);
    cpSync(extension, join(folder, "extension"), { recursive: true });
    for (const project of ["extension", "function"]) await lambdaExt(["build", "--quiet"], join(folder, project));
    for (const variant of ours) await open(variant, { folder, lambdaExt, leadEndpoint });
    for (const variant of theirs) await openTheirs(variant, folder);
    const variants = [...theirs, ...ours];
    const figures = [];
    for (const name of Object.keys(titles)) {
      const found = variants.map(() => ({ cold: [], warm: [], spaced: [] }));
      for (let round = 0; round <= coldRounds; round++) {
        for (const [index, variant] of variants.entries()) {
          const url = await variant.fresh(name);
          const [time] = await call(variant, { url, name, count: 1 });
          if (round > 0) found[index].cold.push(time);
        }
      }
      for (let round = 0; round < warmRounds; round++) {
        for (const [index, variant] of variants.entries()) {
          const times = await call(variant, { name, count: warmCalls + unmeasured });
          found[index].warm.push(...times.slice(unmeasured));
        }
      }
      for (const [index, variant] of variants.entries()) {
        found[index].spaced = (await call(variant, { name, count: spacedCalls, pause })).slice(unmeasured);
      }
      figures.push({ name, found });
    }
    for (const variant of variants) await variant.close();
    return report(figures, variants);
  } finally {
    remove();
    dispose();
  }
}

async function open(variant, { folder, lambdaExt, leadEndpoint }) {
  const { isolation, freeze } = variant;
  const directory = join(folder, `local-${isolation}-${freeze}`);
  const env = { ...process.env, LAMBDA_EXT_ISOLATION: isolation };
  const endpoint = await leadEndpoint({ directory, env, isolation, freeze, pid: process.pid });
  const variables = { AWS_REGION: "us-east-1", LAMBDA_EXT_LOCAL_DIR: directory };
  const type = (argv, project) => lambdaExt([...argv, "--local", "--quiet"], join(folder, project), variables);
  await type(["publish"], "extension");
  await type(["create-role", "bench-role"], "extension");
  const arch = goarch === "arm64" ? "arm64" : "x86_64";
  for (const name of Object.keys(titles)) {
    await type(["create-function", name, "--role", "bench-role", "--arch", arch], "function");
  }
  await type(["attach", "--function", "extended"], "extension");
  const executor = await endpoint.executor();
  const { accessKeyId, secretAccessKey } = endpoint.credentials;
  variant.env = { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey };
  variant.urls = { bare: endpoint.url, extended: endpoint.url };
  variant.fresh = async (name) => {
    await executor.retire(`arn:aws:lambda:us-east-1:123456789012:function:${name}`);
    return endpoint.url;
  };
  variant.close = () => endpoint.close();
}

/** Each function has a process of AWS's emulator, which runs one only. */
async function openTheirs(variant, folder) {
  const task = join(folder, "task");
  const layer = join(folder, "layer");
  const empty = join(folder, "empty");
  for (const made of [task, layer, empty]) mkdirSync(made);
  await run("unzip", ["-q", join(folder, "function", "dist", `function-go-${goarch}.zip`), "-d", task]);
  await run("unzip", ["-q", join(folder, "extension", "dist", `extension-${goarch}.zip`), "-d", layer]);
  const running = {};
  variant.env = { AWS_ACCESS_KEY_ID: "not", AWS_SECRET_ACCESS_KEY: "read" };
  variant.urls = {};
  variant.fresh = async (name) => {
    await running[name]?.stop();
    running[name] = await startAwsEmulator({ task, opt: name === "extended" ? layer : empty, port: ports[name] });
    variant.urls[name] = running[name].url;
    return running[name].url;
  };
  variant.functionName = "function";
  variant.close = async () => {
    for (const process of Object.values(running)) await process.stop();
  };
}

async function call(variant, { url, name, count, pause = 0 }) {
  const argv = [caller, url ?? variant.urls[name], variant.functionName ?? name, `${count}`, `${pause}`];
  return JSON.parse(await run(process.execPath, argv, { env: { ...process.env, ...variant.env } }));
}

function report(figures, variants) {
  const rows = [["", "through", "cold", "warm p50", "warm p99", `p50, one every ${pause} ms`]];
  const aims = [];
  for (const { name, found } of figures) {
    const baseline = awsEmulator === undefined ? undefined : found[0];
    for (const [index, { title, isolation, freeze }] of variants.entries()) {
      const { cold, warm, spaced } = found[index];
      const cells = [median(cold), median(warm), quantile(warm, 0.99), median(spaced)];
      rows.push([titles[name], title, ...cells.map(milliseconds)]);
      if (isolation === undefined || baseline === undefined || freeze) continue;
      const more = median(cold) - median(baseline.cold);
      const most = isolation === "none" ? 15 : 30;
      aims.push({
        aim: `${titles[name]}, ${title}, freezing off: warm p50 at most that of AWS's emulator`,
        reached: `${milliseconds(median(warm))} against ${milliseconds(median(baseline.warm))}`,
        met: median(warm) <= median(baseline.warm),
      });
      aims.push({
        aim: `${titles[name]}, ${title}: cold start at most ${most} ms above it`,
        reached: `${more.toFixed(0)} ms above`,
        met: more <= most,
      });
    }
  }
  const absent =
    awsEmulator === undefined ? " AWS's emulator was not there (LAMBDA_EXT_BENCH_RIE names its program)." : "";
  return {
    title: "Beside AWS's emulator",
    text: `Sequential, \`{}\` for a payload, timed at the caller, a process of its own, from its request's first byte to its answer's last; ${warmRounds} × ${warmCalls} warm ones and ${coldRounds} cold ones, in turns. AWS's emulator verifies no signature, starts no extension before the first invocation and never freezes. "Freezing" is Lambda's way and our default, a millisecond after the end of each invocation: a tight loop hardly meets it, the last column does each time. Why ours takes longer: each write to a socket wakes another process (50 to 75 µs on this machine, two on the way), and the function takes its 100 µs, in both; what is left are three HTTP requests in Node.js, of which AWS's emulator makes its own in Go. Tried: the caller's answer before the runtime's 202, answers in one write, one-shot hashes and fewer header objects (8 % together, kept); the 202 first (no difference); nobody woken who does not sleep (kept).${absent}`,
    rows,
    aims,
  };
}
