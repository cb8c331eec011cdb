// How asynchronous invocations are to be handled: event invoke configurations and dead-letter targets, with AWS's recorded answers and
// refusals.
import { CreateRoleCommand, DeleteRolePolicyCommand, IAMClient, PutRolePolicyCommand } from "@aws-sdk/client-iam";
import {
  CreateFunctionCommand,
  type CreateFunctionCommandInput,
  DeleteFunctionCommand,
  DeleteFunctionEventInvokeConfigCommand,
  GetFunctionConfigurationCommand,
  GetFunctionEventInvokeConfigCommand,
  LambdaClient,
  ListFunctionEventInvokeConfigsCommand,
  PublishVersionCommand,
  PutFunctionEventInvokeConfigCommand,
  type PutFunctionEventInvokeConfigCommandInput,
  UpdateFunctionConfigurationCommand,
  type UpdateFunctionConfigurationCommandInput,
  UpdateFunctionEventInvokeConfigCommand,
} from "@aws-sdk/client-lambda";
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from "vitest";
import { clientOptions, lambdaTrust, startTestEndpoint, type TestEndpoint, zipOf } from "./support.ts";

const Role = "arn:aws:iam::123456789012:role/runs";
const arn = (name: string) => `arn:aws:lambda:us-east-1:123456789012:function:${name}`;
const queue = "arn:aws:sqs:us-east-1:123456789012:q";
const topic = "arn:aws:sns:us-east-1:123456789012:t";
const bus = "arn:aws:events:us-east-1:123456789012:event-bus/default";
const bucket = "arn:aws:s3:::some-bucket";
/** However slow the machine is. */
const soon = <T>(look: () => T | Promise<T>) => vi.waitFor(look, { timeout: 15_000, interval: 10 });
let endpoint: TestEndpoint;
let lambda: LambdaClient;
let iam: IAMClient;
let zip: Buffer;

beforeAll(async () => {
  endpoint = await startTestEndpoint();
  lambda = new LambdaClient(clientOptions(endpoint.emulator));
  iam = new IAMClient(clientOptions(endpoint.emulator));
  await iam.send(new CreateRoleCommand({ RoleName: "runs", AssumeRolePolicyDocument: lambdaTrust }));
  await allow(["sqs:SendMessage", "sns:Publish", "events:PutEvents", "s3:PutObject", "lambda:InvokeFunction"]);
  zip = await zipOf({ "i.mjs": "export const h = () => 1;\n" });
  await create("f");
  await create("g");
});
afterAll(() => endpoint.close());

async function allow(Action: readonly string[]) {
  const PolicyDocument = JSON.stringify({
    Version: "2012-10-17",
    Statement: [{ Effect: "Allow", Action, Resource: "*" }],
  });
  await iam.send(new PutRolePolicyCommand({ RoleName: "runs", PolicyName: "sends", PolicyDocument }));
}
/** For one test: the role may send nowhere. */
async function forbid() {
  onTestFinished(() => allow(["sqs:*", "sns:*", "events:*", "s3:*", "lambda:*"]));
  await iam.send(new DeleteRolePolicyCommand({ RoleName: "runs", PolicyName: "sends" }));
}
async function create(FunctionName: string, more: Partial<CreateFunctionCommandInput> = {}) {
  const input = { FunctionName, Role, Runtime: "nodejs22.x", Handler: "i.h", Code: { ZipFile: zip }, ...more } as const;
  await lambda.send(new CreateFunctionCommand(input));
  return settled(FunctionName);
}
async function settled(FunctionName: string) {
  return soon(async () => {
    const now = await lambda.send(new GetFunctionConfigurationCommand({ FunctionName }));
    expect(now).toMatchObject({ State: "Active", LastUpdateStatus: "Successful" });
    return now;
  });
}
async function update(FunctionName: string, more: Partial<UpdateFunctionConfigurationCommandInput>) {
  await lambda.send(new UpdateFunctionConfigurationCommand({ FunctionName, ...more }));
  return settled(FunctionName);
}
const put = (more: Partial<PutFunctionEventInvokeConfigCommandInput> = {}) =>
  lambda.send(new PutFunctionEventInvokeConfigCommand({ FunctionName: "f", ...more }));
const change = (more: Partial<PutFunctionEventInvokeConfigCommandInput> = {}) =>
  lambda.send(new UpdateFunctionEventInvokeConfigCommand({ FunctionName: "f", ...more }));
const get = (FunctionName = "f", Qualifier?: string) =>
  lambda.send(new GetFunctionEventInvokeConfigCommand({ FunctionName, Qualifier }));
