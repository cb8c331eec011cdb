// Secrets Manager, through AWS's own client.

import { randomUUID } from "node:crypto";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import {
  CreateSecretCommand,
  type CreateSecretCommandInput,
  DeleteSecretCommand,
  type DeleteSecretCommandInput,
  DescribeSecretCommand,
  GetSecretValueCommand,
  type GetSecretValueCommandInput,
  ListSecretsCommand,
  type ListSecretsCommandInput,
  PutSecretValueCommand,
  type PutSecretValueCommandInput,
  RestoreSecretCommand,
  SecretsManagerClient,
  UpdateSecretCommand,
  type UpdateSecretCommandInput,
} from "@aws-sdk/client-secrets-manager";
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { sendSigned } from "./raw.ts";
import { clientOptions, startTestEndpoint, type TestEndpoint } from "./support.ts";

const day = 86_400_000;
let endpoint: TestEndpoint;
let sdk: SecretsManagerClient;
/** How far the endpoint's clock is ahead. */
let ahead = 0;
beforeAll(async () => {
  endpoint = await startTestEndpoint({ now: () => Date.now() + ahead });
  sdk = new SecretsManagerClient(clientOptions(endpoint.emulator));
});
beforeEach(() => {
  ahead = 0;
});
afterAll(() => endpoint.close());

/** The client; it signs by the endpoint's clock, and would go back to this machine's after each answer. */
function client(): SecretsManagerClient {
  sdk.config.systemClockOffset = ahead;
  return sdk;
}

const create = (Name: string, more: Partial<CreateSecretCommandInput> = {}) =>
  client().send(new CreateSecretCommand({ Name, ...more }));
const put = (SecretId: string, more: Partial<PutSecretValueCommandInput>) =>
  client().send(new PutSecretValueCommand({ SecretId, ...more }));
const update = (SecretId: string, more: Partial<UpdateSecretCommandInput>) =>
  client().send(new UpdateSecretCommand({ SecretId, ...more }));
const get = (SecretId: string, more: Partial<GetSecretValueCommandInput> = {}) =>
  client().send(new GetSecretValueCommand({ SecretId, ...more }));
const describe_ = (SecretId: string) => client().send(new DescribeSecretCommand({ SecretId }));
const remove = (SecretId: string, more: Partial<DeleteSecretCommandInput> = {}) =>
  client().send(new DeleteSecretCommand({ SecretId, ...more }));
const arnPattern = (name: string) =>
  new RegExp(`^arn:aws:secretsmanager:us-east-1:123456789012:secret:${name}-[A-Za-z]{6}$`);
const notFound = {
  name: "ResourceNotFoundException",
  message: "Secrets Manager can't find the specified secret.",
  $metadata: { httpStatusCode: 400 },
};

