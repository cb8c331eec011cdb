// How much of a request has been sent: told on the way, without a change to what arrives.
import { afterEach, describe, expect, it } from "vitest";
import { publishLayerVersion } from "../../src/aws/lambda/layers.ts";
import { type FaultServer, startFaultServer } from "../support/fault-server.ts";

let server: FaultServer | undefined;
afterEach(async () => {
  await server?.close();
  server = undefined;
});

const made = {
  LayerVersionArn: "arn:aws:lambda:eu-west-1:123456789012:layer:demo:1",
  Version: 1,
  Content: { CodeSha256: "x" },
};

describe("publishing a layer version", () => {
  it("tells how much has been sent, and sends the same as without", async () => {
    server = await startFaultServer(() => ({ status: 201, body: made }));
    const connection = server.connect();
    const input = {
      ...{ region: "eu-west-1", layer: "demo", architectures: [], runtimes: [], license: undefined },
      // Longer than a byte each, so that pieces may end inside of them.
      description: "Größe 😀".repeat(20),
      content: { zip: Buffer.alloc(600_000, "zip") },
    };
    const told: number[] = [];
    let whole = 0;
    await publishLayerVersion(connection, input, (sent, total) => {
      told.push(sent);
      whole = total;
    });
    await publishLayerVersion(connection, input);
    const [counted, plain] = server.seen;
    expect(counted?.body.equals(plain?.body ?? Buffer.alloc(0))).toBe(true);
    expect(whole).toBe(plain?.body.length);
    expect(told[0]).toBe(0);
    expect(told.at(-1)).toBe(whole);
    expect(told).toEqual([...told].sort((a, b) => a - b));
    expect(told.length).toBeGreaterThan(4);
    expect(counted?.headers["content-length"]).toBe(String(whole));
    expect(counted?.headers["transfer-encoding"]).toBeUndefined();
  });
});
