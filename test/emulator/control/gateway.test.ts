// Who is let in, and how the others are refused.

import { rmSync } from "node:fs";
import { connect } from "node:net";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from "vitest";
import { sendRaw, sendSigned, signedHeaders } from "./raw.ts";
import { startTestEndpoint, type TestEndpoint } from "./support.ts";

let endpoint: TestEndpoint;
beforeAll(async () => {
  endpoint = await startTestEndpoint();
});
afterAll(() => endpoint.close());

const signing = (service: string) => ({
  url: endpoint.emulator.url,
  credentials: endpoint.emulator.credentials,
  service,
});
const stranger = { accessKeyId: "AKIAIOSFODNN7EXAMPLE", secretAccessKey: "x".repeat(40) };
const listLayers = { method: "GET", path: "/2018-10-31/layers" };
const identity = {
  headers: { "content-type": "application/x-www-form-urlencoded" },
  body: "Action=GetCallerIdentity&Version=2011-06-15",
};
const getParameter = {
  headers: { "content-type": "application/x-amz-json-1.1", "x-amz-target": "AmazonSSM.GetParameter" },
  body: JSON.stringify({ Name: "/x" }),
};

describe("a request", () => {
  it("that is signed gets an answer with an id and a length", async () => {
    const answer = await sendSigned(signing("lambda"), listLayers);
    expect(answer).toMatchObject({ status: 200, body: '{"Layers":[]}' });
    expect(answer.headers["x-amzn-requestid"]).toMatch(/^[0-9a-f-]{36}$/);
    expect(answer.headers["content-length"]).toBe(String(answer.body.length));
  });

  it.each([
    ["an Origin", { origin: "https://example.com" }],
    ["an Origin of null", { origin: "null" }],
    ["the marks of a browser", { "sec-fetch-site": "cross-site" }],
    ["a Host that is not this machine", { host: "attacker.example:80" }],
    ["a Host that begins like this machine", { host: "127.0.0.1.attacker.example" }],
  ])("with %s is refused before its body, however well it is signed", async (_, extra) => {
    const headers = await signedHeaders(signing("lambda"), { ...listLayers, method: "POST" });
    const answer = await sendRaw(endpoint.emulator.url, {
      path: "/2018-10-31/layers/x/versions",
      headers: { ...headers, "content-length": "1000000", ...extra },
      holdBody: true,
    });
    expect(answer.status).toBe(403);
  });

  it.each([
    [
      "lambda",
      { path: "/2018-10-31/layers/x/versions" },
      /^\{"message":"The security token/,
      "UnrecognizedClientException",
    ],
    ["sts", identity, /<ErrorResponse><Error><Type>Sender<\/Type><Code>InvalidClientTokenId</, undefined],
    ["ec2", identity, /<Response><Errors><Error><Code>InvalidClientTokenId</, undefined],
    ["s3", { path: "/bucket" }, /^<Error><Code>InvalidAccessKeyId</, undefined],
    ["ssm", getParameter, /^\{"__type":"UnrecognizedClientException"/, "UnrecognizedClientException"],
    ["dynamodb", getParameter, /^\{"__type":"UnrecognizedClientException"/, "UnrecognizedClientException"],
  ])(
    "to %s with an unknown key is refused in that service's protocol, before its body",
    async (service, raw, body, type) => {
      const headers = await signedHeaders({ ...signing(service), credentials: stranger }, raw);
      const held = { ...headers, "content-length": "1000" };
      const answer = await sendRaw(endpoint.emulator.url, { ...raw, headers: held, holdBody: true });
      expect(answer.status).toBe(403);
      expect(answer.body).toMatch(body);
      expect(answer.headers["x-amzn-errortype"]).toBe(type);
    },
  );

  it("without a signature is refused", async () => {
    const answer = await sendRaw(endpoint.emulator.url, listLayers);
    expect(answer).toMatchObject({ status: 403, body: '{"message":"Missing Authentication Token"}' });
    const form = await sendRaw(endpoint.emulator.url, identity);
    expect(form.body).toContain("<Code>MissingAuthenticationToken</Code>");
  });

  it("with the right key and a wrong secret is refused", async () => {
    const credentials = { ...endpoint.emulator.credentials, secretAccessKey: "wrong" };
    const answer = await sendSigned({ ...signing("lambda"), credentials }, listLayers);
    expect(answer.status).toBe(403);
    expect(answer.headers["x-amzn-errortype"]).toBe("InvalidSignatureException");
    const xml = await sendSigned({ ...signing("sts"), credentials }, identity);
    expect(xml.body).toContain("<Code>SignatureDoesNotMatch</Code>");
  });

  it("whose path, query, body or header was changed after the signing is refused", async () => {
    const put = { method: "PUT", path: "/2015-03-31/functions/f/code?a=1", body: "{}", headers: { "x-amz-meta": "m" } };
    const headers = await signedHeaders(signing("lambda"), put);
    const changes = [
      { ...put, headers, path: "/2015-03-31/functions/g/code?a=1" },
      { ...put, headers, path: "/2015-03-31/functions/f/code?a=2" },
      { ...put, headers, method: "POST" },
      { ...put, headers: { ...headers, "x-amz-meta": "n" } },
    ];
    for (const change of changes) {
      const answer = await sendRaw(endpoint.emulator.url, change);
      expect(answer.headers["x-amzn-errortype"]).toBe("InvalidSignatureException");
    }
    const { "x-amz-content-sha256": _, ...unpromised } = headers;
    const swapped = await sendRaw(endpoint.emulator.url, { ...put, headers, body: "[]" });
    expect(swapped).toMatchObject({ status: 400 });
    expect(swapped.headers["x-amzn-errortype"]).toBe("XAmzContentSHA256Mismatch");
    const bare = await sendRaw(endpoint.emulator.url, { ...put, headers: unpromised });
    expect(bare.status).toBe(403);
  });

  it("that is older or newer than fifteen minutes is refused", async () => {
    const minutes = (count: number) => new Date(Date.now() + count * 60_000);
    expect((await sendSigned({ ...signing("lambda"), at: minutes(-14) }, listLayers)).status).toBe(200);
    expect((await sendSigned({ ...signing("lambda"), at: minutes(14) }, listLayers)).status).toBe(200);
    const old = await sendSigned({ ...signing("lambda"), at: minutes(-16) }, listLayers);
    expect(old).toMatchObject({ status: 403, body: expect.stringContaining("Signature expired") });
    const early = await sendSigned({ ...signing("lambda"), at: minutes(16) }, listLayers);
    expect(early).toMatchObject({ status: 403, body: expect.stringContaining("not yet current") });
  });

  it("for an operation that is not played is told so, by name", async () => {
    const rest = await sendSigned(signing("lambda"), { method: "GET", path: "/2015-03-31/event-source-mappings/" });
    expect(rest).toMatchObject({
      status: 400,
      body: expect.stringContaining("operation ListEventSourceMappings of lambda"),
    });
    const stray = await sendSigned(signing("lambda"), { method: "PATCH", path: "/2099-01-01/nothing" });
    expect(stray).toMatchObject({ status: 400, body: expect.stringContaining("PATCH /2099-01-01/nothing") });
    const target = { ...getParameter, headers: { ...getParameter.headers, "x-amz-target": "AmazonSSM.SendCommand" } };
    const json = await sendSigned(signing("ssm"), target);
    expect(json).toMatchObject({ status: 400, body: expect.stringContaining("SendCommand") });
    expect(json.headers["x-amzn-errortype"]).toBe("UnknownOperationException");
    const query = await sendSigned(signing("iam"), { ...identity, body: "Action=CreateUser&Version=2010-05-08" });
    expect(query).toMatchObject({ status: 400, body: expect.stringContaining("CreateUser") });
    const inherited = await sendSigned(signing("iam"), { ...identity, body: "Action=constructor" });
    expect(inherited).toMatchObject({ status: 400, body: expect.stringContaining("InvalidAction") });
  });

  it("for a service that is not played is told so, with its operation and the variable that helps", async () => {
    const raw = {
      headers: { "content-type": "application/x-amz-json-1.0", "x-amz-target": "DynamoDB_20120810.GetItem" },
      body: "{}",
    };
    const json = await sendSigned(signing("dynamodb"), raw);
    expect(json).toMatchObject({ status: 400 });
    expect(json.headers["x-amzn-errortype"]).toBe("UnknownOperationException");
    expect(JSON.parse(json.body).message).toBe(
      "The local endpoint has no service dynamodb (GetItem was asked for). To use one that runs elsewhere, add AWS_ENDPOINT_URL_DYNAMODB with its URL to your variables.",
    );
    const xml = await sendSigned(signing("ec2"), { ...identity, body: "Action=DescribeRegions&Version=2016-11-15" });
    expect(xml.body).toMatch(/<Message>.* no service ec2 \(DescribeRegions was asked for\).*AWS_ENDPOINT_URL_EC2/);
  });

  it.each([
    ["events", "AWS_ENDPOINT_URL_EVENTBRIDGE"],
    ["states", "AWS_ENDPOINT_URL_SFN"],
    ["monitoring", "AWS_ENDPOINT_URL_CLOUDWATCH"],
    ["kinesis", "AWS_ENDPOINT_URL_KINESIS"],
    ["kinesis-video", "AWS_ENDPOINT_URL_KINESIS_VIDEO"],
    ["constructor", "AWS_ENDPOINT_URL_CONSTRUCTOR"],
  ])("for %s is told of %s", async (service, variable) => {
    const { body } = await sendSigned(signing(service), { method: "GET", path: "/x" });
    expect(JSON.parse(body).message).toContain(`no service ${service} (GET /x was asked for)`);
    expect(body).toContain(`add ${variable} with`);
  });

  it("of a function's for a service that is not played is told which function's variables", async () => {
    await endpoint.emulator.executor();
    const issued = endpoint.execution.host?.issueCredentials("arn:aws:iam::123456789012:role/r", "my-function");
    if (!issued) throw new Error("no host");
    const asFunction = { ...signing("dynamodb"), credentials: issued.credentials };
    const headers = { "x-amz-target": "DynamoDB_20120810.GetItem" };
    const { body } = await sendSigned(asFunction, { headers, body: "{}" });
    expect(body).toContain("add AWS_ENDPOINT_URL_DYNAMODB with its URL to the variables of function my-function.");
  });

  it("to S3 is refused before its body where that is known", async () => {
    const raw = { method: "PUT", path: "/bucket/key", headers: { "x-amz-content-sha256": "UNSIGNED-PAYLOAD" } };
    const headers = await signedHeaders(signing("s3"), raw);
    const held = { ...headers, "content-length": "5000000" };
    const answer = await sendRaw(endpoint.emulator.url, { ...raw, headers: held, holdBody: true });
    expect(answer).toMatchObject({ status: 404, body: expect.stringContaining("<Code>NoSuchBucket</Code>") });
    const forged = await sendRaw(endpoint.emulator.url, {
      ...raw,
      path: "/bucket/other",
      headers: held,
      holdBody: true,
    });
    expect(forged).toMatchObject({ status: 403, body: expect.stringContaining("<Code>SignatureDoesNotMatch</Code>") });
  });

  it("that is too long is refused as soon as that is known", async () => {
    const raw = { path: "/2018-10-31/layers/x/versions" };
    const headers = { ...(await signedHeaders(signing("lambda"), raw)), "content-length": "70167212" };
    const answer = await sendRaw(endpoint.emulator.url, { ...raw, headers, holdBody: true });
    expect(answer).toMatchObject({
      status: 413,
      body: '{"message":"Request must be smaller than 70167211 bytes for the PublishLayerVersion operation"}',
    });
    expect(answer.headers["x-amzn-errortype"]).toBe("RequestEntityTooLargeException");
  });

  it("that announces its body with Expect is refused without being asked for it", async () => {
    const { port } = new URL(endpoint.emulator.url);
    const socket = connect(Number(port), "127.0.0.1");
    socket.write(
      "POST / HTTP/1.1\r\nHost: 127.0.0.1\r\nOrigin: https://example.com\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n",
    );
    const [first] = await new Promise<[Buffer]>((resolve) => socket.once("data", (data) => resolve([data])));
    socket.destroy();
    expect(first.toString()).toMatch(/^HTTP\/1\.1 403 /);
  });

  it("with Expect that may come in is asked for its body", async () => {
    const raw = { ...identity, headers: { ...identity.headers, expect: "100-continue" } };
    const answer = await sendSigned(signing("sts"), raw);
    expect(answer).toMatchObject({ status: 200, body: expect.stringContaining("<Account>123456789012</Account>") });
  });

  it("with a body that is no JSON is refused", async () => {
    const answer = await sendSigned(signing("ssm"), { ...getParameter, body: "{" });
    expect(answer).toMatchObject({ status: 400, body: expect.stringContaining("SerializationException") });
    const list = await sendSigned(signing("ssm"), { ...getParameter, body: "[]" });
    expect(list).toMatchObject({ status: 400, body: expect.stringContaining("SerializationException") });
  });

  it("whose client goes away half way is forgotten", async () => {
    const headers = { ...(await signedHeaders(signing("ssm"), getParameter)), "content-length": "1000" };
    const { port } = new URL(endpoint.emulator.url);
    const socket = connect(Number(port), "127.0.0.1");
    const head = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
    socket.write(`POST / HTTP/1.1\r\n${head.join("")}\r\n{"Name"`);
    await vi.waitFor(() => expect(endpoint.emulator.activity.running).toBe(1), 15_000);
    socket.destroy();
    await vi.waitFor(() => expect(endpoint.emulator.activity.running).toBe(0), 15_000);
    expect((await sendSigned(signing("lambda"), listLayers)).status).toBe(200);
  });

  it("with a broken percent-encoding is refused, not answered with a bug", async () => {
    const answer = await sendSigned(signing("lambda"), { method: "GET", path: "/2015-03-31/functions/%zz" });
    expect([400, 403]).toContain(answer.status);
  });
});

describe("signatures by AWS's own signer", () => {
  it.each([
    ["GET", "/2015-03-31/functions/arn%3Aaws%3Alambda%3Aus-east-1%3A123456789012%3Afunction%3Anone/configuration"],
    ["GET", "/2018-10-31/layers?find=LayerVersion&Arn=arn%3Aaws%3Alambda%3Aus-east-1%3A123456789012%3Alayer%3Ax%3A1"],
    ["GET", "/2018-10-31/layers?MaxItems=5&CompatibleRuntime=python3.12"],
    ["DELETE", "/2017-03-31/tags/arn%3Aaws%3Alambda%3Aus-east-1%3A123456789012%3Afunction%3Anone?tagKeys=b&tagKeys=a"],
    ["GET", "/2015-03-31/functions//x/../none/"],
    ["GET", "/2015-03-31/functions/a~b-c_d.e%20f%21%27%28%29%2A"],
    ["GET", "/2018-10-31/layers?Marker=a%20b%2Bc%2F%3D%26"],
  ])("are found right: %s %s", async (method, path) => {
    const answer = await sendSigned(signing("lambda"), { method, path });
    expect(answer.status).not.toBe(403);
  });
});

describe("the endpoint", () => {
  it("listens on loopback alone", async () => {
    const { port } = new URL(endpoint.emulator.url);
    // Bound to all addresses it would answer on this one too.
    const refused = await new Promise((resolve) => {
      const socket = connect(Number(port), "127.0.0.2");
      socket.once("connect", () => resolve(false)).once("error", () => resolve(true));
    });
    expect(refused).toBe(true);
  });

  it("keeps its credentials from other users", async () => {
    const { statSync } = await import("node:fs");
    expect(statSync(`${endpoint.directory}/credentials.json`).mode & 0o777).toBe(0o600);
    expect(statSync(`${endpoint.directory}/store/parameters`).mode & 0o777).toBe(0o700);
  });

  it("answers a link for a download once it was given, and no other", async () => {
    const answer = await sendRaw(endpoint.emulator.url, {
      method: "GET",
      path: `/_lambda-ext/content/${"a".repeat(43)}`,
    });
    expect(answer.status).toBe(404);
  });
});

describe("what this machine refuses", () => {
  it("is said once, in its words, with a status that nobody tries again after", async () => {
    const warnings: string[] = [];
    const own = await startTestEndpoint({ warn: (message) => void warnings.push(message) });
    onTestFinished(() => own.close());
    rmSync(join(own.directory, "store", "parameters"), { recursive: true });
    const answer = await sendSigned(
      { url: own.emulator.url, credentials: own.emulator.credentials, service: "ssm" },
      {
        headers: { "content-type": "application/x-amz-json-1.1", "x-amz-target": "AmazonSSM.PutParameter" },
        body: JSON.stringify({ Name: "/x", Value: "hidden-value", Type: "String" }),
      },
    );
    expect(answer.status).toBe(507);
    expect(answer.body).toContain("LocalMachineRefused");
    expect(answer.body).toContain("ENOENT");
    expect(warnings.join()).toContain("ENOENT");
    expect(warnings.join()).not.toMatch(/bug|hidden-value/);
  });
});