describe("a secret", () => {
  it("keeps its value byte for byte, and is found by name, ARN and partial ARN", async () => {
    const SecretString = ' {"a":\n"ü€🙂"}\t';
    const made = await create("app/db", {
      SecretString,
      Description: "for tests",
      Tags: [{ Key: "team", Value: "a" }],
    });
    expect(made).toMatchObject({ Name: "app/db", ARN: expect.stringMatching(arnPattern("app/db")) });
    expect(made.VersionId).toMatch(/^[0-9a-f-]{36}$/);
    const whole = {
      ARN: made.ARN,
      Name: "app/db",
      VersionId: made.VersionId,
      SecretString,
      VersionStages: ["AWSCURRENT"],
      CreatedDate: expect.any(Date),
    };
    for (const id of ["app/db", made.ARN ?? "", made.ARN?.slice(0, -7) ?? ""])
      expect(await get(id)).toMatchObject(whole);
    expect(await get("app/db")).not.toHaveProperty("SecretBinary");
    expect(await describe_("app/db")).toMatchObject({
      ARN: made.ARN,
      Description: "for tests",
      Tags: [{ Key: "team", Value: "a" }],
      VersionIdsToStages: { [made.VersionId ?? ""]: ["AWSCURRENT"] },
    });
    const today = new Date(Date.now() - (Date.now() % day));
    await vi.waitFor(async () => expect((await describe_("app/db")).LastAccessedDate).toEqual(today));
  });

  it("is not found under what only looks like its ARN", async () => {
    const { ARN = "" } = await create("odd-a1b2c3", { SecretString: "s" });
    expect((await get(ARN)).SecretString).toBe("s");
    // Six characters behind a hyphen are taken for the random ones, on AWS too.
    await expect(get(ARN.slice(0, -7))).rejects.toMatchObject(notFound);
    await expect(get(`${ARN.slice(0, -6)}zzzzz9`)).rejects.toMatchObject(notFound);
    await expect(get(ARN.replace("us-east-1", "eu-west-1"))).rejects.toMatchObject(notFound);
    await expect(get(ARN.replace("123456789012", "210987654321"))).rejects.toMatchObject(notFound);
    await expect(get("arn:aws:ssm:us-east-1:123456789012:parameter/x")).rejects.toMatchObject(notFound);
    await expect(get("none")).rejects.toMatchObject(notFound);
    const there = new SecretsManagerClient(clientOptions(endpoint.emulator, "eu-west-1"));
    await expect(there.send(new GetSecretValueCommand({ SecretId: "odd-a1b2c3" }))).rejects.toMatchObject(notFound);
  });

  it("can hold bytes", async () => {
    const SecretBinary = Uint8Array.from({ length: 256 }, (_, index) => index);
    await create("bytes", { SecretBinary });
    const got = await get("bytes");
    expect(Buffer.from(got.SecretBinary ?? []).equals(SecretBinary)).toBe(true);
    expect(got).not.toHaveProperty("SecretString");
  });

  it("lies in files that only the user can read", async () => {
    await create("hidden", { SecretString: "v" });
    const folder = join(endpoint.directory, "store", "secrets");
    expect(statSync(folder).mode & 0o777).toBe(0o700);
    expect(readdirSync(folder).length).toBeGreaterThan(0);
    for (const file of readdirSync(folder)) expect(statSync(join(folder, file)).mode & 0o777).toBe(0o600);
  });

  it("may be made without a value, and has none until one is put", async () => {
    expect(await create("empty")).not.toHaveProperty("VersionId");
    const missing = (what: string) => ({
      name: "ResourceNotFoundException",
      message: `Secrets Manager can't find the specified secret value for ${what}`,
    });
    await expect(get("empty")).rejects.toMatchObject(missing("staging label: AWSCURRENT"));
    await expect(get("empty", { VersionStage: "AWSPENDING" })).rejects.toMatchObject(
      missing("staging label: AWSPENDING"),
    );
    const VersionId = randomUUID();
    await expect(get("empty", { VersionId })).rejects.toMatchObject(missing(`VersionId: ${VersionId}`));
    expect(await describe_("empty")).not.toHaveProperty("VersionIdsToStages");
    // The first version is the current one, whatever labels it is given.
    expect((await put("empty", { SecretString: "v", VersionStages: ["MINE"] })).VersionStages).toEqual([
      "AWSCURRENT",
      "MINE",
    ]);
    expect((await get("empty")).SecretString).toBe("v");
  });

  it("is the same after the endpoint was started anew", async () => {
    const first = await startTestEndpoint();
    const made = await new SecretsManagerClient(clientOptions(first.emulator)).send(
      new CreateSecretCommand({ Name: "kept", SecretString: "v" }),
    );
    await first.emulator.close();
    const second = await startTestEndpoint({ directory: first.directory });
    const again = new SecretsManagerClient(clientOptions(second.emulator));
    expect(await again.send(new GetSecretValueCommand({ SecretId: made.ARN }))).toMatchObject({ SecretString: "v" });
    await second.close();
  });

  it.each<[string, string, Partial<CreateSecretCommandInput>, string, RegExp]>([
    ["under a name with blanks", "a b", {}, "ValidationException", /^Invalid name\. Must be a valid name/],
    ["under a long name", "a".repeat(513), {}, "ValidationException", /at 'name' .*less than or equal to 512/],
    ["with a long description", "x", { Description: "d".repeat(2049) }, "ValidationException", /at 'description'/],
    [
      "with a tag without a key",
      "x",
      { Tags: [{ Key: "", Value: "v" }] },
      "ValidationException",
      /'tags\.1\.member\.key'/,
    ],
    [
      "with text and bytes",
      "x",
      { SecretString: "s", SecretBinary: Buffer.from("b") },
      "InvalidParameterException",
      /^You can't specify both a binary secret value and a string/,
    ],
    [
      "under a key of one's own",
      "x",
      { KmsKeyId: "alias/mine" },
      "InvalidParameterException",
      /no KMS: the key alias\/mine/,
    ],
    [
      "with replicas",
      "x",
      { AddReplicaRegions: [{ Region: "eu-west-1" }] },
      "InvalidParameterException",
      /does not play AddReplicaRegions/,
    ],
    ["under a short token", "x", { ClientRequestToken: "short" }, "InvalidParameterException", /32-64 characters/],
  ])("is refused %s", async (_, name, more, code, message) => {
    await expect(
      create(name, { SecretString: "v", ...more, ...("SecretBinary" in more && more) }),
    ).rejects.toMatchObject({ name: code, message: expect.stringMatching(message) });
    await expect(get("x")).rejects.toMatchObject(notFound);
  });

  it("over 64 KB is refused, and not repeated in the refusal", async () => {
    expect((await create("large", { SecretString: "x".repeat(65_536) })).VersionId).toBeDefined();
    const SecretString = "ü".repeat(32_769);
    const refusal = await create("larger", { SecretString }).catch((error: Error) => error);
    expect(refusal).toMatchObject({
      name: "ValidationException",
      message: expect.stringMatching(/'secretString'.*65536/),
    });
    expect(JSON.stringify(refusal) + String(refusal)).not.toContain("üü");
    await expect(create("larger", { SecretBinary: Buffer.alloc(65_537) })).rejects.toMatchObject({
      message: expect.stringMatching(/'secretBinary'/),
    });
  });

  it("needs a token and base64, which AWS's clients see to", async () => {
    const send = (operation: string, body: object) =>
      sendSigned(
        { url: endpoint.emulator.url, credentials: endpoint.emulator.credentials, service: "secretsmanager" },
        {
          headers: { "content-type": "application/x-amz-json-1.1", "x-amz-target": `secretsmanager.${operation}` },
          body: JSON.stringify(body),
        },
      );
    expect(await send("CreateSecret", { Name: "x" })).toMatchObject({
      status: 400,
      body: expect.stringContaining("You must provide a ClientRequestToken value. We recommend a UUID-type value."),
    });
    const unread = await send("CreateSecret", { Name: "x", SecretBinary: "!!!", ClientRequestToken: randomUUID() });
    expect(unread).toMatchObject({ status: 400, body: expect.stringContaining("SerializationException") });
    const unknown = await send("RotateSecret", { SecretId: "x" });
    expect(unknown.headers["x-amzn-errortype"]).toBe("UnknownOperationException");
    expect(unknown.body).toContain("the operation RotateSecret of secretsmanager");
  });
});

