// What becomes of events: how often they are tried, how long, and what is told to whom at their end.
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { CreateRoleCommand, DeleteRolePolicyCommand, IAMClient, PutRolePolicyCommand } from "@aws-sdk/client-iam";
import {
  CreateFunctionCommand,
  type CreateFunctionCommandInput,
  DeleteFunctionCommand,
  GetFunctionConfigurationCommand,
  InvokeCommand,
  type InvokeCommandInput,
  LambdaClient,
  PublishVersionCommand,
  PutFunctionConcurrencyCommand,
  PutFunctionEventInvokeConfigCommand,
} from "@aws-sdk/client-lambda";
import { beforeEach, describe, expect, it, onTestFinished, vi } from "vitest";
import type { InvokeResult } from "../../../src/emulator/execution.ts";
import type { EmulatorOptions } from "../../../src/emulator/server.ts";
import type { QueuedEventDocument } from "../../../src/emulator/store/documents.ts";
import { openStore } from "../../../src/emulator/store/store.ts";
import { toolError } from "../../../src/model/errors.ts";
import { clientOptions, lambdaTrust, startTestEndpoint, type TestEndpoint, zipOf } from "./support.ts";

const Role = "arn:aws:iam::123456789012:role/runs";
const arn = (name: string) => `arn:aws:lambda:us-east-1:123456789012:function:${name}`;
const of = (service: string, name: string) => `arn:aws:${service}:us-east-1:123456789012:${name}`;
const queue = of("sqs", "q");
const bus = of("events", "event-bus/team/bus");
const bucket = "arn:aws:s3:::some-bucket";
const week = 7 * 86_400_000;

/** However slow the machine is. */
const soon = <T>(look: () => T | Promise<T>) => vi.waitFor(look, { timeout: 15_000, interval: 10 });
let endpoint: TestEndpoint;
let lambda: LambdaClient;
let iam: IAMClient;
let warnings: string[];
let notes: string[];
let clock: number;

async function start(options: Partial<EmulatorOptions> = {}) {
  endpoint = await startTestEndpoint({
    warn: (message) => warnings.push(message),
    note: (message) => notes.push(message),
    now: () => Date.now() + clock,
    throttlePauses: { first: 1, most: 4 },
    ...options,
  });
  lambda = new LambdaClient(clientOptions(endpoint.emulator));
  iam = new IAMClient(clientOptions(endpoint.emulator));
}

beforeEach(async () => {
  warnings = [];
  notes = [];
  clock = 0;
  await start();
  onTestFinished(() => endpoint.close());
  await iam.send(new CreateRoleCommand({ RoleName: "runs", AssumeRolePolicyDocument: lambdaTrust }));
  const Statement = [
    { Effect: "Allow", Action: ["sqs:*", "sns:*", "events:*", "s3:*", "lambda:InvokeFunction"], Resource: "*" },
  ];
  const PolicyDocument = JSON.stringify({ Version: "2012-10-17", Statement });
  await iam.send(new PutRolePolicyCommand({ RoleName: "runs", PolicyName: "sends", PolicyDocument }));
  await create("f");
});

async function create(FunctionName: string, more: Partial<CreateFunctionCommandInput> = {}) {
  const Code = { ZipFile: await zipOf({ "i.mjs": "export const h = () => 1;\n" }) };
  const input = { FunctionName, Role, Runtime: "nodejs22.x", Handler: "i.h", Code, ...more } as const;
  await lambda.send(new CreateFunctionCommand(input));
  await soon(async () => {
    const { State } = await lambda.send(new GetFunctionConfigurationCommand({ FunctionName }));
    expect(State).toBe("Active");
  });
}
interface Handling {
  readonly retries?: number;
  readonly age?: number;
  readonly success?: string;
  readonly failure?: string;
}
const handle = (FunctionName: string, { retries, age, success, failure }: Handling) =>
  lambda.send(
    new PutFunctionEventInvokeConfigCommand({
      FunctionName,
      MaximumRetryAttempts: retries,
      MaximumEventAgeInSeconds: age,
      DestinationConfig: { OnSuccess: { Destination: success }, OnFailure: { Destination: failure } },
    }),
  );
