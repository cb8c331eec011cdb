// kill -9 while events run: none that was accepted is lost, and of each there is exactly one record at its end.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { CreateRoleCommand, IAMClient, PutRolePolicyCommand } from "@aws-sdk/client-iam";
import {
  CreateFunctionCommand,
  GetFunctionConfigurationCommand,
  InvokeCommand,
  LambdaClient,
  PutFunctionConcurrencyCommand,
  PutFunctionEventInvokeConfigCommand,
} from "@aws-sdk/client-lambda";
import { describe, expect, it, vi } from "vitest";
import { temporaryFolder } from "../../support/temporary.ts";
import { startShipped } from "./shipped.ts";
import { lambdaTrust, zipOf } from "./support.ts";

/** Every third event of the first function fails; what succeeds goes on to the second, and what it makes of it to a queue. */
const source = `export const handler = async (event, { functionName }) => {
  if (functionName === "first" && event.n % 3 === 0) throw new Error("a third");
  return { by: functionName };
};`;
const arn = (service: string, name: string) => `arn:aws:${service}:us-east-1:123456789012:${name}`;
const eventsOfEachRound = 24;
const rounds = 5;

describe("events under an endpoint that is killed (the bundle)", () => {
  it("are each told of once, to the right one", { timeout: 180_000 }, async () => {
    const directory = temporaryFolder();
    const accepted = new Map<string, number>();
    let n = 0;
    for (let round = 0; round < rounds; round++) {
      const { child, gone, options } = await startShipped(directory);
      const lambda = new LambdaClient(options);
      if (round === 0) await prepare(lambda, new IAMClient(options));
      let over = false;
      const senders = Array.from({ length: 4 }, async () => {
        for (let count = 0; count < eventsOfEachRound / 4; count++) {
          const mine = n++;
          const Payload = Buffer.from(JSON.stringify({ n: mine }));
          const send = new InvokeCommand({ FunctionName: "first", InvocationType: "Event", Payload });
          const { $metadata } = await lambda.send(send).catch((error) => {
            if (!over) throw error;
            return { $metadata: { requestId: undefined } };
          });
          if ($metadata.requestId) accepted.set($metadata.requestId, mine);
          if (over) return;
        }
      });
      await sleep(150 + round * 170);
      over = true;
      child.kill("SIGKILL");
      await Promise.all(senders);
      await gone;
    }
    expect(accepted.size).toBeGreaterThan(rounds * 4);

    const { child, gone } = await startShipped(directory);
    const queue = join(directory, "store", "queued-events");
    await vi.waitFor(() => expect(readdirSync(queue)).toEqual([]), { timeout: 90_000, interval: 50 });
    const successes = recordsIn(directory, "successes").map(({ requestPayload }) => requestPayload);
    const failures = recordsIn(directory, "failures");
    const letters = recordsIn(directory, "dead");
    child.kill("SIGTERM");
    await gone;

    // An event may have been accepted by a process that was killed before it could say so: hence `toContain`.
    const told = [...successes, ...failures].map(({ requestContext }) => requestContext.requestId);
    expect(new Set(told).size).toBe(told.length);
    for (const [id, number] of accepted) {
      const list = number % 3 === 0 ? failures : successes;
      expect(list.map(({ requestContext }) => requestContext.requestId)).toContain(id);
    }
    expect(successes.map(({ requestPayload }) => requestPayload.n % 3)).not.toContain(0);
    expect(new Set(failures.map(({ requestPayload }) => requestPayload.n % 3))).toEqual(new Set([0]));
    expect(letters.map(({ MessageAttributes }) => MessageAttributes.RequestID.StringValue).sort()).toEqual(
      failures.map(({ requestContext }) => requestContext.requestId).sort(),
    );
  });
});

// biome-ignore lint/suspicious/noExplicitAny: a test looks at the part of a record that it means.
function recordsIn(directory: string, name: string): any[] {
  const folder = join(directory, "destinations", "sqs", name);
  return existsSync(folder)
    ? readdirSync(folder).map((file) => JSON.parse(readFileSync(join(folder, file), "utf8")))
    : [];
}

async function prepare(lambda: LambdaClient, iam: IAMClient): Promise<void> {
  const { Role } = await iam.send(new CreateRoleCommand({ RoleName: "r", AssumeRolePolicyDocument: lambdaTrust }));
  const Statement = [{ Effect: "Allow", Action: ["sqs:SendMessage", "lambda:InvokeFunction"], Resource: "*" }];
  const PolicyDocument = JSON.stringify({ Version: "2012-10-17", Statement });
  await iam.send(new PutRolePolicyCommand({ RoleName: "r", PolicyName: "p", PolicyDocument }));
  const ZipFile = await zipOf({ "index.mjs": source });
  for (const FunctionName of ["first", "second"]) {
    await lambda.send(
      new CreateFunctionCommand({
        ...{ FunctionName, Role: Role?.Arn, Runtime: "nodejs22.x", Handler: "index.handler", Code: { ZipFile } },
        DeadLetterConfig: { TargetArn: arn("sqs", "dead") },
      }),
    );
    await vi.waitFor(async () => {
      const { State } = await lambda.send(new GetFunctionConfigurationCommand({ FunctionName }));
      expect(State).toBe("Active");
    }, 15_000);
    // Fewer than there are events: some wait for room.
    await lambda.send(new PutFunctionConcurrencyCommand({ FunctionName, ReservedConcurrentExecutions: 2 }));
  }
  const handle = (FunctionName: string, success: string) =>
    lambda.send(
      new PutFunctionEventInvokeConfigCommand({
        FunctionName,
        MaximumRetryAttempts: 0,
        DestinationConfig: { OnSuccess: { Destination: success }, OnFailure: { Destination: arn("sqs", "failures") } },
      }),
    );
  await handle("first", arn("lambda", "function:second"));
  await handle("second", arn("sqs", "successes"));
}