const remove = (FunctionName = "f", Qualifier?: string) =>
  lambda.send(new DeleteFunctionEventInvokeConfigCommand({ FunctionName, Qualifier }));
const list = (FunctionName = "f", more: { MaxItems?: number; Marker?: string } = {}) =>
  lambda.send(new ListFunctionEventInvokeConfigsCommand({ FunctionName, ...more }));
const none = (name: string, qualifier = "$LATEST") => ({
  name: "ResourceNotFoundException",
  message: `The function ${arn(name)}:${qualifier} doesn't have an EventInvokeConfig`,
  $metadata: { httpStatusCode: 404 },
});
const noFunction = { name: "ResourceNotFoundException", message: "The function doesn't exist." };
const invalid = (message: string) => ({ name: "InvalidParameterValueException", message });

describe("an event invoke configuration", () => {
  it("is put, shown, changed and removed", async () => {
    const began = Date.now();
    const first = await put({ MaximumRetryAttempts: 2, MaximumEventAgeInSeconds: 60 });
    expect(first).toMatchObject({
      FunctionArn: `${arn("f")}:$LATEST`,
      MaximumRetryAttempts: 2,
      MaximumEventAgeInSeconds: 60,
      DestinationConfig: { OnSuccess: {}, OnFailure: {} },
    });
    expect(first.LastModified?.getTime()).toBeGreaterThanOrEqual(began - 1000);
    expect(first.LastModified?.getTime()).toBeLessThanOrEqual(Date.now() + 1000);
    expect(await get()).toMatchObject({ MaximumEventAgeInSeconds: 60, LastModified: first.LastModified });

    // Put takes away what it does not name; Update keeps it.
    const second = await put({ MaximumRetryAttempts: 0 });
    expect([second.MaximumRetryAttempts, second.MaximumEventAgeInSeconds]).toEqual([0, undefined]);
    await change({ MaximumEventAgeInSeconds: 21_600 });
    await change({ DestinationConfig: { OnFailure: { Destination: queue }, OnSuccess: { Destination: topic } } });
    const third = await change({ MaximumRetryAttempts: 1 });
    expect(third).toMatchObject({
      MaximumRetryAttempts: 1,
      MaximumEventAgeInSeconds: 21_600,
      DestinationConfig: { OnFailure: { Destination: queue }, OnSuccess: { Destination: topic } },
    });
    const fourth = await change({ DestinationConfig: { OnFailure: { Destination: "" } } });
    expect(fourth.DestinationConfig).toEqual({ OnSuccess: {}, OnFailure: {} });

    expect((await remove()).$metadata.httpStatusCode).toBe(204);
    await expect(get()).rejects.toMatchObject(none("f"));
    await expect(remove()).rejects.toMatchObject(none("f"));
    await expect(change({ MaximumRetryAttempts: 1 })).rejects.toMatchObject(none("f"));
  });

  it("belongs to a version, is listed with the others, and goes with its version and its function", async () => {
    await create("many");
    for (const Timeout of [4, 5, 6]) {
      await update("many", { Timeout });
      await lambda.send(new PublishVersionCommand({ FunctionName: "many" }));
    }
    expect((await list("many")).FunctionEventInvokeConfigs).toEqual([]);
    for (const name of ["many:3", "many", arn("many:1"), "many:2"]) {
      await put({ FunctionName: name, MaximumRetryAttempts: 1 });
    }
    const { NextMarker: Marker, FunctionEventInvokeConfigs: some = [] } = await list("many", { MaxItems: 3 });
    const { NextMarker, FunctionEventInvokeConfigs: rest = [] } = await list("many", {
      MaxItems: 3,
      ...(Marker && { Marker }),
    });
    const qualifiers = [...some, ...rest].map(({ FunctionArn = "" }) => FunctionArn.split(":").at(-1));
    expect(qualifiers).toEqual(["$LATEST", "1", "2", "3"]);
    expect(NextMarker).toBeUndefined();
    expect(await get("many", "2")).toMatchObject({ FunctionArn: arn("many:2"), MaximumRetryAttempts: 1 });

    await lambda.send(new DeleteFunctionCommand({ FunctionName: "many", Qualifier: "2" }));
    await expect(get("many", "2")).rejects.toMatchObject(none("many", "2"));
    await lambda.send(new DeleteFunctionCommand({ FunctionName: "many" }));
    await create("many");
    expect((await list("many")).FunctionEventInvokeConfigs).toEqual([]);
  });

  it("outlives the endpoint", async () => {
    await put({ MaximumRetryAttempts: 0, DestinationConfig: { OnFailure: { Destination: queue } } });
    const { directory } = endpoint;
    await endpoint.emulator.close();
    endpoint = await startTestEndpoint({ directory });
    lambda = new LambdaClient(clientOptions(endpoint.emulator));
    iam = new IAMClient(clientOptions(endpoint.emulator));
    expect(await get()).toMatchObject({
      MaximumRetryAttempts: 0,
      DestinationConfig: { OnFailure: { Destination: queue } },
    });
  });

  it.each([
    ["a queue", queue],
    ["a topic", topic],
    ["an event bus", bus],
    ["a bucket", bucket],
    ["another function", arn("g")],
    // Lambda takes it, and then cannot deliver.
    ["a FIFO queue", `${queue}.fifo`],
  ])("takes %s for failures", async (_, Destination) => {
    const { DestinationConfig } = await put({ DestinationConfig: { OnFailure: { Destination } } });
    expect(DestinationConfig).toEqual({ OnFailure: { Destination }, OnSuccess: {} });
  });

  const config = (onSuccess: string, onFailure: string) =>
    `The provided destination config DestinationConfig(onSuccess=${onSuccess}, onFailure=${onFailure}) is invalid.`;
  const iamArn = arn("f").replace(":lambda:", ":iam:");
  const badArn = "arn:aws:_-/!lambda:us-east-1:123456789012:function:f";
  it.each([
    ["nothing at all", {}, "You must specify at least one of error handling or destination setting."],
    [
      "the function itself",
      { DestinationConfig: { OnSuccess: { Destination: arn("f") } } },
      "You can't specify the function as a destination for itself.",
    ],
    [
      "a function that is not there",
      { DestinationConfig: { OnSuccess: { Destination: arn("no") } } },
      `The destination ARN ${arn("no")} is invalid.`,
    ],
    [
      "a version that is not there",
      { DestinationConfig: { OnSuccess: { Destination: arn("g:9") } } },
      `The destination ARN ${arn("g:9")} is invalid.`,
    ],
    [
      "a function elsewhere",
      { DestinationConfig: { OnFailure: { Destination: arn("g").replace("us-east-1", "eu-west-1") } } },
      `The destination ARN ${arn("g").replace("us-east-1", "eu-west-1")} is invalid.`,
    ],
    [
      "another partition's queue",
      { DestinationConfig: { OnFailure: { Destination: queue.replace("aws", "aws-cn") } } },
      `The destination ARN ${queue.replace("aws", "aws-cn")} is invalid.`,
    ],
    [
      "a queue's name that is none",
      { DestinationConfig: { OnFailure: { Destination: `${queue}/../x` } } },
      `The destination ARN ${queue}/../x is invalid.`,
    ],
    [
      "a service that Lambda does not deliver to",
      { DestinationConfig: { OnSuccess: { Destination: iamArn } } },
      config(`OnSuccess(destination=${iamArn})`, "null"),
    ],
    [
      "a bucket for successes",
      { DestinationConfig: { OnSuccess: { Destination: bucket }, OnFailure: {} } },
      config(`OnSuccess(destination=${bucket})`, "OnFailure(destination=null)"),
    ],
  ])("refuses %s", async (_, more, message) => {
    await expect(put(more)).rejects.toMatchObject(invalid(message));
  });

  it.each([
    [
      "three retries",
      { MaximumRetryAttempts: 3 },
      "Value '3' at 'maximumRetryAttempts' failed to satisfy constraint: Member must have value less than or equal to 2",
    ],
    [
      "an age of 59 seconds",
      { MaximumEventAgeInSeconds: 59 },
      "Value '59' at 'maximumEventAgeInSeconds' failed to satisfy constraint: Member must have value greater than or equal to 60",
    ],
    [
      "an age over six hours",
      { MaximumEventAgeInSeconds: 21_601 },
      "Value '21601' at 'maximumEventAgeInSeconds' failed to satisfy constraint: Member must have value less than or equal to 21600",
    ],
    [
      "what is no ARN",
      { DestinationConfig: { OnFailure: { Destination: badArn } } },
      `Value '${badArn}' at 'destinationConfig.onFailure.destination' failed to satisfy constraint: Member must satisfy regular expression pattern: $|kafka://([^.]([a-zA-Z0-9\\-_.]{0,248}))|arn:(aws[a-zA-Z0-9-]*):([a-zA-Z0-9\\-])+:((eusc-)?[a-z]{2}((-gov)|(-iso([a-z]?)))?-[a-z]+-\\d{1})?:(\\d{12})?:(.*)`,
    ],
  ])("refuses %s", async (_, more, violation) => {
    await expect(put(more)).rejects.toMatchObject({
      name: "ValidationException",
      message: `1 validation error detected: ${violation}`,
    });
  });

  it("needs a function, a version, and names that agree", async () => {
    // What was sent is looked at first.
    await expect(put({ FunctionName: "no" })).rejects.toMatchObject(
      invalid("You must specify at least one of error handling or destination setting."),
    );
    await expect(put({ FunctionName: "no", MaximumRetryAttempts: 1 })).rejects.toMatchObject(noFunction);
    await expect(put({ Qualifier: "9", MaximumRetryAttempts: 1 })).rejects.toMatchObject(noFunction);
    await expect(change({ FunctionName: "no", MaximumRetryAttempts: 1 })).rejects.toMatchObject(noFunction);
    await expect(list("no")).rejects.toMatchObject(noFunction);
    await expect(get("no")).rejects.toMatchObject(none("no"));
    await put({ MaximumRetryAttempts: 1 });
    await expect(get("f", "constructor")).rejects.toMatchObject(none("f", "constructor"));
    await expect(get("f", "nothing")).rejects.toMatchObject(none("f", "nothing"));
    await expect(remove("no")).rejects.toMatchObject(none("no"));
    await expect(put({ FunctionName: "f:1", Qualifier: "$LATEST", MaximumRetryAttempts: 1 })).rejects.toMatchObject(
      invalid("The derived qualifier from the function name does not match the specified qualifier."),
    );
  });

  it.each([
    ["SendMessage", queue],
    ["Publish", topic],
    ["PutEvents", bus],
    ["PutObject", bucket],
    ["InvokeFunction", arn("g")],
  ])("refuses a destination for which the role may not call %s", async (operation, Destination) => {
    await forbid();
    await expect(put({ DestinationConfig: { OnFailure: { Destination } } })).rejects.toMatchObject(
      invalid(`The function's execution role does not have permissions to call ${operation} on ${Destination}`),
    );
  });
});