const send = async (payload: unknown, more: Partial<InvokeCommandInput> = {}) => {
  const Payload = Buffer.from(typeof payload === "string" ? payload : JSON.stringify(payload));
  const command = new InvokeCommand({ FunctionName: "f", InvocationType: "Event", Payload, ...more });
  return (await lambda.send(command)).$metadata.requestId ?? "";
};
const failing = (errorMessage = "no"): InvokeResult => ({
  payload: Buffer.from(JSON.stringify({ errorMessage, errorType: "Error" })),
  functionError: "Unhandled",
  logTail: "",
});
const throttled = () => {
  throw toolError("busy", { code: "ReservedFunctionConcurrentInvocationLimitExceeded" });
};
const folder = (...path: string[]) => join(endpoint.directory, "destinations", ...path);
const filesIn = (...path: string[]) => (existsSync(folder(...path)) ? readdirSync(folder(...path)).sort() : []);
/** Waits for the one file that is to come there. */
const delivered = async (...path: string[]) => {
  await soon(() => expect(filesIn(...path)).toHaveLength(1));
  const [name = ""] = filesIn(...path);
  return { name, file: folder(...path, name), text: readFileSync(folder(...path, name), "utf8") };
};
const queued = async () => {
  const names = existsSync(join(endpoint.directory, "store", "queued-events"))
    ? readdirSync(join(endpoint.directory, "store", "queued-events"))
    : [];
  return names.length;
};
const emptied = () => soon(async () => expect(await queued()).toBe(0));

