// A large zip's way through S3, step by step: how far it is, what S3 must refuse, what is read into memory.
import { createHash } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CreateBucketCommand, S3Client } from "@aws-sdk/client-s3";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Connection, connect } from "../../src/aws/connection.ts";
import { createParcel } from "../../src/publish/apply/parcel.ts";
import { seldomTold } from "../../src/publish/apply/seldom-told.ts";
import type { WantedLayer } from "../../src/publish/wish.ts";
import { clientOptions, startTestEndpoint, type TestEndpoint } from "../emulator/control/support.ts";

let endpoint: TestEndpoint;
let connection: Connection;
let folder: string;
beforeAll(async () => {
  endpoint = await startTestEndpoint();
  folder = mkdtempSync(join(tmpdir(), "lambda-ext-parcel-"));
  const { url, credentials } = endpoint.emulator;
  connection = connect({ region: "us-east-1", endpoint: url, credentials }, { signal: new AbortController().signal });
  await new S3Client({ ...clientOptions(endpoint.emulator), forcePathStyle: true }).send(
    new CreateBucketCommand({ Bucket: "zips" }),
  );
});
afterAll(async () => {
  await endpoint?.close();
  rmSync(folder, { recursive: true, force: true });
});

function wanted(content: Buffer, more: Partial<WantedLayer> = {}): WantedLayer {
  const zip = join(folder, "layer.zip");
  writeFileSync(zip, content);
  const codeSha256 = createHash("sha256").update(content).digest("base64");
  return {
    ...{ region: "us-east-1", architecture: "arm64", layerName: "demo", shared: false },
    ...{ zip, zipBytes: content.length, codeSha256, ...more },
  };
}

describe("a parcel", () => {
  it("tells how much of it has been sent, and is sent once", async () => {
    const parcel = createParcel(wanted(Buffer.alloc(3_000_000, "x")), "zips");
    const told: number[] = [];
    const content = await parcel.ready(connection, (sent, total) => {
      expect(total).toBe(3_000_000);
      told.push(sent);
    });
    expect(content).toMatchObject({
      bucket: "zips",
      key: expect.stringMatching(/^lambda-ext\/demo\/arm64-[0-9a-f]+\.zip$/),
    });
    expect(told[0]).toBe(0);
    expect(told.at(-1)).toBe(3_000_000);
    expect(told.length).toBeGreaterThan(5);
    await parcel.ready(connection, () => expect.fail("it is there already"));
    expect(await parcel.remove(connection)).toBeUndefined();
  });

  it("is refused by S3 where its bytes are not those that were looked at", async () => {
    const layer = wanted(Buffer.alloc(100_000, "x"));
    writeFileSync(layer.zip, Buffer.alloc(100_000, "y"));
    const parcel = createParcel(layer, "zips");
    await expect(parcel.ready(connection, () => {})).rejects.toMatchObject({
      code: "UploadDamaged",
      message: expect.stringContaining("other bytes arrived"),
    });
    expect(await parcel.remove(connection)).toBeUndefined();
  });

  it("says that its file is gone", async () => {
    const layer = wanted(Buffer.alloc(10));
    rmSync(layer.zip);
    const parcel = createParcel(layer, "zips");
    await expect(parcel.ready(connection, () => {})).rejects.toMatchObject({ code: "CannotRead", kind: "tool" });
  });

  it("that was never sent removes nothing", async () => {
    endpoint.emulator.setFaults([{ op: "DeleteObject", latency: 1 }]);
    expect(await createParcel(wanted(Buffer.alloc(10)), "zips").remove(connection)).toBeUndefined();
    expect(endpoint.emulator.faults()[0]?.met).toBe(0);
  });
});

describe("news of an upload", () => {
  it("comes ten times a second at most, its end always", () => {
    const told: number[] = [];
    const tell = seldomTold((sent) => told.push(sent));
    for (let sent = 0; sent <= 1000; sent++) tell(sent, 1000);
    expect(told[0]).toBe(0);
    expect(told.at(-1)).toBe(1000);
    expect(told.length).toBeLessThan(5);
  });
});
