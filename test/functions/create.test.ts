// Making functions while a role is still too new, or wrong for good.
import { afterEach, describe, expect, it } from "vitest";
import { functionCode } from "../../src/functions/code.ts";
import { makeFunction } from "../../src/functions/create.ts";
import { removeFunction } from "../../src/functions/remove.ts";
import { silent } from "../../src/model/progress.ts";
import { storedZip } from "../support/archives.ts";
import {
  type Answer,
  type FaultServer,
  fastPace,
  refuse,
  type SeenRequest,
  startFaultServer,
} from "../support/fault-server.ts";

let server: FaultServer | undefined;
afterEach(async () => {
  await server?.close();
  server = undefined;
});

const code = functionCode(storedZip("index.mjs", Buffer.from("export const handler = () => 1;")), "code.zip");
const role = "arn:aws:iam::123456789012:role/path/demo-role";
const shape = {
  FunctionName: "demo",
  FunctionArn: "arn:aws:lambda:eu-west-1:123456789012:function:demo",
  Role: role,
  CodeSha256: code.sha256,
  State: "Active",
  LastUpdateStatus: "Successful",
};
const notAssumable = refuse(
  400,
  "InvalidParameterValueException",
  "The role defined for the function cannot be assumed by Lambda.",
);

function roleAnswer(service: string): Answer {
  const trust = JSON.stringify({
    Statement: [{ Effect: "Allow", Principal: { Service: service }, Action: "sts:AssumeRole" }],
  });
  const body = `<GetRoleResponse xmlns="https://iam.amazonaws.com/doc/2010-05-08/"><GetRoleResult><Role><Path>/</Path><RoleName>demo-role</RoleName><RoleId>AROA</RoleId><Arn>${role}</Arn><CreateDate>2026-11-21T00:00:00Z</CreateDate><AssumeRolePolicyDocument>${encodeURIComponent(trust)}</AssumeRolePolicyDocument></Role></GetRoleResult></GetRoleResponse>`;
  return { status: 200, headers: { "content-type": "text/xml" }, body };
}

const noRole: Answer = {
  status: 404,
  headers: { "content-type": "text/xml" },
  body: `<ErrorResponse><Error><Type>Sender</Type><Code>NoSuchEntity</Code><Message>The role with name demo-role cannot be found.</Message></Error></ErrorResponse>`,
};

async function create(answer: (request: SeenRequest) => Answer, attempts = 1) {
  server = await startFaultServer(answer);
  const pace = fastPace();
  const connection = server.connect({ attempts, pace });
  const wanted = {
    name: "demo",
    region: "eu-west-1",
    role,
    architecture: "x86_64",
    runtime: "nodejs22.x",
    handler: "index.handler",
    code,
  };
  return { pace, made: makeFunction(connection, wanted, silent) };
}

const isIam = ({ body, path }: SeenRequest) => path === "/" && body.toString().includes("Action=GetRole");
const creations = () => server?.seen.filter(({ method, path }) => method === "POST" && path !== "/").length;