describe("the record of an event", () => {
  it("goes to the destination for successes as AWS writes it, for the user's eyes alone", async () => {
    await handle("f", { success: queue, failure: of("sqs", "other") });
    const id = await send('{"n": 1.0, "big": 12345678901234567890}');
    const { name, file, text } = await delivered("sqs", "q");
    const record = JSON.parse(text);
    expect(record).toEqual({
      version: "1.0",
      timestamp: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
      requestContext: {
        requestId: id,
        functionArn: `${arn("f")}:$LATEST`,
        condition: "Success",
        approximateInvokeCount: 1,
      },
      requestPayload: { n: 1, big: expect.any(Number) },
      responseContext: { statusCode: 200, executedVersion: "$LATEST" },
      responsePayload: { n: 1, big: expect.any(Number) },
    });
    // Byte for byte, not read and written anew.
    expect(text).toContain('"requestPayload":{"n": 1.0, "big": 12345678901234567890}');
    expect(name).toBe(`${record.timestamp.replaceAll(":", "-")}-${id}.json`);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    for (const path of [folder(), folder("sqs"), folder("sqs", "q")]) expect(statSync(path).mode & 0o777).toBe(0o700);
    expect(filesIn("sqs", "other")).toEqual([]);
    expect(warnings).toEqual([]);
    await soon(() => expect(notes).toEqual([`Event ${id} for f succeeded. What ${queue} would get is in ${file}`]));
    await emptied();
  });

  it("goes to the destination for failures when the retries are used up", async () => {
    await handle("f", { failure: of("sns", "t") });
    let count = 0;
    endpoint.execution.answer = () => failing(`failure ${++count}`);
    const id = await send({ a: 1 });
    const { text } = await delivered("sns", "t");
    expect(JSON.parse(text)).toMatchObject({
      requestContext: { requestId: id, condition: "RetriesExhausted", approximateInvokeCount: 3 },
      requestPayload: { a: 1 },
      responseContext: { statusCode: 200, executedVersion: "$LATEST", functionError: "Unhandled" },
      responsePayload: { errorMessage: "failure 3", errorType: "Error" },
    });
    expect(endpoint.execution.calls).toHaveLength(3);
  });

  it.each([0, 1])("counts %i retries where that is asked for", async (retries) => {
    await handle("f", { retries, failure: queue });
    endpoint.execution.answer = () => failing();
    await send({});
    const { text } = await delivered("sqs", "q");
    expect(JSON.parse(text).requestContext.approximateInvokeCount).toBe(retries + 1);
    expect(endpoint.execution.calls).toHaveLength(retries + 1);
  });

  it("is of the version that was named, handled as that version's are", async () => {
    const { Version = "" } = await lambda.send(new PublishVersionCommand({ FunctionName: "f" }));
    await handle("f", { success: queue });
    await handle(`f:${Version}`, { success: of("sqs", "published") });
    await send({}, { Qualifier: Version });
    const { text } = await delivered("sqs", "published");
    expect(JSON.parse(text)).toMatchObject({
      requestContext: { functionArn: arn(`f:${Version}`) },
      responseContext: { executedVersion: Version },
    });
    expect(filesIn("sqs", "q")).toEqual([]);
  });

  it("has EventBridge's envelope on a bus", async () => {
    await handle("f", { success: bus, failure: bus, retries: 0 });
    const id = await send({ a: 1 });
    const busFolder = await soon(() => {
      const [name = ""] = filesIn("events");
      // A bus of a partner or a team has slashes in its name: changed, and told apart by a hash.
      expect(name).toMatch(/^team_bus-[0-9a-f]{8}$/);
      return name;
    });
    const { text } = await delivered("events", busFolder);
    expect(JSON.parse(text)).toMatchObject({
      version: "0",
      id: expect.stringMatching(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/),
      "detail-type": "Lambda Function Invocation Result - Success",
      source: "lambda",
      account: "123456789012",
      time: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/),
      region: "us-east-1",
      resources: [bus, `${arn("f")}:$LATEST`],
      detail: { version: "1.0", requestContext: { requestId: id, condition: "Success" } },
    });
    rmSync(folder("events", busFolder), { recursive: true });
    endpoint.execution.answer = () => failing();
    await send({});
    const failure = await delivered("events", busFolder);
    expect(JSON.parse(failure.text)["detail-type"]).toBe("Lambda Function Invocation Result - Failure");
  });

  it("goes to a bucket's folder", async () => {
    await handle("f", { failure: bucket, retries: 0 });
    endpoint.execution.answer = () => failing();
    await send({});
    const { text } = await delivered("s3", "some-bucket");
    expect(JSON.parse(text).requestContext.condition).toBe("RetriesExhausted");
  });

  it.each([
    ["nothing", "", null],
    ["what is no JSON", "hello", "hello"],
  ])("holds the answer of a function that gave %s", async (_, answer, responsePayload) => {
    await handle("f", { success: queue });
    endpoint.execution.answer = () => ({ payload: Buffer.from(answer), logTail: "" });
    await send({});
    expect(JSON.parse((await delivered("sqs", "q")).text).responsePayload).toEqual(responsePayload);
  });

  it("says what kept the function from running", async () => {
    await handle("f", { failure: queue, retries: 1 });
    endpoint.execution.answer = () => {
      throw toolError("No Node.js here.", { code: "InvalidRuntimeException" });
    };
    await send({});
    const record = JSON.parse((await delivered("sqs", "q")).text);
    expect(record.responseContext).toEqual({ statusCode: 502 });
    expect(record).not.toHaveProperty("responsePayload");
    expect(record.requestContext).toMatchObject({ condition: "RetriesExhausted", approximateInvokeCount: 2 });
  });

  it("is written where the folder was emptied meanwhile", async () => {
    await handle("f", { success: queue });
    await send({});
    await delivered("sqs", "q");
    rmSync(folder(), { recursive: true });
    await send({});
    await delivered("sqs", "q");
  });
});

