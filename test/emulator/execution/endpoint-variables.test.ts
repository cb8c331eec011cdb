// A function's own AWS_ENDPOINT_URL_<SERVICE>: it arrives as it is, and what it points to on this machine answers in every network.
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, onTestFinished, test } from "vitest";
import { endpointPorts } from "../../../src/emulator/environment/endpoint-ports.ts";
import { NetworkChooser } from "../../../src/emulator/environment/network-choice.ts";
import type { FunctionSnapshot } from "../../../src/emulator/execution.ts";
import type { PrivateNetwork } from "../../../src/emulator/sandbox/network/private-network.ts";
import { type DynamoDb, startDynamoDb } from "../../support/dynamodb.ts";
import { everyLevel, networkLevels } from "./support/levels.ts";
import { type Meeting, openMeeting } from "./support/meeting.ts";
import { buildPrograms, type Programs } from "./support/programs.ts";
import { openWorld, type World } from "./support/world.ts";

/** A client as small as one can be: dynalite reads signatures and does not verify them. */
const source = `
const scope = "20260101/us-east-1/dynamodb/aws4_request";
export const handler = async ({ operation, body }) => {
  const variable = process.env.AWS_ENDPOINT_URL_DYNAMODB;
  const answer = await fetch(variable, {
    method: "POST",
    headers: {
      "content-type": "application/x-amz-json-1.0",
      "x-amz-target": "DynamoDB_20120810." + operation,
      "x-amz-date": "20260101T000000Z",
      authorization: "AWS4-HMAC-SHA256 Credential=" + process.env.AWS_ACCESS_KEY_ID + "/" + scope + ", SignedHeaders=host, Signature=a",
    },
    body: JSON.stringify(body),
  }).catch((error) => { throw new Error(error.cause?.code ?? error.message) });
  return { variable, endpoint: process.env.AWS_ENDPOINT_URL, answer: await answer.json() };
};
`;
const runtime = `nodejs${process.versions.node.split(".")[0]}.x`;

let table: DynamoDb;
let port = 0;
let programs: Programs;
beforeAll(async () => {
  table = await startDynamoDb("CacheSample");
  port = table.port;
  programs = await buildPrograms();
});
afterAll(() => table.close());

let world: World | undefined;
afterEach(async () => {
  await world?.close();
  world = undefined;
});
async function open(options: Parameters<typeof openWorld>[0]): Promise<World> {
  world = await openWorld(options);
  return world;
}
async function value(snapshot: FunctionSnapshot, payload: unknown) {
  const result = await world?.invoke(snapshot, payload);
  return JSON.parse(result?.payload.toString() ?? "");
}

async function putAndGet(options: Parameters<typeof openWorld>[0], host = "127.0.0.1"): Promise<void> {
  const { zip, define, warnings } = await open(options);
  const url = `http://${host}:${port}`;
  const code = await zip([{ path: "index.mjs", content: source, mode: 0o644 }]);
  const snapshot = define({ code, runtime, environment: { AWS_ENDPOINT_URL_DYNAMODB: url } });
  const TableName = "CacheSample";
  const [id, fieldOne] = [{ S: url }, { S: `ü ${performance.now()}` }];
  const put = await value(snapshot, { operation: "PutItem", body: { TableName, Item: { id, fieldOne } } });
  expect(put).toEqual({ variable: url, endpoint: "http://127.0.0.1:1", answer: {} });
  const got = await value(snapshot, { operation: "GetItem", body: { TableName, Key: { id } } });
  expect(got.answer).toEqual({ Item: { id, fieldOne } });
  expect(warnings.filter((text) => text.includes("AWS_ENDPOINT_URL"))).toEqual([]);
}

for (const { level, skip, why } of everyLevel) {
  describe.skipIf(skip)(`isolation ${level}${why}, in this machine's network`, () => {
    test("a function reads and writes a table of this machine's DynamoDB", { timeout: 60_000 }, () =>
      putAndGet({ isolation: level }),
    );
  });
}

