// Aliases of functions, through AWS's own client; refusals are those that AWS was recorded to give.
import { CreateRoleCommand, IAMClient } from "@aws-sdk/client-iam";
import {
  CreateAliasCommand,
  type CreateAliasCommandInput,
  CreateFunctionCommand,
  DeleteAliasCommand,
  DeleteFunctionCommand,
  GetAliasCommand,
  GetFunctionCommand,
  GetFunctionEventInvokeConfigCommand,
  InvokeCommand,
  LambdaClient,
  ListAliasesCommand,
  ListFunctionsCommand,
  PublishVersionCommand,
  PutFunctionConcurrencyCommand,
  PutFunctionEventInvokeConfigCommand,
  UpdateAliasCommand,
  type UpdateAliasCommandInput,
  UpdateFunctionConfigurationCommand,
  waitUntilFunctionActiveV2,
  waitUntilFunctionUpdatedV2,
} from "@aws-sdk/client-lambda";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { clientOptions, lambdaTrust, startTestEndpoint, type TestEndpoint, zipOf } from "./support.ts";

let endpoint: TestEndpoint;
let lambda: LambdaClient;
const arn = (name: string) => `arn:aws:lambda:us-east-1:123456789012:function:${name}`;
const refusal = (name: string, message: string | RegExp) => ({
  name,
  message: typeof message === "string" ? message : expect.stringMatching(message),
});
const soon = { minDelay: 0.01, maxDelay: 0.1, maxWaitTime: 20 };

/** A function with the versions 1 and 2. */
async function twoVersions(FunctionName: string): Promise<void> {
  const ZipFile = await zipOf({ "index.mjs": "export const handler = async () => 1;\n" });
  const Role = "arn:aws:iam::123456789012:role/runs";
  const shape = { FunctionName, Role, Runtime: "nodejs22.x", Handler: "index.handler", Code: { ZipFile } } as const;
  await lambda.send(new CreateFunctionCommand(shape));
  await waitUntilFunctionActiveV2({ client: lambda, ...soon }, { FunctionName });
  await lambda.send(new PublishVersionCommand({ FunctionName }));
  await lambda.send(new UpdateFunctionConfigurationCommand({ FunctionName, Timeout: 9 }));
  await waitUntilFunctionUpdatedV2({ client: lambda, ...soon }, { FunctionName });
  await lambda.send(new PublishVersionCommand({ FunctionName }));
}
const create = (Name: string, more: Partial<CreateAliasCommandInput> = {}) =>
  lambda.send(new CreateAliasCommand({ FunctionName: "f", Name, FunctionVersion: "1", ...more }));
const update = (Name: string, more: Partial<UpdateAliasCommandInput> = {}) =>
  lambda.send(new UpdateAliasCommand({ FunctionName: "f", Name, ...more }));
const routed = (weights: Record<string, number>) => ({ RoutingConfig: { AdditionalVersionWeights: weights } });

beforeAll(async () => {
  endpoint = await startTestEndpoint();
  lambda = new LambdaClient(clientOptions(endpoint.emulator));
  const iam = new IAMClient(clientOptions(endpoint.emulator));
  await iam.send(new CreateRoleCommand({ RoleName: "runs", AssumeRolePolicyDocument: lambdaTrust }));
  await twoVersions("f");
});
afterAll(() => endpoint.close());