describe("a dead letter", () => {
  const letterOf = async () => JSON.parse((await delivered("sqs", "dead")).text);
  beforeEach(() => create("d", { DeadLetterConfig: { TargetArn: of("sqs", "dead") } }));

  it("is the event, with the error as message attributes", async () => {
    endpoint.execution.answer = () => failing("it broke");
    const id = await send('{"n": 1.0}', { FunctionName: "d" });
    const { name, text } = await delivered("sqs", "dead");
    expect(name).toMatch(new RegExp(`^[\\dT.Z-]+-${id}\\.dead-letter\\.json$`));
    expect(JSON.parse(text)).toEqual({
      MessageAttributes: {
        RequestID: { DataType: "String", StringValue: id },
        ErrorCode: { DataType: "Number", StringValue: "200" },
        ErrorMessage: { DataType: "String", StringValue: "it broke" },
      },
      Body: { n: 1 },
    });
    expect(text).toContain('"Body":{"n": 1.0}');
  });

  it("has at most a kilobyte of the error, in whole characters", async () => {
    endpoint.execution.answer = () => failing(`x${"ü".repeat(800)}`);
    await send({}, { FunctionName: "d" });
    const { StringValue } = (await letterOf()).MessageAttributes.ErrorMessage;
    expect(StringValue).toBe(`x${"ü".repeat(511)}`);
  });

  it("comes beside the record, also in one queue", async () => {
    await handle("d", { failure: of("sqs", "dead"), retries: 0 });
    endpoint.execution.answer = () => failing();
    await send({}, { FunctionName: "d" });
    await soon(() => expect(filesIn("sqs", "dead")).toHaveLength(2));
    const [letter = "", record = ""] = filesIn("sqs", "dead");
    expect(letter).toBe(record.replace(".json", ".dead-letter.json"));
  });

  it("does not come of an event that succeeded", async () => {
    await send({}, { FunctionName: "d" });
    await emptied();
    expect(filesIn("sqs", "dead")).toEqual([]);
  });
});

describe("a function with no concurrency at all", () => {
  it("sends its events on without a try, as AWS does", async () => {
    await create("z", { DeadLetterConfig: { TargetArn: of("sqs", "dead") } });
    await handle("z", { failure: queue });
    await lambda.send(new PutFunctionConcurrencyCommand({ FunctionName: "z", ReservedConcurrentExecutions: 0 }));
    const id = await send({ a: 1 }, { FunctionName: "z" });
    const record = JSON.parse((await delivered("sqs", "q")).text);
    expect(record).toEqual({
      version: "1.0",
      timestamp: expect.any(String),
      requestContext: {
        requestId: id,
        functionArn: `${arn("z")}:$LATEST`,
        condition: "ZeroReservedConcurrency",
        approximateInvokeCount: 0,
      },
      requestPayload: { a: 1 },
    });
    const letter = JSON.parse((await delivered("sqs", "dead")).text);
    expect(Object.keys(letter.MessageAttributes)).toEqual(["RequestID", "ErrorMessage"]);
    expect(letter.MessageAttributes.ErrorMessage.StringValue).toMatch(/^Function not invoked\./);
    expect(endpoint.execution.calls).toEqual([]);
  });
});