describe("makeFunction", () => {
  it("is one call where the answer is Active already", async () => {
    const { made } = await create(() => ({ status: 201, body: shape }));
    expect(await made).toMatchObject({ name: "demo", state: "Active" });
    expect(server?.seen).toHaveLength(1);
    expect(JSON.parse(server?.seen[0]?.body.toString() ?? "")).toEqual({
      FunctionName: "demo",
      Runtime: "nodejs22.x",
      Handler: "index.handler",
      Role: role,
      Architectures: ["x86_64"],
      Code: { ZipFile: Buffer.from(code.zip).toString("base64") },
    });
  });

  it("waits until it is Active", async () => {
    let looks = 0;
    const { made } = await create(({ method }) =>
      method === "POST"
        ? { status: 201, body: { ...shape, State: "Pending" } }
        : { status: 200, body: { Configuration: { ...shape, State: ++looks < 4 ? "Pending" : "Active" } } },
    );
    expect(await made).toMatchObject({ state: "Active" });
    expect(looks).toBe(4);
  });

  it("tells why it failed", async () => {
    const { made } = await create(() => ({
      status: 201,
      body: { ...shape, State: "Failed", StateReason: "No such layer" },
    }));
    await expect(made).rejects.toMatchObject({
      code: "FunctionFailed",
      message: expect.stringMatching(/No such layer/),
    });
  });

  it("gives up waiting after five minutes", async () => {
    const pending = { ...shape, State: "Pending" };
    const { made, pace } = await create(({ method }) =>
      method === "POST" ? { status: 201, body: pending } : { status: 200, body: { Configuration: pending } },
    );
    await expect(made).rejects.toMatchObject({ code: "FunctionNotReady" });
    expect(pace.now()).toBeGreaterThanOrEqual(300_000);
    expect(pace.now()).toBeLessThan(302_000);
  });

  it("repeats while Lambda cannot take a role that is right, looking at it once", async () => {
    let refusals = 5;
    const { made } = await create((request) => {
      if (isIam(request)) return roleAnswer("lambda.amazonaws.com");
      return refusals-- > 0 ? notAssumable : { status: 201, body: shape };
    });
    expect(await made).toMatchObject({ name: "demo" });
    expect(creations()).toBe(6);
    expect(server?.seen.filter(isIam)).toHaveLength(1);
  });

  it("repeats for at most two minutes", async () => {
    const { made, pace } = await create((request) =>
      isIam(request) ? roleAnswer("lambda.amazonaws.com") : notAssumable,
    );
    await expect(made).rejects.toMatchObject({ code: "InvalidParameterValueException" });
    expect(pace.now()).toBeGreaterThan(100_000);
    expect(pace.now()).toBeLessThanOrEqual(120_000);
  });

  it.each([
    ["a wrong trust policy", roleAnswer("ec2.amazonaws.com"), "WrongTrustPolicy"],
    ["a role that isn't there", noRole, "NoSuchRole"],
  ])("fails at once for %s", async (_, answer, errorCode) => {
    const { made } = await create((request) => (isIam(request) ? answer : notAssumable));
    await expect(made).rejects.toMatchObject({ code: errorCode });
    expect(creations()).toBe(1);
  });

  it("repeats without looking where looking is not allowed", async () => {
    let refusals = 2;
    const denied: Answer = {
      status: 403,
      headers: { "content-type": "text/xml" },
      body: "<ErrorResponse><Error><Code>AccessDenied</Code><Message>not authorized to perform: iam:GetRole</Message></Error></ErrorResponse>",
    };
    const { made } = await create((request) => {
      if (isIam(request)) return denied;
      return refusals-- > 0 ? notAssumable : { status: 201, body: shape };
    });
    expect(await made).toMatchObject({ name: "demo" });
  });

  it("repeats while a key is too new", async () => {
    let refusals = 2;
    const words =
      "Lambda was unable to configure access to your environment variables because the KMS key is invalid for CreateGrant.";
    const { made } = await create(() =>
      refusals-- > 0 ? refuse(400, "InvalidParameterValueException", words) : { status: 201, body: shape },
    );
    expect(await made).toMatchObject({ name: "demo" });
  });

  it("doesn't repeat values of variables after AWS", async () => {
    const secret = 'sec"ret';
    const words = `exceeded the 4KB limit. String measured: ${JSON.stringify({ A: secret })}`;
    server = await startFaultServer(() => refuse(400, "InvalidParameterValueException", words));
    const wanted = { name: "demo", region: "eu-west-1", role, architecture: "x86_64", code, variables: { A: secret } };
    const error = await makeFunction(server.connect({ pace: fastPace() }), wanted, silent).catch((thrown) => thrown);
    expect(error.message).toContain('String measured: {"A":"•••"}');
    // What --verbose shows.
    const { message, stack } = error.cause as Error;
    for (const text of [message, stack]) expect(text).toContain("•••");
    for (const text of [message, stack]) expect(text).not.toMatch(/sec.{0,2}ret/);
  });

  it("repeats no other refusal", async () => {
    const { made } = await create(() => refuse(400, "InvalidParameterValueException", "Unzipped size must be smaller"));
    await expect(made).rejects.toMatchObject({ code: "InvalidParameterValueException" });
    expect(creations()).toBe(1);
  });

  it("names update-function where the function exists", async () => {
    const { made } = await create(() => refuse(409, "ResourceConflictException", "Function already exist: demo"));
    await expect(made).rejects.toMatchObject({
      code: "FunctionExists",
      hint: "Change it: lambda-ext update-function demo",
    });
  });

  it.each([
    ["knows its own function again where the answer was lost", code.sha256, undefined],
    ["doesn't take another one for its own", "other", "FunctionExists"],
  ])("%s", async (_, sha256, errorCode) => {
    let posts = 0;
    const { made } = await create((request) => {
      if (request.method === "GET") return { status: 200, body: { Configuration: { ...shape, CodeSha256: sha256 } } };
      return ++posts === 1 ? "reset" : refuse(409, "ResourceConflictException", "Function already exist: demo");
    }, 3);
    if (errorCode) await expect(made).rejects.toMatchObject({ code: errorCode });
    else expect(await made).toMatchObject({ name: "demo" });
  });
});

describe("functionCode", () => {
  it("refuses what is no zip, and what is too large, before it is sent", () => {
    expect(() => functionCode(Buffer.from("hello"), "x.txt")).toThrow(/x.txt is not a zip/);
    const large = Buffer.alloc(52_428_801);
    large.write("PK");
    expect(() => functionCode(large, "x.zip")).toThrow(/has 52428801 bytes; 52428800 can be sent/);
  });
});

describe("removeFunction", () => {
  it("is content where the function went at the first, unanswered attempt", async () => {
    let deletions = 0;
    server = await startFaultServer(() =>
      ++deletions === 1 ? "reset" : refuse(404, "ResourceNotFoundException", "Function not found"),
    );
    await removeFunction(server.connect(), { name: "demo", region: "eu-west-1" });
    expect(deletions).toBe(2);
  });

  it("says so where there is none", async () => {
    server = await startFaultServer(() => refuse(404, "ResourceNotFoundException", "Function not found: demo"));
    await expect(removeFunction(server.connect(), { name: "demo", region: "eu-west-1" })).rejects.toMatchObject({
      code: "ResourceNotFoundException",
    });
  });
});
