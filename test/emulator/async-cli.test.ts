// The AWS CLI, which we did not write, limits functions that really run and says who is to hear of their events.
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { type Emulator, startEmulator } from "../../src/emulator/server.ts";
import { missing } from "../support/tools.ts";
import { awsCli, lambdaTrust, zipOf } from "./control/support.ts";

const source = `exports.handler = async (event, context) => {
  console.log("got", JSON.stringify(event));
  if (event.milliseconds) await new Promise((resolve) => setTimeout(resolve, event.milliseconds));
  if (event.fail) throw new RangeError("told to");
  return { by: context.functionName };
};
`;
const policy = JSON.stringify({
  Version: "2012-10-17",
  Statement: [{ Effect: "Allow", Action: ["sqs:SendMessage", "lambda:InvokeFunction"], Resource: "*" }],
});
const queue = (name: string) => `arn:aws:sqs:us-east-1:123456789012:${name}`;
const config = ["lambda", "put-function-event-invoke-config", "--function-name"];

describe.skipIf(missing("aws"))("the AWS CLI, reserved concurrency and destinations (needs the AWS CLI)", () => {
  let folder: string;
  let emulator: Emulator;
  const notes: string[] = [];
  const aws = async (...args: string[]) => JSON.parse((await awsCli(emulator, args, folder)) || "{}");
  const refused = (...args: string[]) => awsCli(emulator, args, folder).then(String, ({ stderr }) => String(stderr));
  const event = async (name: string, payload: object) => {
    const call = ["lambda", "invoke", "--function-name", name, "--invocation-type", "Event", "--payload"];
    expect(await aws(...call, JSON.stringify(payload), "event.json")).toMatchObject({ StatusCode: 202 });
  };
  const records = (name: string) => {
    const path = join(folder, "state", "destinations", "sqs", name);
    const files = existsSync(path) ? readdirSync(path).sort() : [];
    return files.map((file) => JSON.parse(readFileSync(join(path, file), "utf8")));
  };

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "lambda-ext-cli-"));
    const env = { PATH: process.env.PATH };
    const directory = join(folder, "state");
    emulator = await startEmulator({
      ...{ directory, env, isolation: "none", retryPauses: [10, 10] },
      note: (message) => notes.push(message),
    });
    writeFileSync(join(folder, "trust.json"), lambdaTrust);
    writeFileSync(join(folder, "policy.json"), policy);
    writeFileSync(join(folder, "function.zip"), await zipOf({ "index.js": source }));
    const { Role } = await aws(
      ...["iam", "create-role", "--role-name", "r", "--assume-role-policy-document", "file://trust.json"],
    );
    const create = [
      ...["lambda", "create-function", "--runtime", "nodejs22.x", "--handler", "index.handler"],
      ...["--role", Role.Arn, "--zip-file", "fileb://function.zip", "--timeout", "20", "--function-name"],
    ];
    const deadLetters = ["--dead-letter-config", `TargetArn=${queue("dead")}`];
    expect(await refused(...create, "f", ...deadLetters)).toContain(
      "The provided execution role does not have permissions to call SendMessage on SQS",
    );
    await aws(
      "iam",
      "put-role-policy",
      "--role-name",
      "r",
      "--policy-name",
      "p",
      "--policy-document",
      "file://policy.json",
    );
    for (const name of ["f", "g"]) {
      await aws(...create, name, ...deadLetters);
      await aws("lambda", "wait", "function-active-v2", "--function-name", name);
    }
  }, 120_000);
  afterAll(async () => {
    await emulator.close();
    rmSync(folder, { recursive: true, force: true });
  });

  it("reserves concurrency, which the function then keeps to", { timeout: 120_000 }, async () => {
    const f = ["--function-name", "f"];
    expect(await aws("lambda", "put-function-concurrency", ...f, "--reserved-concurrent-executions", "1")).toEqual({
      ReservedConcurrentExecutions: 1,
    });
    expect((await aws("lambda", "get-function", ...f)).Concurrency).toEqual({ ReservedConcurrentExecutions: 1 });
    const { AccountLimit } = await aws("lambda", "get-account-settings");
    expect(AccountLimit.UnreservedConcurrentExecutions).toBe(999);

    const slow = aws("lambda", "invoke", ...f, "--payload", '{"milliseconds":6000}', "slow.json");
    while (emulator.active() === 0) await sleep(20);
    expect(await refused("lambda", "invoke", ...f, "--payload", "{}", "out.json")).toMatch(
      /An error occurred \(TooManyRequestsException\) when calling the Invoke operation.*: Rate Exceeded\./,
    );
    // An event waits for its turn.
    await event("f", {});
    expect((await slow).FunctionError).toBeUndefined();

    await aws("lambda", "put-function-concurrency", ...f, "--reserved-concurrent-executions", "0");
    expect(await refused("lambda", "invoke", ...f, "--payload", "{}", "out.json")).toContain(
      "TooManyRequestsException",
    );
    await aws("lambda", "delete-function-concurrency", ...f);
    expect(await aws("lambda", "get-function-concurrency", ...f)).toEqual({});
    expect(
      await refused("lambda", "put-function-concurrency", ...f, "--reserved-concurrent-executions", "901"),
    ).toContain("below its minimum value of [100].");
  });

  it("sends events to destinations, a function among them, and to the dead-letter queue", {
    timeout: 120_000,
  }, async () => {
    const g = "arn:aws:lambda:us-east-1:123456789012:function:g";
    const failures = { OnFailure: { Destination: queue("failures") } };
    await aws(
      ...[...config, "f", "--maximum-retry-attempts", "1", "--maximum-event-age-in-seconds", "3600"],
      ...["--destination-config", JSON.stringify({ ...failures, OnSuccess: { Destination: g } })],
    );
    const ok = { OnSuccess: { Destination: queue("successes") } };
    await aws(...config, "g", "--destination-config", JSON.stringify(ok));
    const listed = await aws("lambda", "list-function-event-invoke-configs", "--function-name", "f");
    expect(listed.FunctionEventInvokeConfigs).toMatchObject([
      { MaximumRetryAttempts: 1, MaximumEventAgeInSeconds: 3600, DestinationConfig: failures },
    ]);

    await event("f", { id: "well" });
    await vi.waitFor(() => expect(records("successes")).toHaveLength(1), { timeout: 30_000, interval: 50 });
    expect(records("successes")).toMatchObject([
      {
        requestContext: { functionArn: `${g}:$LATEST`, condition: "Success" },
        requestPayload: { requestPayload: { id: "well" }, responsePayload: { by: "f" } },
        responsePayload: { by: "g" },
      },
    ]);

    await event("f", { fail: true });
    await vi.waitFor(() => expect(records("dead")).toHaveLength(1), { timeout: 30_000, interval: 50 });
    await vi.waitFor(() => expect(records("failures")).toHaveLength(1), { timeout: 30_000, interval: 50 });
    const [failure] = records("failures");
    expect(failure).toMatchObject({
      requestContext: { condition: "RetriesExhausted", approximateInvokeCount: 2 },
      responseContext: { statusCode: 200, executedVersion: "$LATEST", functionError: "Unhandled" },
      responsePayload: { errorType: "RangeError", errorMessage: "told to" },
    });
    expect(records("dead")).toEqual([
      {
        MessageAttributes: {
          RequestID: { DataType: "String", StringValue: failure.requestContext.requestId },
          ErrorCode: { DataType: "Number", StringValue: "200" },
          ErrorMessage: { DataType: "String", StringValue: "told to" },
        },
        Body: { fail: true },
      },
    ]);
    const told = notes.filter((message) => message.includes(failure.requestContext.requestId));
    expect(told).toHaveLength(2);

    const changed = await aws(
      ...["lambda", "update-function-event-invoke-config", "--function-name", "f", "--maximum-retry-attempts", "0"],
    );
    expect(changed).toMatchObject({ MaximumEventAgeInSeconds: 3600, MaximumRetryAttempts: 0 });
    await aws("lambda", "delete-function-event-invoke-config", "--function-name", "f");
    expect(await refused("lambda", "get-function-event-invoke-config", "--function-name", "f")).toContain(
      "doesn't have an EventInvokeConfig",
    );
  });
});