describe("an event that is throttled", () => {
  it("is tried again until there is room, without counting", async () => {
    await handle("f", { success: queue, failure: queue, retries: 0 });
    let calls = 0;
    endpoint.execution.answer = ({ request }) =>
      ++calls < 8 ? throttled() : { payload: request.payload, logTail: "" };
    await send({});
    expect(JSON.parse((await delivered("sqs", "q")).text).requestContext).toMatchObject({
      condition: "Success",
      approximateInvokeCount: 1,
    });
    expect(calls).toBe(8);
  });

  it("ends when it is too old, in which it was never run", async () => {
    await create("d", { DeadLetterConfig: { TargetArn: of("sqs", "dead") } });
    await handle("d", { failure: queue, age: 60 });
    endpoint.execution.answer = throttled;
    await send({}, { FunctionName: "d" });
    await soon(() => expect(endpoint.execution.calls.length).toBeGreaterThan(2));
    expect(filesIn("sqs", "q")).toEqual([]);
    clock = 60_000;
    const record = JSON.parse((await delivered("sqs", "q")).text);
    expect(record.requestContext).toMatchObject({ condition: "EventAgeExceeded", approximateInvokeCount: 0 });
    expect(record.responseContext).toEqual({ statusCode: 429 });
    expect(JSON.parse((await delivered("sqs", "dead")).text).MessageAttributes).toMatchObject({
      ErrorCode: { DataType: "Number", StringValue: "429" },
      ErrorMessage: { StringValue: "Rate Exceeded." },
    });
  });

  it("goes on as soon as an invocation of its function makes room, whatever its pause", async () => {
    await endpoint.emulator.close();
    await start({ directory: endpoint.directory, throttlePauses: { first: week, most: week } });
    let running = 0;
    let most = 0;
    endpoint.execution.answer = async ({ request }) => {
      if (running === 2) throttled();
      most = Math.max(most, ++running);
      await sleep(2);
      running--;
      return { payload: request.payload, logTail: "" };
    };
    await handle("f", { success: queue });
    const ids = await Promise.all(Array.from({ length: 20 }, (_, n) => send({ n })));
    await soon(() => expect(filesIn("sqs", "q")).toHaveLength(20));
    expect(most).toBe(2);
    const recorded = filesIn("sqs", "q").map((name) => JSON.parse(readFileSync(folder("sqs", "q", name), "utf8")));
    expect(recorded.map(({ requestContext }) => requestContext.requestId).sort()).toEqual(ids.sort());

    // A caller that waited for an answer makes room too.
    endpoint.execution.answer = throttled;
    const before = endpoint.execution.calls.length;
    await send({ last: true });
    await soon(() => expect(endpoint.execution.calls).toHaveLength(before + 1));
    endpoint.execution.answer = ({ request }) => ({ payload: request.payload, logTail: "" });
    await send({}, { InvocationType: "RequestResponse" });
    await soon(() => expect(filesIn("sqs", "q")).toHaveLength(21));
  });

  it("does not keep the endpoint from ending, and is taken up by the next", async () => {
    await endpoint.emulator.close();
    await start({ directory: endpoint.directory, throttlePauses: { first: week, most: week } });
    await handle("f", { success: queue });
    endpoint.execution.answer = throttled;
    await send({});
    await soon(() => expect(endpoint.execution.calls).toHaveLength(1));
    await endpoint.emulator.close();
    expect(await queued()).toBe(1);
    await start({ directory: endpoint.directory });
    await delivered("sqs", "q");
  });
});

describe("an event that grows old", () => {
  it("is not tried again where it would be too old by then", async () => {
    await endpoint.emulator.close();
    await start({ directory: endpoint.directory, retryPauses: [61_000, 1] });
    await handle("f", { failure: queue, age: 60 });
    endpoint.execution.answer = () => failing();
    await send({});
    expect(JSON.parse((await delivered("sqs", "q")).text)).toMatchObject({
      requestContext: { condition: "EventAgeExceeded", approximateInvokeCount: 1 },
      responseContext: { statusCode: 200, functionError: "Unhandled" },
    });
  });

  it("may do so while nobody runs the endpoint; what came of it before is still told", async () => {
    await endpoint.emulator.close();
    await start({ directory: endpoint.directory, retryPauses: [1000, 1000] });
    await handle("f", { failure: queue, age: 60 });
    endpoint.execution.answer = () => failing("the first");
    await send({});
    await soon(() => expect(endpoint.execution.calls).toHaveLength(1));
    await endpoint.emulator.close();
    clock = 3_600_000;
    await start({ directory: endpoint.directory });
    expect(JSON.parse((await delivered("sqs", "q")).text)).toMatchObject({
      requestContext: { condition: "EventAgeExceeded", approximateInvokeCount: 1 },
      responsePayload: { errorMessage: "the first" },
    });
    expect(endpoint.execution.calls).toEqual([]);
  });
});