describe("versions of a secret", () => {
  const stages = async (id: string) => Object.values((await describe_(id)).VersionIdsToStages ?? {});

  it("follow each other: the current one becomes the previous one, and that loses its label", async () => {
    const [one, two] = [await create("v", { SecretString: "1" }), await put("v", { SecretString: "2" })];
    expect(two).toMatchObject({ Name: "v", ARN: one.ARN, VersionStages: ["AWSCURRENT"] });
    expect(await get("v")).toMatchObject({ SecretString: "2", VersionId: two.VersionId });
    expect(await get("v", { VersionStage: "AWSPREVIOUS" })).toMatchObject({
      SecretString: "1",
      VersionId: one.VersionId,
    });
    const three = await update("v", { SecretString: "3" });
    expect(await describe_("v")).toMatchObject({
      VersionIdsToStages: { [two.VersionId ?? ""]: ["AWSPREVIOUS"], [three.VersionId ?? ""]: ["AWSCURRENT"] },
    });
    // It can still be had by its id.
    const deprecated = await get("v", { VersionId: one.VersionId });
    expect(deprecated.SecretString).toBe("1");
    expect(deprecated).not.toHaveProperty("VersionStages");
    expect((await get("v", { VersionId: two.VersionId, VersionStage: "AWSPREVIOUS" })).SecretString).toBe("2");
    await expect(get("v", { VersionId: two.VersionId, VersionStage: "AWSCURRENT" })).rejects.toMatchObject({
      name: "InvalidRequestException",
      message: "You provided a VersionStage that is not associated to the provided VersionId.",
    });
    await expect(get("v", { VersionId: "short" })).rejects.toMatchObject({ name: "InvalidParameterException" });
  });

  it("take labels of one's own from each other, and leave the current one alone", async () => {
    await create("labels", { SecretString: "1" });
    await put("labels", { SecretString: "2", VersionStages: ["A", "B"] });
    await put("labels", { SecretString: "3", VersionStages: ["B", "AWSPENDING"] });
    expect(await stages("labels")).toEqual([["AWSCURRENT"], ["A"], ["B", "AWSPENDING"]]);
    expect((await get("labels")).SecretString).toBe("1");
    expect((await get("labels", { VersionStage: "AWSPENDING" })).SecretString).toBe("3");
    await put("labels", { SecretString: "4", VersionStages: ["AWSCURRENT", "AWSPREVIOUS"] });
    expect(await stages("labels")).toEqual([["A"], ["B", "AWSPENDING"], ["AWSCURRENT", "AWSPREVIOUS"]]);
  });

  it("are made once, however often a request with their token comes", async () => {
    const ClientRequestToken = randomUUID();
    const made = await create("again", { SecretString: "1", ClientRequestToken });
    expect(made.VersionId).toBe(ClientRequestToken);
    expect(await create("again", { SecretString: "1", ClientRequestToken })).toMatchObject({
      ARN: made.ARN,
      VersionId: ClientRequestToken,
    });
    const exists = {
      name: "ResourceExistsException",
      message: "The operation failed because the secret again already exists.",
    };
    await expect(create("again", { SecretString: "2", ClientRequestToken })).rejects.toMatchObject(exists);
    await expect(create("again", { SecretString: "1" })).rejects.toMatchObject(exists);
    const token = randomUUID();
    for (let time = 0; time < 3; time++) {
      const answer = await put("again", { SecretString: "2", ClientRequestToken: token });
      expect(answer).toMatchObject({ VersionId: token, VersionStages: ["AWSCURRENT"] });
    }
    expect((await update("again", { SecretString: "2", ClientRequestToken: token })).VersionId).toBe(token);
    expect(await stages("again")).toHaveLength(2);
    for (const change of [put, update]) {
      await expect(change("again", { SecretString: "3", ClientRequestToken: token })).rejects.toMatchObject({
        name: "ResourceExistsException",
        message: `You can't use ClientRequestToken ${token} because that value is already in use for a version of secret ${made.ARN}.`,
      });
    }
    expect((await get("again")).SecretString).toBe("2");
  });

  it("are at most about a hundred, of which those with a label stay", async () => {
    const first = await create("many", { SecretString: "0" });
    await put("many", { SecretString: "kept", VersionStages: ["KEPT"] });
    let second: string | undefined;
    for (let count = 1; count <= 101; count++) {
      const { VersionId } = await put("many", { SecretString: `${count}` });
      second ??= VersionId;
    }
    await expect(get("many", { VersionId: first.VersionId })).rejects.toMatchObject({
      name: "ResourceNotFoundException",
    });
    await expect(get("many", { VersionId: second })).rejects.toMatchObject({ name: "ResourceNotFoundException" });
    expect((await get("many", { VersionStage: "KEPT" })).SecretString).toBe("kept");
    expect((await get("many", { VersionStage: "AWSPREVIOUS" })).SecretString).toBe("100");
  });

  it("are all there when many write at once", async () => {
    await create("raced", { SecretString: "first" });
    await Promise.all(
      Array.from({ length: 10 }, (_, index) =>
        put("raced", { SecretString: `${index}`, VersionStages: [`S${index}`] }),
      ),
    );
    for (let index = 0; index < 10; index++) {
      expect((await get("raced", { VersionStage: `S${index}` })).SecretString).toBe(`${index}`);
    }
  });

  it("need a value; another description needs none and makes none", async () => {
    const { VersionId = "" } = await create("d", { SecretString: "1", Description: "one" });
    const before = (await describe_("d")).LastChangedDate?.getTime() ?? 0;
    ahead = 5000;
    const answer = await update("d", { Description: "two" });
    expect(answer).not.toHaveProperty("VersionId");
    const described = await describe_("d");
    expect(described).toMatchObject({ Description: "two", VersionIdsToStages: { [VersionId]: ["AWSCURRENT"] } });
    expect(described.LastChangedDate?.getTime()).toBeGreaterThanOrEqual(before + 5000);
    for (const nothing of [{}, { SecretString: "" }]) {
      await expect(put("d", nothing)).rejects.toMatchObject({
        name: "InvalidRequestException",
        message: "You must provide either SecretString or SecretBinary.",
      });
    }
    await expect(put("d", { SecretString: "x", VersionStages: [] })).rejects.toMatchObject({
      name: "ValidationException",
    });
    await expect(put("none", { SecretString: "x" })).rejects.toMatchObject(notFound);
    await expect(update("none", { SecretString: "x" })).rejects.toMatchObject(notFound);
  });
});

