// What a long life leaves behind: `npm run soak` invokes, restarts and crashes one function for minutes, at every isolation level that
// this machine has, and writes what it counted to bench/soak.md. It exits with 1 where something was lost or left.
import { cpSync, readdirSync, readFileSync, readlinkSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { CloudWatchLogsClient, paginateFilterLogEvents } from "@aws-sdk/client-cloudwatch-logs";
import { InvokeCommand, LambdaClient, UpdateFunctionConfigurationCommand } from "@aws-sdk/client-lambda";
import { isolationLevels } from "./local-endpoint.js";
import { machine } from "./measure.js";
import { workspace } from "./workspace.js";

const fixtures = fileURLToPath(new URL("../test/emulator/execution/fixtures", import.meta.url));
const invocations = Number(process.env.SOAK_INVOCATIONS ?? 10_000);
const coldStarts = Number(process.env.SOAK_COLD_STARTS ?? 1000);
const crashes = Number(process.env.SOAK_CRASHES ?? 200);
/** Longer than the freeze takes to come: every invocation finds its environment frozen. */
const pause = 3;
/** Before the first reading: connections are open, code is compiled, and as many log files are held open as ever will be (32). */
const warmUp = { coldStarts: 40, invocations: 300 };
/** Of resident memory from the first reading to the last, beyond which something is taken to grow. */
const mostGrowth = 48;

const rows = [["isolation", "", "answered", "events", "file handles", "processes", "resident memory"]];
const problems = [];
for (const isolation of isolationLevels()) {
  process.stderr.write(`soaking at isolation ${isolation} …\n`);
  await soak(isolation);
}
const line = (cells) => `| ${cells.join(" | ")} |`;
const table = [line(rows[0]), line(rows[0].map(() => "---")), ...rows.slice(1).map(line)].join("\n");
const verdict =
  problems.length === 0
    ? "Nothing was lost and nothing was left."
    : problems.map((problem) => `- **${problem}**`).join("\n");
writeFileSync(
  new URL("soak.md", import.meta.url),
  `# Soak

Counted by \`npm run soak\` on ${machine()}. One Go function with an extension that subscribes to telemetry, through the endpoint that \`lambda-ext local start\` starts: ${invocations} invocations, each of a
frozen environment; ${coldStarts} cold starts, each after a change of the configuration; ${crashes} invocations in a row whose runtime exits. "Events" are what reached the telemetry listener (or the log,
where it says so) against what there was to tell. Handles, processes and memory are the endpoint's: at the first reading, after ${warmUp.coldStarts} cold starts and ${warmUp.invocations} invocations, and at the end of each part.

${table}

${verdict}
`,
);
process.stdout.write(`${table}\n\n${verdict}\n`);
process.exit(problems.length === 0 ? 0 : 1);

async function soak(isolation) {
  const { folder, lambdaExt, remove } = workspace();
  const collector = await collect();
  const variables = { AWS_REGION: "us-east-1", LAMBDA_EXT_TARGET: "local", LAMBDA_EXT_ISOLATION: isolation };
  const type = async (argv, project = ".") => lambdaExt([...argv, "--quiet"], join(folder, project), variables);
  try {
    await deploy({ folder, type, port: collector.port });
    const { pid } = JSON.parse(await type(["local", "status", "--json"]));
    const { variables: target } = JSON.parse(await type(["local", "env", "--json"]));
    const client = {
      endpoint: target.AWS_ENDPOINT_URL,
      region: "us-east-1",
      credentials: { accessKeyId: target.AWS_ACCESS_KEY_ID, secretAccessKey: target.AWS_SECRET_ACCESS_KEY },
      maxAttempts: 1,
    };
    const lambda = new LambdaClient(client);
    const logs = new CloudWatchLogsClient(client);
    const invoke = async (event) => {
      const { FunctionError, Payload } = await lambda.send(
        new InvokeCommand({ FunctionName: "soak", Payload: JSON.stringify(event) }),
      );
      return FunctionError === undefined ? JSON.parse(Buffer.from(Payload)) : { error: FunctionError };
    };
    const check = (holds, problem) => holds || problems.push(`${isolation}: ${problem}`);

    const startCold = async (round) => {
      await lambda.send(
        new UpdateFunctionConfigurationCommand({ FunctionName: "soak", Description: `round ${round}` }),
      );
      // Until the update is through, the function is what it was.
      do await sleep(10);
      while ((await invoke({ do: "print", text: "cold\n" })).count !== 1);
    };

    for (let round = 0; round < warmUp.coldStarts; round++) await startCold(`warm-up ${round}`);
    for (let call = 0; call < warmUp.invocations; call++) await invoke({ do: "print", text: "warm\n" });
    const first = look(pid);
    rows.push([isolation, "first reading", "", "", ...cellsOf(first)]);

    collector.reset();
    const before = await count(logs, "REPORT");
    const offset = (await invoke({ do: "print", text: "before\n" })).count + 1;
    let answered = 0;
    for (let call = 0; call < invocations; call++) {
      const answer = await invoke({ do: "print", text: `line ${call}\n` });
      if (answer.count === call + offset) answered++;
      await sleep(pause);
    }
    // What an environment has still to tell when it is frozen comes with the next events.
    for (let call = 0; call < 3; call++) {
      await invoke({ do: "print", text: "after\n" });
      await sleep(100);
    }
    const counted = collector.counts;
    const told = `${counted["platform.start"]} starts, ${counted["platform.runtimeDone"]} ends, ${counted["platform.report"]} reports, ${counted.lines} lines`;
    check(
      answered === invocations,
      `${invocations - answered} of ${invocations} invocations were not answered in order`,
    );
    check(counted.lines === invocations, `${counted.lines} of ${invocations} lines of the function arrived`);
    for (const event of ["platform.start", "platform.runtimeDone", "platform.report"]) {
      check(counted[event] >= invocations, `${counted[event]} of ${invocations} ${event} arrived`);
    }
    check(counted["platform.logsDropped"] === undefined, "telemetry was dropped");
    const logged = (await count(logs, "REPORT")) - before - 4;
    check(logged === invocations, `${logged} of ${invocations} REPORT lines are in the log`);
    rows.push([isolation, "invocations", `${answered}`, told, ...cellsOf(look(pid))]);

    for (let round = 0; round < coldStarts; round++) await startCold(round);
    const inits = (await count(logs, "INIT_START")) - warmUp.coldStarts;
    // One that took too long to be free again leaves the next invocation to another one.
    check(inits >= coldStarts, `${inits} INIT_START lines for ${coldStarts} cold starts`);
    rows.push([isolation, "cold starts", `${coldStarts}`, `${inits} INIT_START in the log`, ...cellsOf(look(pid))]);

    let crashed = 0;
    for (let round = 0; round < crashes; round++) {
      if ((await invoke({ do: "exit", size: 1 })).error === "Unhandled") crashed++;
    }
    const after = await invoke({ do: "print", text: "well\n" });
    const exits = await count(logs, '"Runtime.ExitError"');
    check(crashed === crashes, `${crashes - crashed} of ${crashes} crashes were not told to the caller`);
    check(after.count === 1, "the invocation after the crashes did not succeed");
    check(exits >= crashes, `${exits} of ${crashes} crashes are in the log`);
    const last = look(pid);
    rows.push([isolation, "crashes", `${crashed}`, `${exits} Runtime.ExitError in the log`, ...cellsOf(last)]);
    // A connection or a file that is just open is no leak: those grow with the counts above.
    check(last.handles <= first.handles + 2, `${last.handles - first.handles} file handles more than at first`);
    check(last.processes <= first.processes, `${last.processes - first.processes} processes more than at first`);
    check(last.megabytes - first.megabytes < mostGrowth, `${last.megabytes - first.megabytes} MB more than at first`);

    lambda.destroy();
    logs.destroy();
    await type(["local", "stop"]);
    const left = processesOf(folder);
    check(left.length === 0, `${left.length} processes were left at the end`);
    rows.push([isolation, "after `local stop`", "", "", "", `${left.length}`, ""]);
  } finally {
    await type(["local", "stop"]);
    collector.close();
    remove();
  }
}

async function deploy({ folder, type, port }) {
  for (const name of ["extension", "function"]) cpSync(join(fixtures, name), join(folder, name), { recursive: true });
  writeFileSync(join(folder, "function", "lambda-ext.jsonc"), '{ "name": "soak", "kind": "function" }');
  for (const project of ["extension", "function"]) await type(["build"], project);
  await type(["publish"], "extension");
  await type(["create-role", "soak-role"], "extension");
  const arch = process.arch === "arm64" ? "arm64" : "x86_64";
  await type(["create-function", "soak", "--role", "soak-role", "--arch", arch], "function");
  const subscription = {
    schemaVersion: "2022-12-13",
    types: ["platform", "function"],
    buffering: { maxItems: 1000, maxBytes: 262_144, timeoutMs: 25 },
    destination: { protocol: "HTTP", URI: "http://sandbox.localdomain:PORT/" },
  };
  const words = `telemetry=${Buffer.from(JSON.stringify(subscription)).toString("base64url")},collect=${port}`;
  await type(["attach", "--function", "soak", "--env", `EXTENSION_EXTENSION=${words}`], "extension");
}

/** Counts what the extension's listener hands on. */
async function collect() {
  let counts = {};
  const server = createServer((request, response) => {
    let text = "";
    request.on("data", (chunk) => {
      text += chunk;
    });
    request.on("end", () => {
      for (const { type, record } of JSON.parse(text)) {
        counts[type] = (counts[type] ?? 0) + 1;
        if (type === "function" && /^line \d+\n?$/.test(record)) counts.lines++;
      }
      response.end();
    });
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    port: server.address().port,
    get counts() {
      return counts;
    },
    reset() {
      counts = { lines: 0 };
    },
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
}

async function count(client, filterPattern) {
  let found = 0;
  for await (const { events } of paginateFilterLogEvents(
    { client },
    { logGroupName: "/aws/lambda/soak", filterPattern },
  )) {
    found += events.length;
  }
  return found;
}

/** The endpoint from outside: open handles, processes below it, resident MB. */
function look(pid) {
  const status = readFileSync(`/proc/${pid}/status`, "utf8");
  return {
    handles: readdirSync(`/proc/${pid}/fd`).length,
    processes: descendants(pid),
    megabytes: Math.round(Number(/VmRSS:\s+(\d+)/.exec(status)[1]) / 1024),
  };
}

function cellsOf({ handles, processes, megabytes }) {
  return [`${handles}`, `${processes}`, `${megabytes} MB`];
}

function descendants(pid) {
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").split(" ").filter(Boolean);
  return children.reduce((sum, child) => sum + 1 + descendants(child), 0);
}

/** Whatever has the folder in its command line, or runs a file of it. */
function processesOf(folder) {
  return readdirSync("/proc").filter((pid) => {
    if (!/^\d+$/.test(pid) || Number(pid) === process.pid) return false;
    try {
      return (
        readlinkSync(`/proc/${pid}/exe`).startsWith(folder) || readFileSync(`/proc/${pid}/cmdline`).includes(folder)
      );
    } catch {
      return false;
    }
  });
}