describe("a destination that is a function", () => {
  it("is run with the record", async () => {
    await create("g");
    await handle("f", { success: arn("g") });
    const id = await send({ a: 1 });
    await soon(() => expect(endpoint.execution.calls).toHaveLength(2));
    const second = endpoint.execution.calls[1];
    expect(second?.snapshot.functionName).toBe("g");
    expect(second?.request.invokedFunctionArn).toBe(arn("g"));
    expect(second?.request.requestId).not.toBe(id);
    expect(JSON.parse(second?.request.payload.toString() ?? "")).toMatchObject({
      requestContext: { requestId: id, condition: "Success" },
      requestPayload: { a: 1 },
    });
    await emptied();
  });

  it("is tried again and has destinations of its own", async () => {
    await create("g");
    await handle("f", { success: arn("g") });
    await handle("g", { failure: queue });
    endpoint.execution.answer = ({ snapshot, request }) =>
      snapshot.functionName === "g" ? failing() : { payload: request.payload, logTail: "" };
    await send({ a: 1 });
    const { text } = await delivered("sqs", "q");
    expect(JSON.parse(text)).toMatchObject({
      requestContext: { functionArn: `${arn("g")}:$LATEST`, approximateInvokeCount: 3 },
      requestPayload: { requestPayload: { a: 1 } },
    });
  });

  it("may have the first as its own destination: the circle is broken after sixteen functions", async () => {
    await create("g");
    await handle("f", { success: arn("g") });
    await handle("g", { success: arn("f") });
    endpoint.execution.answer = () => ({ payload: Buffer.from("1"), logTail: "" });
    await send({});
    await soon(() => expect(warnings.join()).toMatch(/which looks like a loop/));
    await emptied();
    expect(endpoint.execution.calls).toHaveLength(16);
  });

  it("gets no record that is larger than an event", async () => {
    await create("g");
    await handle("f", { success: arn("g") });
    endpoint.execution.answer = () => ({ payload: Buffer.from(`"${"x".repeat(1_048_576)}"`), logTail: "" });
    await send({});
    await soon(() => expect(warnings.join()).toMatch(/the record has \d+ bytes, an event 1048576/));
    await emptied();
  });

  it("may be gone", async () => {
    await create("g");
    await handle("f", { success: arn("g") });
    await lambda.send(new DeleteFunctionCommand({ FunctionName: "g" }));
    await send({});
    await soon(() => expect(warnings.join()).toMatch(/for g was dropped .*: the function is no longer there\./));
    await emptied();
  });
});

describe("what is lost is told", () => {
  it("where there is nobody to send it to", async () => {
    endpoint.execution.answer = () => failing();
    const id = await send({});
    await soon(() =>
      expect(warnings).toEqual([
        `Event ${id} for f was dropped after 3 failed attempts (the function's own error): RetriesExhausted; it has neither a destination for failures nor a dead-letter queue.`,
      ]),
    );
    await emptied();
  });

  it("where the role may no longer send it", async () => {
    await handle("f", { success: queue });
    await iam.send(new DeleteRolePolicyCommand({ RoleName: "runs", PolicyName: "sends" }));
    await send({});
    await soon(() =>
      expect(warnings.join()).toMatch(
        /nothing was sent to arn:aws:sqs:\S+:q: User: arn:aws:sts::123456789012:assumed-role\/runs\/f is not authorized to perform: sqs:SendMessage/,
      ),
    );
    await emptied();
    expect(filesIn("sqs", "q")).toEqual([]);
  });

  it("where Lambda cannot send it", async () => {
    await handle("f", { success: `${queue}.fifo` });
    await send({});
    await soon(() => expect(warnings.join()).toMatch(/does not deliver to FIFO queues/));
    await emptied();
  });

  it("where this machine refuses to keep an event", async () => {
    endpoint.execution.answer = () => {
      rmSync(join(endpoint.directory, "store", "queued-events"), { recursive: true });
      return failing();
    };
    const id = await send({});
    await soon(() =>
      expect(warnings).toEqual([expect.stringMatching(`^Event ${id} for f could not be kept track of: ENOENT`)]),
    );
    mkdirSync(join(endpoint.directory, "store", "queued-events"));
  });

  it("where this machine refuses the file; it is written at the next start", async () => {
    writeFileSync(folder(), "in the way");
    await handle("f", { success: queue });
    const id = await send({});
    await soon(() => expect(warnings.join()).toMatch(new RegExp(`The record of event ${id} .* could not be written`)));
    expect(await queued()).toBe(1);
    await endpoint.emulator.close();
    rmSync(folder());
    await start({ directory: endpoint.directory });
    const { text } = await delivered("sqs", "q");
    expect(JSON.parse(text).requestContext.requestId).toBe(id);
    // The function ran before: it is not run again.
    expect(endpoint.execution.calls).toEqual([]);
    await emptied();
  });
});