describe("a secret that is deleted", () => {
  const marked = {
    name: "InvalidRequestException",
    message: "You can't perform this operation on the secret because it was marked for deletion.",
  };

  it("can be restored for thirty days, and used again", async () => {
    const { ARN } = await create("back", { SecretString: "v" });
    const deleted = await remove("back");
    expect(deleted).toMatchObject({ ARN, Name: "back" });
    const days = ((deleted.DeletionDate?.getTime() ?? 0) - Date.now()) / day;
    expect(Math.round(days)).toBe(30);
    await expect(get("back")).rejects.toMatchObject(marked);
    await expect(put("back", { SecretString: "w" })).rejects.toMatchObject(marked);
    await expect(update("back", { Description: "w" })).rejects.toMatchObject(marked);
    await expect(create("back", { SecretString: "w" })).rejects.toMatchObject({
      name: "InvalidRequestException",
      message: "You can't create this secret because a secret with this name is already scheduled for deletion.",
    });
    await expect(remove("back")).rejects.toMatchObject({
      message: expect.stringContaining("already scheduled for deletion"),
    });
    expect((await describe_("back")).DeletedDate).toEqual(deleted.DeletionDate);
    expect(await client().send(new RestoreSecretCommand({ SecretId: "back" }))).toMatchObject({ ARN, Name: "back" });
    expect((await get("back")).SecretString).toBe("v");
    expect(await describe_("back")).not.toHaveProperty("DeletedDate");
  });

  it("is gone at the end of its window, and its name is free", async () => {
    const before = await create("window", { SecretString: "v" });
    await remove("window", { RecoveryWindowInDays: 7 });
    ahead = 7 * day + 1000;
    await expect(describe_("window")).rejects.toMatchObject(notFound);
    await expect(client().send(new RestoreSecretCommand({ SecretId: "window" }))).rejects.toMatchObject(notFound);
    const after = await create("window", { SecretString: "w" });
    expect(after.ARN).not.toBe(before.ARN);
    await expect(get(before.ARN ?? "")).rejects.toMatchObject(notFound);
    expect((await get("window")).SecretString).toBe("w");
  });

  it("leaves no value behind on the disk, at the latest when the endpoint starts", async () => {
    const first = await startTestEndpoint();
    const own = new SecretsManagerClient(clientOptions(first.emulator));
    for (const Name of ["over", "kept"])
      await own.send(new CreateSecretCommand({ Name, SecretString: `value of ${Name}` }));
    await own.send(new DeleteSecretCommand({ SecretId: "over", RecoveryWindowInDays: 7 }));
    await first.emulator.close();
    const second = await startTestEndpoint({ directory: first.directory, now: () => Date.now() + 8 * day });
    const folder = join(first.directory, "store", "secrets");
    const left = readdirSync(folder).map((file) => readFileSync(join(folder, file), "utf8"));
    await second.close();
    expect(left).toEqual([expect.stringContaining("value of kept")]);
  });

  it("goes at once where that is wanted, also when it was marked before or never there", async () => {
    await create("forced", { SecretString: "v" });
    await remove("forced");
    expect(await remove("forced", { ForceDeleteWithoutRecovery: true })).toMatchObject({ Name: "forced" });
    await expect(describe_("forced")).rejects.toMatchObject(notFound);
    expect(await remove("never", { ForceDeleteWithoutRecovery: true })).toMatchObject({
      Name: "never",
      ARN: expect.stringMatching(arnPattern("never")),
    });
    await expect(remove("never")).rejects.toMatchObject(notFound);
    expect((await create("forced", { SecretString: "w" })).VersionId).toBeDefined();
  });

  it.each([
    [{ RecoveryWindowInDays: 6 }, /between 7 and 30 days/],
    [{ RecoveryWindowInDays: 31 }, /between 7 and 30 days/],
    [{ RecoveryWindowInDays: 7, ForceDeleteWithoutRecovery: true }, /in conjunction with RecoveryWindowInDays/],
  ])("cannot be deleted with %o", async (more, message) => {
    await create("stays", { SecretString: "v" }).catch(() => {});
    await expect(remove("stays", more)).rejects.toMatchObject({
      name: "InvalidParameterException",
      message: expect.stringMatching(message),
    });
    expect((await get("stays")).SecretString).toBe("v");
  });
});

