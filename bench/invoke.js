// What a local invocation takes inside the endpoint, cold and warm, in bwrap and in place.
import diagnostics from "node:diagnostics_channel";
import { rmSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { isolationLevels, loadEmulator } from "./local-endpoint.js";
import { median, milliseconds, quantile, run } from "./measure.js";
import { workspace } from "./workspace.js";

const caller = fileURLToPath(new URL("caller.js", import.meta.url));
const warmCalls = 2000;
const coldCalls = 15;
const functions = {
  go: "Go function",
  "go-extension": "Go function and extension",
  node: "Node.js function and extension",
};

/** Measures invocations; the caller is a process of its own, the time is from request to response at the endpoint. */
export async function invoke() {
  const { folder, lambdaExt, remove } = workspace();
  const { leadEndpoint, dispose } = await loadEmulator();
  const rows = [["", "isolation", "cold", "warm p50", "warm p99"]];
  const p50 = [];
  try {
    await lambdaExt(["init", "extension", "--template", "parameter-store"]);
    await lambdaExt(["init", "function", "--template", "function-go"]);
    for (const project of ["extension", "function"]) await lambdaExt(["build", "--quiet"], join(folder, project));
    for (const isolation of isolationLevels()) {
      const directory = join(folder, "local");
      const endpoint = await leadEndpoint({
        directory,
        env: { ...process.env, LAMBDA_EXT_ISOLATION: isolation },
        isolation,
        pid: process.pid,
      });
      await deploy((argv, project) =>
        lambdaExt([...argv, "--local", "--quiet", "--region", "us-east-1"], join(folder, project), {
          LAMBDA_EXT_ISOLATION: isolation,
        }),
      );
      for (const [name, title] of Object.entries(functions)) {
        const { cold, warm } = await measure(endpoint, name);
        rows.push([
          title,
          isolation,
          milliseconds(median(cold)),
          milliseconds(median(warm)),
          milliseconds(quantile(warm, 0.99)),
        ]);
        if (name.startsWith("go")) p50.push(median(warm));
      }
      await endpoint.close();
      rmSync(directory, { recursive: true, force: true });
    }
  } finally {
    remove();
    dispose();
  }
  const worst = Math.max(...p50);
  return {
    title: "Local invocations",
    text: `Sequential, \`{}\` for a payload, each request signed and verified, frozen only where a millisecond passes without one, which in this tight loop is hardly ever (frozen after every invocation, before that delay was added, the same machine gave 0.50 to 0.56 ms in bwrap and 0.40 to 0.48 ms in place): ${coldCalls} cold ones, ${warmCalls} warm ones, from the request's arrival at the endpoint to the end of its answer.`,
    rows,
    aims: [
      { aim: "warm p50 under 0.5 ms inside the endpoint", reached: `${milliseconds(worst)} at most`, met: worst < 0.5 },
    ],
  };
}

async function deploy(lambdaExt) {
  await lambdaExt(["publish"], "extension");
  await lambdaExt(["put-parameter", "/lambda-ext/demo/config", "--value", "{}"], "extension");
  await lambdaExt(["create-role", "bench-role"], "extension");
  const arch = process.arch === "arm64" ? "arm64" : "x86_64";
  for (const name of ["go", "go-extension"]) {
    await lambdaExt(["create-function", name, "--role", "bench-role", "--arch", arch], "function");
  }
  await lambdaExt(
    [
      "create-function",
      "node",
      "--source",
      "examples/nodejs",
      "--runtime",
      "nodejs22.x",
      "--role",
      "bench-role",
      "--arch",
      arch,
    ],
    "extension",
  );
  for (const name of ["go-extension", "node"]) await lambdaExt(["attach", "--function", name], "extension");
}

async function measure(endpoint, name) {
  const executor = await endpoint.executor();
  const { accessKeyId, secretAccessKey } = endpoint.credentials;
  const call = (count) =>
    run(process.execPath, [caller, endpoint.url, name, `${count}`], {
      env: { ...process.env, AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey },
    });
  const cold = [];
  for (let round = 0; round <= coldCalls; round++) {
    await executor.retire(`arn:aws:lambda:us-east-1:123456789012:function:${name}`);
    const [time] = await timed(() => call(1));
    if (round > 0) cold.push(time);
  }
  await call(200);
  return { cold, warm: await timed(() => call(warmCalls)) };
}

/** Milliseconds of every invocation that the endpoint answered meanwhile. */
async function timed(work) {
  const starts = new Map();
  const found = [];
  const onStart = ({ request, response }) => {
    if (request.url.includes("/invocations")) starts.set(response, performance.now());
  };
  const onFinish = ({ response }) => {
    const start = starts.get(response);
    if (start !== undefined) found.push(performance.now() - start);
    starts.delete(response);
  };
  diagnostics.subscribe("http.server.request.start", onStart);
  diagnostics.subscribe("http.server.response.finish", onFinish);
  await work();
  diagnostics.unsubscribe("http.server.request.start", onStart);
  diagnostics.unsubscribe("http.server.response.finish", onFinish);
  return found;
}