describe("an end in the middle of a delivery", () => {
  /** What a process that was killed leaves: an event that is done and not yet told of. */
  async function leave(events: readonly QueuedEventDocument[]) {
    await endpoint.emulator.close();
    const store = await openStore(join(endpoint.directory, "store"));
    for (const event of events) await store.queuedEvents.put([event.id], event);
    store.logs.close();
  }
  const done = (destination: string): QueuedEventDocument => ({
    id: "11111111-2222-4333-8444-555555555555",
    region: "us-east-1",
    functionName: "f",
    payload: Buffer.from("{}").toString("base64"),
    acceptedAt: Date.now(),
    attempts: 0,
    response: { statusCode: 200, executedVersion: "$LATEST", payload: "1" },
    completed: { condition: "Success", at: 1_700_000_000_000, roleArn: Role, destination },
  });

  it("overwrites the file that was there already, and what was half-written goes", async () => {
    await leave([done(queue)]);
    const name = "2023-11-14T22-13-20.000Z-11111111-2222-4333-8444-555555555555.json";
    mkdirSync(folder("sqs", "q"), { recursive: true });
    writeFileSync(folder("sqs", "q", name), "old");
    mkdirSync(folder(".unfinished"));
    writeFileSync(folder(".unfinished", `${name}.0123456789ab.unfinished`), "half");
    await start({ directory: endpoint.directory });
    await emptied();
    expect(filesIn("sqs", "q")).toEqual([name]);
    expect(filesIn(".unfinished")).toEqual([]);
    expect(JSON.parse(readFileSync(folder("sqs", "q", name), "utf8")).timestamp).toBe("2023-11-14T22:13:20.000Z");
    expect(endpoint.execution.calls).toEqual([]);
  });

  it("runs the function that is the destination once, whether its event was written or not", async () => {
    await create("g");
    await leave([done(arn("g"))]);
    await start({ directory: endpoint.directory });
    await soon(() => expect(endpoint.execution.calls).toHaveLength(1));
    await emptied();
    const [call] = endpoint.execution.calls;

    // Once more, now as it was just before the first event was taken away.
    await endpoint.emulator.close();
    // Its dead letter has to be written before it comes to the function: long enough for the function's event to be done, were it begun.
    const before = done(arn("g"));
    const again: QueuedEventDocument = {
      ...before,
      ...(before.completed && { completed: { ...before.completed, deadLetterTarget: of("sqs", "dead") } }),
    };
    const target: QueuedEventDocument = {
      id: call?.request.requestId ?? "",
      region: "us-east-1",
      functionName: "g",
      payload: call?.request.payload.toString("base64") ?? "",
      acceptedAt: Date.now(),
      hops: 1,
      attempts: 0,
    };
    const store = await openStore(join(endpoint.directory, "store"));
    await store.queuedEvents.put([again.id], again);
    await store.queuedEvents.put([target.id], target);
    store.logs.close();
    await start({ directory: endpoint.directory });
    await emptied();
    await sleep(20);
    expect(endpoint.execution.calls.map(({ request }) => request.requestId)).toEqual([target.id]);
  });
});