for (const { level, skip, why } of networkLevels) {
  describe.skipIf(skip)(`isolation ${level}${why}, in a network of its own`, () => {
    let meeting: Meeting;
    beforeEach(async () => {
      meeting = await openMeeting();
    });
    afterEach(() => meeting.close());

    test.each(["127.0.0.1", "localhost"])(
      "a function reads and writes a table of this machine's DynamoDB at %s",
      { timeout: 60_000 },
      (host) => putAndGet({ isolation: level, network: "private" }, host),
    );

    test("nothing else of this machine can be reached", async () => {
      const other = createServer((_request, response) => void response.end("secret"));
      await new Promise<void>((resolve) => other.listen(0, "127.0.0.1", resolve));
      onTestFinished(() => void other.close());
      const { zip, define } = await open({ isolation: level, network: "private" });
      const code = await zip([{ path: "bootstrap", content: programs.bootstrap }]);
      const snapshot = define({ code, environment: { AWS_ENDPOINT_URL_DYNAMODB: `http://127.0.0.1:${port}` } });
      const text = `http://127.0.0.1:${(other.address() as AddressInfo).port}`;
      expect((await value(snapshot, { do: "get", text })).errorMessage).toMatch(/connection refused$/);
    });

    test("a port at which an extension listens is the extension's, in each of its environments", async () => {
      const { zip, define, streams, log } = await open({ isolation: level, forward: [meeting.port] });
      const url = "http://localhost:4828";
      const snapshot = define({
        code: await zip([{ path: "bootstrap", content: programs.bootstrap }]),
        layers: [await zip([{ path: "extensions/one", content: programs.extension }])],
        environment: { EXTENSION_ONE: "listen=127.0.0.1:4828", AWS_ENDPOINT_URL_CACHE: url },
      });
      const ask = () => value(snapshot, { do: "get", text: meeting.url });
      const first = ask();
      await meeting.gathered(1);
      const second = ask();
      await Promise.race([meeting.gathered(2), second]);
      meeting.release();
      expect(await Promise.all([first, second])).toEqual(["met", "met"]);
      const answers = [1, 2].map(() => value(snapshot, { do: "get", text: url, sleep: 200 }));
      expect(await Promise.all(answers)).toEqual(["from one", "from one"]);
      expect(streams.size).toBe(2);
      expect(log()).not.toContain("listen:");
    });
  });
}

describe("the ports that a function's variables name", () => {
  test("are those of this machine's URLs, each once", () => {
    const ports = endpointPorts({
      AWS_ENDPOINT_URL: "http://localhost:4566/",
      AWS_ENDPOINT_URL_DYNAMODB: "http://127.0.0.1:8000",
      AWS_ENDPOINT_URL_DYNAMODB_STREAMS: "http://127.0.0.1:8000",
      AWS_ENDPOINT_URL_S3: "https://localhost/path",
      AWS_ENDPOINT_URL_SQS: "http://127.0.0.1",
      AWS_ENDPOINT_URL_SNS: "https://sns.eu-west-1.amazonaws.com:8443",
      AWS_ENDPOINT_URL_KMS: "http://127.0.0.2:8001",
      AWS_ENDPOINT_URL_SSM: "redis://localhost:6379",
      AWS_ENDPOINT_URL_IAM: "localhost:8002",
      AWS_ENDPOINT_URLS: "http://localhost:8003",
      MY_AWS_ENDPOINT_URL_SSM: "http://localhost:8004",
      TABLE: "http://localhost:8005",
    });
    expect([...ports]).toEqual([
      [4566, "AWS_ENDPOINT_URL"],
      [8000, "AWS_ENDPOINT_URL_DYNAMODB"],
      [443, "AWS_ENDPOINT_URL_S3"],
      [80, "AWS_ENDPOINT_URL_SQS"],
    ]);
  });

  test("that cannot be forwarded are said, once, and the function runs", async () => {
    const warnings: string[] = [];
    const tried: number[] = [];
    const network: PrivateNetwork = {
      entrance: [],
      serve: async () => "127.0.0.1:9001",
      connect: () => Promise.reject(new Error("nobody is there")),
      lost: new Promise(() => {}),
      async forward(wanted) {
        tried.push(wanted);
        throw new Error("listen EADDRINUSE");
      },
      close: async () => {},
    };
    const chooser = new NetworkChooser({
      mode: "private",
      supply: { take: async () => network, problem: undefined },
      warnOnce: (message) => void warnings.push(message),
    });
    const { define } = await open({ isolation: "none" });
    const snapshot = define({
      code: { arn: "", zip: "none.zip", codeSha256: "" },
      // Nobody listens at port 1.
      environment: { AWS_ENDPOINT_URL_A: `http://localhost:${port}`, AWS_ENDPOINT_URL_B: "http://localhost:1" },
    });
    const newcomer = { snapshot, optFolder: "/nowhere", mayClash: () => false, listensOn: () => false };
    const lease = await chooser.choose({ ...newcomer, makeRoom: async () => false });
    expect(lease.network).toBe(network);
    expect(tried).toEqual([port]);
    expect(warnings).toEqual([
      `fixture: port ${port}, which its variable AWS_ENDPOINT_URL_A names, cannot be reached from its network: listen EADDRINUSE. See --forward of \`lambda-ext local start\`.`,
    ]);
  });
});