describe("the list of secrets", () => {
  let lister: SecretsManagerClient;
  const list = (more: ListSecretsCommandInput = {}) => lister.send(new ListSecretsCommand(more));
  const names = async (more: ListSecretsCommandInput = {}) => (await list(more)).SecretList?.map(({ Name }) => Name);

  beforeAll(async () => {
    lister = new SecretsManagerClient(clientOptions(endpoint.emulator, "eu-central-1"));
    for (const Name of ["c", "a", "b/x", "b/y", "gone"]) {
      const Tags = [{ Key: `key-${Name}`, Value: "shared" }];
      await lister.send(new CreateSecretCommand({ Name, SecretString: "never listed", Tags }));
    }
    await lister.send(new DeleteSecretCommand({ SecretId: "gone" }));
  });

  it("shows all but values, and those to be deleted only where asked to", async () => {
    const all = await list();
    expect(all.SecretList?.map(({ Name }) => Name)).toEqual(["c", "a", "b/x", "b/y"]);
    expect(all.SecretList?.[0]).toMatchObject({
      ARN: expect.stringContaining(":eu-central-1:"),
      CreatedDate: expect.any(Date),
      LastChangedDate: expect.any(Date),
      Tags: [{ Key: "key-c", Value: "shared" }],
      SecretVersionsToStages: expect.any(Object),
    });
    expect(JSON.stringify(all)).not.toContain("never listed");
    expect(await names({ IncludePlannedDeletion: true })).toContain("gone");
  });

  it("comes in pages and in the order that is wanted", async () => {
    const first = await list({ MaxResults: 3, SortBy: "name" });
    expect(first.SecretList?.map(({ Name }) => Name)).toEqual(["a", "b/x", "b/y"]);
    expect(await names({ MaxResults: 3, SortBy: "name", NextToken: first.NextToken })).toEqual(["c"]);
    expect(await names({ SortBy: "name", SortOrder: "desc" })).toEqual(["c", "b/y", "b/x", "a"]);
    expect(await names({ SortOrder: "desc" })).toEqual(["b/y", "b/x", "a", "c"]);
    await expect(list({ NextToken: "nonsense" })).rejects.toMatchObject({ name: "InvalidNextTokenException" });
    await expect(list({ MaxResults: 101 })).rejects.toMatchObject({ name: "InvalidParameterException" });
    await expect(list({ SortBy: "size" as never })).rejects.toMatchObject({ name: "InvalidParameterException" });
  });

  it("is filtered by beginnings, and refuses filters that are not played", async () => {
    expect(await names({ Filters: [{ Key: "name", Values: ["b/", "c"] }] })).toEqual(["c", "b/x", "b/y"]);
    expect(await names({ Filters: [{ Key: "name", Values: ["!b/"] }] })).toEqual(["c", "a"]);
    const tagged = { Key: "tag-value", Values: ["sha"] } as const;
    expect(
      await names({
        Filters: [
          { ...tagged, Values: ["sha"] },
          { Key: "tag-key", Values: ["key-a"] },
        ],
      }),
    ).toEqual(["a"]);
    await expect(list({ Filters: [{ Key: "all", Values: ["x"] }] })).rejects.toMatchObject({
      name: "InvalidParameterException",
      message: "The local endpoint does not play the filter all of ListSecrets, only name, tag-key, tag-value.",
    });
    await expect(list({ Filters: [{ Key: "size" as never, Values: ["x"] }] })).rejects.toMatchObject({
      message: expect.stringMatching(/'size' at 'filters\.key'/),
    });
    await expect(list({ Filters: [{ Key: "name" }] })).rejects.toMatchObject({ name: "InvalidParameterException" });
  });
});
