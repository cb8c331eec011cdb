// Publishing into moto, with the AWS CLI saying what arrived.
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { applyPublish } from "../../src/publish/apply/apply.ts";
import { noLedger } from "../../src/publish/ledger.ts";
import { observeLayers } from "../../src/publish/observe.ts";
import { planPublish } from "../../src/publish/plan/plan.ts";
import { wantedLayers } from "../../src/publish/wish.ts";
import { type Archives, makeArchives } from "../support/archives.ts";
import { type Moto, startMoto } from "../support/moto.ts";
import { missing } from "../support/tools.ts";

describe.skipIf(missing("moto_server", "aws"))("publishing into moto (needs moto_server and the AWS CLI)", () => {
  let moto: Moto;
  let archives: Archives;
  beforeAll(async () => {
    moto = await startMoto();
    archives = makeArchives("moto");
  });
  afterAll(async () => {
    await moto?.close();
    archives?.remove();
  });

  const about = { description: "A demo", license: "MIT", runtimes: ["nodejs22.x", "python3.13"] };

  async function publish(regions: string[]) {
    const connection = moto.connect();
    const wanted = wantedLayers({ archives: archives.archives, regions, namePattern: "{name}-{arch}" });
    const sightings = await observeLayers(connection, wanted, { grants: false, ledger: noLedger });
    const wish = { ...about, namePattern: "{name}-{arch}", force: false, sharing: undefined, align: undefined };
    const plan = planPublish(wanted, sightings, wish);
    return await applyPublish(connection, plan, { about, ledger: noLedger, placeholder: async () => Buffer.alloc(0) });
  }

  it("leaves there what the manifest says, in every region, and nothing more the second time", async () => {
    const regions = ["eu-west-1", "us-east-1", "cn-north-1"];
    const first = await publish(regions);
    expect(first.map(({ result }) => result)).toEqual(Array(6).fill("published"));
    expect(first.at(-1)?.arn).toBe("arn:aws-cn:lambda:cn-north-1:123456789012:layer:demo-arm64:1");
    for (const { region, layerName, architecture, codeSha256 } of first) {
      const held = await moto.aws(
        "lambda",
        "get-layer-version",
        "--region",
        region,
        "--layer-name",
        layerName,
        "--version-number",
        "1",
      );
      expect(held.Content.CodeSha256).toBe(codeSha256);
      expect(held).toMatchObject({
        CompatibleArchitectures: [architecture],
        CompatibleRuntimes: about.runtimes,
        Description: "A demo",
        LicenseInfo: "MIT",
      });
    }
    const second = await publish(regions);
    expect(second.map(({ result, arn }) => [result, arn])).toEqual(first.map(({ arn }) => ["unchanged", arn]));
  });
});