describe("an alias", () => {
  it("is created, shown, listed, changed and deleted", async () => {
    const created = await create("live", { Description: "what customers get", ...routed({ 2: 0.2 }) });
    expect(created).toMatchObject({
      $metadata: { httpStatusCode: 201 },
      AliasArn: arn("f:live"),
      Name: "live",
      FunctionVersion: "1",
      Description: "what customers get",
      ...routed({ 2: 0.2 }),
    });
    await create("next", { FunctionVersion: "2" });
    await create("2026-11-21", { FunctionVersion: "$LATEST" });
    const { $metadata: _, ...shown } = created;
    expect(await lambda.send(new GetAliasCommand({ FunctionName: "f", Name: "live" }))).toMatchObject(shown);
    const list = async (more: object = {}) =>
      (await lambda.send(new ListAliasesCommand({ FunctionName: "f", ...more }))).Aliases?.map(({ Name }) => Name);
    expect(await list()).toEqual(["2026-11-21", "live", "next"]);
    expect(await list({ FunctionVersion: "1" })).toEqual(["live"]);

    const changed = await update("live", { FunctionVersion: "2", ...routed({}) });
    expect(changed).toMatchObject({ FunctionVersion: "2", Description: "what customers get" });
    expect(changed.RoutingConfig).toBeUndefined();
    expect(changed.RevisionId).not.toBe(created.RevisionId);
    expect((await update("live")).RevisionId).not.toBe(changed.RevisionId);
    await expect(update("live", { RevisionId: created.RevisionId })).rejects.toMatchObject({
      ...refusal("PreconditionFailedException", /^The Revision Id provided does not match/),
      $metadata: { httpStatusCode: 412 },
    });

    const remove = () => lambda.send(new DeleteAliasCommand({ FunctionName: "f", Name: "next" }));
    expect((await remove()).$metadata.httpStatusCode).toBe(204);
    expect((await remove()).$metadata.httpStatusCode).toBe(204);
    expect(await list()).toEqual(["2026-11-21", "live"]);
  });

  it("names a version wherever a qualifier may stand", async () => {
    await create("stable");
    for (const input of [
      { FunctionName: "f", Qualifier: "stable" },
      { FunctionName: arn("f:stable") },
      { FunctionName: "f:stable" },
    ]) {
      const { Configuration } = await lambda.send(new GetFunctionCommand(input));
      expect(Configuration).toMatchObject({ FunctionArn: arn("f:stable"), Version: "1", Timeout: 3 });
      endpoint.execution.calls.length = 0;
      expect(await lambda.send(new InvokeCommand(input))).toMatchObject({ ExecutedVersion: "1" });
      const [seen] = endpoint.execution.calls;
      expect(seen?.snapshot.version).toBe("1");
      expect(seen?.request.invokedFunctionArn).toBe(arn("f:stable"));
    }
    await expect(lambda.send(new GetFunctionCommand({ FunctionName: "f", Qualifier: "none" }))).rejects.toMatchObject(
      refusal("ResourceNotFoundException", `Function not found: ${arn("f:none")}`),
    );
    await expect(
      lambda.send(new PutFunctionConcurrencyCommand({ FunctionName: "f:stable", ReservedConcurrentExecutions: 1 })),
    ).rejects.toMatchObject(refusal("InvalidParameterValueException", /Aliases and versions do not support/));
  });

  it("sends a part of the invocations to its second version", async () => {
    await create("split", routed({ 2: 1 }));
    const version = async () =>
      (await lambda.send(new InvokeCommand({ FunctionName: "f", Qualifier: "split", InvocationType: "DryRun" })))
        .ExecutedVersion;
    expect(await version()).toBe("2");
    await update("split", routed({ 2: 0 }));
    expect(await version()).toBe("1");
    await update("split", routed({ 2: 0.5 }));
    const seen = new Set<string | undefined>();
    // That a hundred of them all go one way is as good as impossible.
    for (let call = 0; call < 100 && seen.size < 2; call++) seen.add(await version());
    expect([...seen].sort()).toEqual(["1", "2"]);
  });

  it("takes events, handled as it says, and takes that along when it goes", async () => {
    await create("events");
    const named = { FunctionName: "f", Qualifier: "events" };
    await lambda.send(new PutFunctionEventInvokeConfigCommand({ ...named, MaximumRetryAttempts: 0 }));
    endpoint.execution.calls.length = 0;
    await lambda.send(new InvokeCommand({ ...named, InvocationType: "Event" }));
    await vi.waitFor(() => expect(endpoint.execution.calls).toHaveLength(1));
    expect(endpoint.execution.calls[0]?.snapshot.version).toBe("1");
    await lambda.send(new DeleteAliasCommand({ FunctionName: "f", Name: "events" }));
    await expect(lambda.send(new GetFunctionEventInvokeConfigCommand(named))).rejects.toMatchObject({
      name: "ResourceNotFoundException",
    });
  });

  it("is listed page after page, fifty at most", async () => {
    await twoVersions("many");
    const names = Array.from({ length: 60 }, (_, index) => `alias-${String(index).padStart(2, "0")}`);
    for (const Name of names) {
      await lambda.send(new CreateAliasCommand({ FunctionName: "many", Name, FunctionVersion: "1" }));
    }
    const first = await lambda.send(new ListAliasesCommand({ FunctionName: "many", MaxItems: 1000 }));
    expect(first.Aliases).toHaveLength(50);
    const second = await lambda.send(new ListAliasesCommand({ FunctionName: "many", Marker: first.NextMarker }));
    expect([...(first.Aliases ?? []), ...(second.Aliases ?? [])].map(({ Name }) => Name)).toEqual(names);
    expect(second.NextMarker).toBeUndefined();
  });

  it("goes with its function, and holds its version", async () => {
    await twoVersions("held");
    await lambda.send(
      new CreateAliasCommand({ FunctionName: "held", Name: "a", FunctionVersion: "1", ...routed({ 2: 0.1 }) }),
    );
    const remove = (Qualifier?: string) => lambda.send(new DeleteFunctionCommand({ FunctionName: "held", Qualifier }));
    for (const version of ["1", "2"]) {
      await expect(remove(version)).rejects.toMatchObject({
        ...refusal(
          "ResourceConflictException",
          "Unable to delete version because the following aliases reference it: [a]",
        ),
        $metadata: { httpStatusCode: 409 },
      });
    }
    await expect(remove("a")).rejects.toMatchObject(
      refusal("InvalidParameterValueException", "Deletion of aliases is not currently supported."),
    );
    await remove();
    await twoVersions("held");
    expect((await lambda.send(new ListAliasesCommand({ FunctionName: "held" }))).Aliases).toEqual([]);
  });

  it("is there after a restart, and no name is taken for what every object has", async () => {
    for (const Name of ["constructor", "__proto__", "toString"]) {
      const qualified = { FunctionName: "f", Qualifier: Name };
      await expect(lambda.send(new GetFunctionCommand(qualified))).rejects.toThrow(/Function not found/);
      await create(Name, { FunctionVersion: "2" });
      expect((await lambda.send(new GetFunctionCommand(qualified))).Configuration?.Version).toBe("2");
    }
    const { startEmulator } = await import("../../../src/emulator/server.ts");
    await endpoint.emulator.close();
    const again = await startEmulator({ directory: endpoint.directory, env: {}, settleMilliseconds: 5 });
    try {
      const client = new LambdaClient(clientOptions(again));
      const alias = await client.send(new GetAliasCommand({ FunctionName: "f", Name: "__proto__" }));
      expect(alias.FunctionVersion).toBe("2");
    } finally {
      await again.close();
      endpoint = await startTestEndpoint({ directory: endpoint.directory });
      lambda = new LambdaClient(clientOptions(endpoint.emulator));
    }
  });
});

