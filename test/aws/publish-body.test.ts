// The body of an upload that is made once for all regions: what arrives is what AWS's own client would have sent.
import { createHash } from "node:crypto";
import { LambdaClient, PublishLayerVersionCommand } from "@aws-sdk/client-lambda";
import { afterEach, describe, expect, it } from "vitest";
import { publishLayerVersion } from "../../src/aws/lambda/layers.ts";
import { publishBody } from "../../src/aws/lambda/publish-body.ts";
import { type FaultServer, startFaultServer } from "../support/fault-server.ts";

let server: FaultServer;
afterEach(() => server?.close());

const answer = {
  status: 201,
  body: {
    LayerVersionArn: "arn:aws:lambda:eu-west-1:123456789012:layer:demo:1",
    Version: 1,
    Content: { CodeSha256: "s" },
  },
};
// Not the beginning of its memory, as a part of a larger buffer is not.
const zip = Buffer.from("…PK and what is in a zip: \u0000\u00ff").subarray(3);

describe("the body of PublishLayerVersion", () => {
  it.each([
    { description: 'It says "ä" \\ and more', license: "MIT", runtimes: ["nodejs22.x"] },
    { description: undefined, license: undefined, runtimes: [] },
    { description: "", license: undefined, runtimes: [] },
  ])("is what AWS's client sends, with $description", async (about) => {
    server = await startFaultServer(() => answer);
    await publishLayerVersion(server.connect(), {
      ...{ region: "eu-west-1", layer: "demo", content: { zip }, architectures: ["arm64"] },
      ...about,
    });
    const { accessKeyId, secretAccessKey } = { accessKeyId: "key", secretAccessKey: "secret" };
    const theirs = new LambdaClient({
      endpoint: server.url,
      region: "eu-west-1",
      credentials: { accessKeyId, secretAccessKey },
    });
    await theirs.send(
      new PublishLayerVersionCommand({
        LayerName: "demo",
        Content: { ZipFile: zip },
        CompatibleArchitectures: ["arm64"],
        CompatibleRuntimes: about.runtimes.length > 0 ? ["nodejs22.x"] : undefined,
        Description: about.description,
        LicenseInfo: about.license,
      }),
    );
    const [ours, reference] = server.seen;
    expect(JSON.parse(String(ours?.body))).toEqual(JSON.parse(String(reference?.body)));
    expect(ours?.headers["content-type"]).toBe(reference?.headers["content-type"]);
    expect(ours?.headers["content-length"]).toBe(String(ours?.body.length));
    expect(ours?.headers["x-amz-content-sha256"]).toBe(
      createHash("sha256")
        .update(ours?.body ?? "")
        .digest("hex"),
    );
    expect(ours?.headers.authorization).toContain("x-amz-content-sha256");
  });

  it("is made once for a zip and what is said about it", () => {
    const body = publishBody(zip, { Description: "a" });
    expect(publishBody(zip, { Description: "a" })).toBe(body);
    expect(publishBody(zip, { Description: "b" }).sha256).not.toBe(body.sha256);
    expect(publishBody(Buffer.from(zip), { Description: "a" })).toEqual(body);
    expect(String(publishBody(zip, {}).bytes)).toBe(`{"Content":{"ZipFile":"${zip.toString("base64")}"}}`);
  });
});