describe("a dead-letter target", () => {
  it("is shown, published with the version, changed and taken away", async () => {
    const made = await create("dead", { DeadLetterConfig: { TargetArn: queue } });
    expect(made.DeadLetterConfig).toEqual({ TargetArn: queue });
    await lambda.send(new PublishVersionCommand({ FunctionName: "dead" }));
    expect((await update("dead", { DeadLetterConfig: { TargetArn: topic } })).DeadLetterConfig).toEqual({
      TargetArn: topic,
    });
    expect((await update("dead", { Timeout: 9 })).DeadLetterConfig).toEqual({ TargetArn: topic });
    expect((await update("dead", { DeadLetterConfig: { TargetArn: "" } })).DeadLetterConfig).toBeUndefined();
    await update("dead", { DeadLetterConfig: { TargetArn: topic } });
    expect((await update("dead", { DeadLetterConfig: {} })).DeadLetterConfig).toBeUndefined();
    const published = await lambda.send(new GetFunctionConfigurationCommand({ FunctionName: "dead", Qualifier: "1" }));
    expect(published.DeadLetterConfig).toEqual({ TargetArn: queue });
  });

  it.each([
    ["a bucket", bucket],
    ["a function", arn("g")],
    ["a queue's name that is none", `${queue}/../x`],
  ])("is not %s", async (_, TargetArn) => {
    await expect(create("wrong", { DeadLetterConfig: { TargetArn } })).rejects.toMatchObject({
      name: "InvalidParameterValueException",
      message: `Invalid dead letter queue ARN: ${TargetArn} is neither an Amazon SQS queue nor an Amazon SNS topic.`,
    });
  });

  it("is an ARN", async () => {
    await expect(create("wrong", { DeadLetterConfig: { TargetArn: "q" } })).rejects.toMatchObject({
      name: "ValidationException",
      message: expect.stringContaining("Value 'q' at 'deadLetterConfig.targetArn' failed to satisfy constraint"),
    });
  });

  it.each([
    [queue, "SendMessage on SQS"],
    [topic, "Publish on SNS"],
  ])("is one that the role may send to (%s)", async (TargetArn, what) => {
    await create(`keeps-${what.split(" ")[0]}`, { DeadLetterConfig: { TargetArn } });
    await forbid();
    const refusal = invalid(`The provided execution role does not have permissions to call ${what}`);
    await expect(create("wrong", { DeadLetterConfig: { TargetArn } })).rejects.toMatchObject(refusal);
    await expect(update("g", { DeadLetterConfig: { TargetArn } })).rejects.toMatchObject(refusal);
    // Another role for what is there already is looked at too; anything else is not.
    const name = `keeps-${what.split(" ")[0]}`;
    await expect(update(name, { Role })).rejects.toMatchObject(refusal);
    await update(name, { Timeout: 4 });
  });
});