describe("what Lambda refuses of an alias", () => {
  const weights = "'routingConfig.additionalVersionWeights' failed to satisfy constraint: Map";
  it.each<[string, Partial<CreateAliasCommandInput>, string, string | RegExp]>([
    [
      "a number as its name",
      { Name: "2024" },
      "ValidationException",
      /Value '2024' at 'name' failed to satisfy constraint: Member must satisfy regular expression pattern: \(\?!\^\[0-9\]\+\$\)\(\[a-zA-Z0-9-_\]\+\)/,
    ],
    ["a name that is too long", { Name: "a".repeat(129) }, "ValidationException", /length less than or equal to 128/],
    ["a version that is none", { FunctionVersion: "one" }, "ValidationException", /at 'functionVersion'/],
    ["too long a description", { Description: "x".repeat(257) }, "ValidationException", /at 'description'/],
    [
      "a version that isn't there",
      { FunctionVersion: "10" },
      "ResourceNotFoundException",
      `Function not found: ${arn("f:10")}`,
    ],
    [
      "a second version that isn't there",
      routed({ 10: 0.5 }),
      "ResourceNotFoundException",
      `Function not found: ${arn("f:10")}`,
    ],
    [
      "two further versions",
      routed({ 1: 0.8, 2: 0.2 }),
      "InvalidParameterValueException",
      "Number of items in AdditionalVersionWeights cannot be greater than 1",
    ],
    [
      "the same version twice",
      routed({ 1: 0.5 }),
      "InvalidParameterValueException",
      "Invalid function version 1. Function version 1 is already included in routing configuration.",
    ],
    [
      "$LATEST and another",
      { FunctionVersion: "$LATEST", ...routed({ 1: 0.5 }) },
      "InvalidParameterValueException",
      "$LATEST is not supported for an alias pointing to more than 1 version",
    ],
    [
      "a weight above 1",
      routed({ 2: 2 }),
      "ValidationException",
      `1 validation error detected: Value '{2=2.0}' at ${weights} value must satisfy constraint: [Member must have value less than or equal to 1.0, Member must have value greater than or equal to 0.0, Member must not be null]`,
    ],
    ["a weight below 0", routed({ 2: -1 }), "ValidationException", /Value '\{2=-1\.0\}'/],
    [
      "$LATEST as the second version",
      routed({ $LATEST: 0.5 }),
      "ValidationException",
      `1 validation error detected: Value '{$LATEST=0.5}' at ${weights} keys must satisfy constraint: [Member must have length less than or equal to 1024, Member must have length greater than or equal to 1, Member must satisfy regular expression pattern: [0-9]+]`,
    ],
    ["no function", { FunctionName: "none" }, "ResourceNotFoundException", `Function not found: ${arn("none:1")}`],
    [
      "no name",
      { Name: undefined },
      "ValidationException",
      /at 'name' failed to satisfy constraint: Member must not be null/,
    ],
  ])("%s", async (_, input, name, message) => {
    await expect(create("refused", input)).rejects.toMatchObject(refusal(name, message));
  });

  it("one that is there, and one that isn't", async () => {
    await create("once");
    await expect(create("once")).rejects.toMatchObject({
      ...refusal("ResourceConflictException", `Alias already exists: ${arn("f:once")}`),
      $metadata: { httpStatusCode: 409 },
    });
    const get = new GetAliasCommand({ FunctionName: "f", Name: "absent" });
    await expect(lambda.send(get)).rejects.toMatchObject(
      refusal("ResourceNotFoundException", `Cannot find alias arn: ${arn("f:absent")}`),
    );
    await expect(update("absent")).rejects.toMatchObject(
      refusal("ResourceNotFoundException", `Alias not found: ${arn("f:absent")}`),
    );
  });

  it("a change that would lead twice to one version", async () => {
    await create("twice", routed({ 2: 0.5 }));
    await expect(update("twice", { FunctionVersion: "2" })).rejects.toMatchObject(
      refusal("InvalidParameterValueException", /^Invalid function version 2\./),
    );
  });
});

describe("ListFunctions with FunctionVersion=ALL", () => {
  it("lists $LATEST and every version, with the layers and ARN of each, page after page", async () => {
    const versions: string[] = [];
    let marker: string | undefined;
    do {
      const page = await lambda.send(new ListFunctionsCommand({ FunctionVersion: "ALL", MaxItems: 2, Marker: marker }));
      versions.push(...(page.Functions ?? []).flatMap(({ FunctionArn }) => FunctionArn ?? []));
      marker = page.NextMarker;
    } while (marker);
    const mine = versions.filter((version) => version.startsWith(arn("f:")));
    expect(mine).toEqual([arn("f:$LATEST"), arn("f:1"), arn("f:2")]);
  });
});
