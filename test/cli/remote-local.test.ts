// The same walk against the endpoint on this machine: layers, a function that answers, one that throws, its log.
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { IAMClient, PutRolePolicyCommand } from "@aws-sdk/client-iam";
import {
  DeleteFunctionConcurrencyCommand,
  LambdaClient,
  PutFunctionConcurrencyCommand,
  PutFunctionEventInvokeConfigCommand,
  UpdateFunctionConfigurationCommand,
} from "@aws-sdk/client-lambda";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { type CliResult, runCli } from "../support/run-cli.ts";

/** Even majors are what Lambda has, and this Node.js runs the nearest. */
const major = Number(process.versions.node.split(".")[0]);
const runtime = `nodejs${major - (major % 2)}.x`;

describe.skipIf(process.platform !== "linux")("the command line against the local endpoint (needs Linux)", () => {
  let folder: string;
  let env: Record<string, string | undefined>;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "lambda-ext-local-"));
    env = {
      LAMBDA_EXT_LOCAL_DIR: join(folder, "account"),
      AWS_REGION: undefined,
      AWS_DEFAULT_REGION: undefined,
      AWS_ENDPOINT_URL: undefined,
      CI: "1",
    };
    mkdirSync(join(folder, "files"));
    writeFileSync(join(folder, "files", "greeting.txt"), "hello");
    mkdirSync(join(folder, "function"));
    writeFileSync(
      join(folder, "function", "index.mjs"),
      `export const handler = async (event) => {
        console.log("got", JSON.stringify(event));
        if (event.fail) throw new RangeError("told to");
        return { event, mode: process.env.MODE };
      };\n`,
    );
    writeFileSync(
      join(folder, "lambda-ext.jsonc"),
      JSON.stringify({
        name: "walk",
        kind: "layer",
        target: "local",
        contents: [{ from: "files", to: "." }],
        layer: { name: "{name}" },
        attach: { environment: { MODE: "attached" } },
      }),
    );
  });
  afterAll(async () => {
    await runCli(["local", "stop"], { cwd: folder, env });
    rmSync(folder, { recursive: true, force: true });
  });

  const run = (...args: string[]): Promise<CliResult> => runCli(args, { cwd: folder, env });
  // biome-ignore lint/suspicious/noExplicitAny: a test looks at the part of a document that it means.
  async function json(...args: string[]): Promise<any> {
    const { code, stdout, stderr } = await run(...args, "--json");
    expect(code, stderr).toBe(0);
    return JSON.parse(stdout);
  }
  const layer = (version: number) => `arn:aws:lambda:us-east-1:123456789012:layer:walk:${version}`;

  it("publishes both architectures under one name, once", async () => {
    const first = await run("publish");
    expect([first.code, first.stdout]).toEqual([0, `${layer(1)}\n${layer(2)}\n`]);
    const second = await json("publish");
    expect(second.layers).toMatchObject([
      { architecture: "x86_64", version: 1, result: "unchanged" },
      { architecture: "arm64", version: 2, result: "unchanged" },
    ]);
  });

  it("makes a role and a function, and attaches the version of its architecture", async () => {
    expect((await run("create-role", "walk-role")).code).toBe(0);
    const made = await json(
      "create-function",
      "walk",
      "--source",
      "function",
      "--runtime",
      runtime,
      "--role",
      "walk-role",
    );
    expect(made.function).toMatchObject({ state: "Active", lastUpdateStatus: "Successful", architectures: ["x86_64"] });
    // Version 2 is newer, and of the other architecture.
    const attached = await json("attach", "--function", "walk");
    expect(attached.functions[0]).toMatchObject({ before: [], after: [layer(1)], result: "attached" });
    expect((await json("attach", "--function", "walk")).functions[0].result).toBe("unchanged");
  });

  it("refuses a role that isn't there at once", async () => {
    const arn = "arn:aws:iam::123456789012:role/nobody";
    const start = Date.now();
    const { code, stderr } = await run(
      ...["create-function", "other", "--source", "function", "--runtime", runtime, "--role", arn],
    );
    expect(code).toBe(1);
    expect(stderr).toContain("There is no role");
    expect(Date.now() - start).toBeLessThan(30_000);
  });

  it("invokes: the only function, with the variable that attach has set", async () => {
    const { code, stdout, stderr } = await run("invoke", "--payload", '{"a": 1}', "--log");
    expect(code, stderr).toBe(0);
    expect(JSON.parse(stdout)).toEqual({ event: { a: 1 }, mode: "attached" });
    expect(stderr).toMatch(/START RequestId: .*\n/);
    expect(stderr).toContain('got {"a":1}');
    expect(stderr).toMatch(/REPORT RequestId: /);
  });

  it("is 4 where the function throws", async () => {
    const { code, stdout, stderr } = await run("invoke", "--payload", '{"fail":true}', "--out", "error.json");
    expect([code, stdout]).toEqual([4, ""]);
    expect(stderr).toContain("✗ walk returned an error (Unhandled)\nRangeError: told to");
    expect(JSON.parse(readFileSync(join(folder, "error.json"), "utf8"))).toMatchObject({ errorType: "RangeError" });
  });

  it("shows the log", async () => {
    const { events } = await json("logs", "--function", "walk");
    const ofFunction = events.filter(({ source }: { source: string }) => source === "function");
    expect(ofFunction.map(({ message }: { message: string }) => message).join("\n")).toContain('got {"a":1}');
    expect(events.filter(({ message }: { message: string }) => message.startsWith("REPORT"))).toHaveLength(2);
  });

  it("logs as JSON with levels where it is told to, and shows such a log in words", async () => {
    const flags = ["update-function", "walk", "--log-format", "json", "--log-level", "info"];
    expect(await json(...flags)).toMatchObject({
      result: "updated",
      function: { logFormat: "JSON", applicationLogLevel: "INFO", systemLogLevel: "INFO" },
    });
    expect((await json(...flags)).result).toBe("unchanged");
    const { code, stderr } = await run("invoke", "--payload", '{"b":2}', "--log");
    expect(code, stderr).toBe(0);
    expect(stderr).toMatch(/^start requestId=\S+ version=\$LATEST$/m);
    expect(stderr).toMatch(/^INFO got {"b":2}$/m);
    expect(stderr).toMatch(/^report requestId=\S+ status=success durationMs=\S+ billedDurationMs=\d+ /m);
    const log = await run("logs", "--function", "walk");
    expect(log.stdout).toMatch(/^\S+ \| report requestId=/m);
    expect(log.stdout).toMatch(/^\S+ {3}INFO got {"b":2}$/m);
    expect((await run("get-function", "walk")).stdout).toMatch(/^log format +JSON, the function from INFO on, Lambda/m);
    const wrong = await run("update-function", "walk", "--log-level", "loud");
    expect(wrong).toMatchObject({ code: 2, stderr: expect.stringContaining("It is trace, debug, info, warn, error") });
    expect((await json("update-function", "walk", "--log-format", "text")).function.logFormat).toBe("Text");
    const refused = await run("update-function", "walk", "--log-level", "warn");
    expect(refused.code).toBe(1);
    expect(refused.stderr).toContain('LogLevel is not supported when LogFormat is set to "Text"');
  });

  it("shows what the endpoint warned of during an invocation, once", async () => {
    const other = major === 22 ? "nodejs20.x" : "nodejs22.x";
    expect((await run("update-function", "walk", "--runtime", other)).code).toBe(0);
    const warning = new RegExp(`Functions of ${other.replace(".", "\\.")} run with Node\\.js`);
    const first = await run("invoke", "--json");
    expect([first.code, first.stderr]).toEqual([0, expect.stringMatching(warning)]);
    expect(JSON.parse(first.stdout).warnings).toEqual([expect.stringMatching(warning)]);
    const second = await run("invoke", "--json");
    expect([second.code, second.stderr, JSON.parse(second.stdout).warnings]).toEqual([0, "", undefined]);
    expect((await json("local", "status")).warnings.at(-1).message).toMatch(warning);
    expect((await run("local", "status")).stdout).toMatch(/^warnings +(.*\n +)*\d\d:\d\d:\d\d Functions of/m);
  });

  it("lets processes run on between invocations where it is started with --no-freeze", async () => {
    mkdirSync(join(folder, "ticking"));
    const source = `let ticks = 0;
      setInterval(() => ticks++, 5);
      export const handler = async () => ticks;\n`;
    writeFileSync(join(folder, "ticking", "index.mjs"), source);
    const made = await run(
      ...["create-function", "ticking", "--source", "ticking", "--runtime", runtime, "--role", "walk-role"],
    );
    expect(made.code, made.stderr).toBe(0);
    const ticks = async () => (await json("invoke", "--function", "ticking")).payload;
    const first = await ticks();
    expect((await ticks()) - first).toBeLessThan(10);
    const started = await run("local", "start", "--no-freeze");
    expect([started.code, started.stderr]).toEqual([0, expect.stringContaining("wanted is --no-freeze")]);
    const awake = await ticks();
    // Starting the command takes longer than ten ticks.
    expect((await ticks()) - awake).toBeGreaterThan(10);
    expect((await run("delete-function", "ticking", "--yes")).code).toBe(0);
  });

  it("says what is reserved, what is throttled, and where the records of events are", async () => {
    const { variables } = await json("local", "env");
    const client = {
      endpoint: variables.AWS_ENDPOINT_URL,
      region: variables.AWS_REGION,
      credentials: { accessKeyId: variables.AWS_ACCESS_KEY_ID, secretAccessKey: variables.AWS_SECRET_ACCESS_KEY },
    };
    const lambda = new LambdaClient(client);
    const queue = "arn:aws:sqs:us-east-1:123456789012:failures";
    const Statement = [{ Effect: "Allow", Action: "sqs:SendMessage", Resource: queue }];
    const PolicyDocument = JSON.stringify({ Version: "2012-10-17", Statement });
    await new IAMClient(client).send(
      new PutRolePolicyCommand({ RoleName: "walk-role", PolicyName: "sends", PolicyDocument }),
    );
    const DestinationConfig = { OnFailure: { Destination: queue } };
    await lambda.send(
      new PutFunctionEventInvokeConfigCommand({ FunctionName: "walk", MaximumRetryAttempts: 0, DestinationConfig }),
    );
    await lambda.send(
      new UpdateFunctionConfigurationCommand({ FunctionName: "walk", DeadLetterConfig: { TargetArn: queue } }),
    );
    expect((await json("local", "status")).destinations).toBeUndefined();
    const { requestId } = await json("invoke", "--type", "async", "--payload", '{"fail":true}');
    await vi.waitFor(async () => expect(await json("local", "status")).toHaveProperty("destinations"), 20_000);
    const { destinations, log } = await json("local", "status");
    const files = () => readdirSync(join(destinations, "sqs", "failures"));
    await vi.waitFor(() => expect(files()).toHaveLength(2), 20_000);
    expect(files().every((file) => file.includes(requestId))).toBe(true);
    // The endpoint's log says where each is.
    await vi.waitFor(() => {
      for (const file of files()) expect(readFileSync(log, "utf8")).toContain(join(destinations, "sqs/failures", file));
    }, 20_000);

    await lambda.send(new PutFunctionConcurrencyCommand({ FunctionName: "walk", ReservedConcurrentExecutions: 0 }));
    expect(await json("get-function", "walk")).toMatchObject({
      function: { reservedConcurrency: 0, deadLetterTarget: queue },
    });
    const shown = (await run("get-function", "walk")).stdout;
    expect(shown).toMatch(/^concurrency +0 reserved$/m);
    expect(shown).toMatch(/^dead letter +arn:aws:sqs:\S+:failures$/m);
    const refused = await run("invoke", "--function", "walk");
    expect(refused.code).toBe(1);
    expect(refused.stderr).toContain("Rate Exceeded.");
    expect(refused.stderr).toContain("reserve more with `aws lambda put-function-concurrency`");
    await lambda.send(new DeleteFunctionConcurrencyCommand({ FunctionName: "walk" }));
  });

  it("detaches and deletes", async () => {
    expect((await json("detach", "--function", "walk")).functions[0]).toMatchObject({
      after: [],
      variables: [{ name: "MODE", change: "removed" }],
      result: "detached",
    });
    expect((await run("delete-function", "walk", "--yes")).code).toBe(0);
    const gone = await run("invoke", "--function", "walk");
    expect(gone.code).toBe(1);
    expect(gone.stderr).toContain("ResourceNotFoundException");
  });
});
