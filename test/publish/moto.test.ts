// Publishing into moto, with the AWS CLI saying what arrived.
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Grantee } from "../../src/model/sharing.ts";
import { applyPublish } from "../../src/publish/apply/apply.ts";
import { noLedger } from "../../src/publish/ledger.ts";
import { observeLayers } from "../../src/publish/observe.ts";
import { planPublish } from "../../src/publish/plan/plan.ts";
import { type Fill, wantedLayers } from "../../src/publish/wish.ts";
import { type Archives, makeArchives, storedZip } from "../support/archives.ts";
import { type Moto, startMoto } from "../support/moto.ts";
import { missing } from "../support/tools.ts";

describe.skipIf(missing("moto_server", "aws"))("publishing into moto (needs moto_server and the AWS CLI)", () => {
  let moto: Moto;
  let archives: Archives;
  let others: Archives;
  beforeAll(async () => {
    moto = await startMoto();
    archives = makeArchives("moto");
    others = makeArchives("other bytes");
  });
  afterAll(async () => {
    await moto?.close();
    archives?.remove();
    others?.remove();
  });

  const about = { description: "A demo", license: "MIT", runtimes: ["nodejs22.x", "python3.13"] };
  const note = storedZip("NOTE", Buffer.from("nothing\n"));

  interface Wanted {
    readonly name?: string;
    readonly regions: readonly string[];
    readonly from?: Archives;
    readonly sharing?: readonly Grantee[];
    readonly align?: Fill;
  }

  /** Looks, plans, and does what is planned; gives the plan's words and the outcomes. */
  async function publish({ name = "demo", regions, from = archives, sharing, align }: Wanted) {
    const connection = moto.connect();
    const namePattern = "{name}-{arch}";
    const named = from.archives.map((archive) => ({ ...archive, name }));
    const wanted = wantedLayers({ archives: named, regions, namePattern });
    const sightings = await observeLayers(connection, wanted, { grants: sharing !== undefined, ledger: noLedger });
    const plan = planPublish(wanted, sightings, { ...about, namePattern, force: false, sharing, align });
    const outcomes = await applyPublish(connection, plan, { about, ledger: noLedger, placeholder: async () => note });
    return { planned: plan.map(({ actions }) => actions.map(({ action }) => action).join()), outcomes };
  }

  const ask = (operation: string, region: string, layer: string, ...more: string[]) =>
    moto.aws("lambda", operation, "--region", region, "--layer-name", layer, ...more);
  const held = (region: string, layer: string, version: number) =>
    ask("get-layer-version", region, layer, "--version-number", String(version));

  /** Who may use a version, as the AWS CLI prints moto's policy. */
  async function allowed(region: string, layer: string, version: number): Promise<string[]> {
    const { Policy } = await ask("get-layer-version-policy", region, layer, "--version-number", String(version));
    const statements: { Sid: string; Principal: unknown }[] = JSON.parse(Policy).Statement;
    return statements.map(({ Sid, Principal }) => `${Sid} ${JSON.stringify(Principal)}`).sort();
  }

  it("leaves there what the manifest says, in every region, and nothing more the second time", async () => {
    const regions = ["eu-west-1", "us-east-1", "cn-north-1"];
    const { outcomes: first } = await publish({ regions });
    expect(first.map(({ result }) => result)).toEqual(Array(6).fill("published"));
    expect(first.at(-1)?.arn).toBe("arn:aws-cn:lambda:cn-north-1:123456789012:layer:demo-arm64:1");
    for (const { region, layerName, architecture, codeSha256 } of first) {
      const version = await held(region, layerName, 1);
      expect(version.Content.CodeSha256).toBe(codeSha256);
      expect(version).toMatchObject({
        CompatibleArchitectures: [architecture],
        CompatibleRuntimes: about.runtimes,
        Description: "A demo",
        LicenseInfo: "MIT",
      });
    }
    const { outcomes: second } = await publish({ regions });
    expect(second.map(({ result, arn }) => [result, arn])).toEqual(first.map(({ arn }) => ["unchanged", arn]));
  });

  it("shares with whom it was told, repairs what is missing, and takes away what is too much", async () => {
    const regions = ["eu-west-1", "us-west-2"];
    const name = "shared";
    const { outcomes } = await publish({ name, regions, sharing: ["public"] });
    expect(outcomes).toMatchObject(Array(4).fill({ result: "published", version: 1, granted: ["public"] }));
    for (const { region, layerName } of outcomes) {
      expect(await allowed(region, layerName, 1)).toEqual(['lambda-ext-public "*"']);
    }
    await ask(
      "remove-layer-version-permission",
      "us-west-2",
      "shared-arm64",
      ...["--version-number", "1", "--statement-id", "lambda-ext-public"],
    );
    const repaired = await publish({ name, regions, sharing: ["public"] });
    expect(repaired.planned).toEqual(["unchanged", "unchanged", "unchanged", "grant"]);
    expect(await allowed("us-west-2", "shared-arm64", 1)).toEqual(['lambda-ext-public "*"']);

    const narrowed = await publish({ name, regions, sharing: ["210987654321"] });
    expect(narrowed.planned).toEqual(Array(4).fill("grant,revoke"));
    for (const { region, layerName } of outcomes) {
      expect(await allowed(region, layerName, 1)).toEqual([
        expect.stringMatching(/^lambda-ext-210987654321 .*210987654321/),
      ]);
    }
    expect((await publish({ name, regions, sharing: ["210987654321"] })).planned).toEqual(Array(4).fill("unchanged"));
  });

  it("gives every region the same number, and never new bytes under an old one", async () => {
    const regions = ["eu-west-1", "us-east-1", "ap-south-1"];
    const name = "aligned";
    await publish({ name, regions: ["us-east-1"], from: others });
    await publish({ name, regions: ["us-east-1", "ap-south-1"] });
    const { planned, outcomes } = await publish({ name, regions, align: "placeholder" });
    // us-east-1 has these bytes as version 2; the others come after it.
    expect(planned).toEqual(["align,publish", "align,publish", "unchanged", "unchanged", "publish", "publish"]);
    expect(outcomes.map(({ version }) => version)).toEqual(Array(6).fill(2));
    for (const { region, layerName, codeSha256 } of outcomes.filter(({ architecture }) => architecture === "arm64")) {
      expect((await held(region, layerName, 2)).Content.CodeSha256).toBe(codeSha256);
      const { LayerVersions } = await ask("list-layer-versions", region, layerName);
      expect(LayerVersions.map(({ Version }: { Version: number }) => Version)).toEqual([2, 1]);
    }
    const before = others.archives.find(({ architecture }) => architecture === "arm64")?.codeSha256;
    expect((await held("us-east-1", "aligned-arm64", 1)).Content.CodeSha256).toBe(before);
    const filler = await held("eu-west-1", "aligned-arm64", 1);
    expect(filler.Content.CodeSize).toBe(note.length);
    expect(filler.Description).toContain("Fills a number");

    const raised = await publish({ name, regions, from: others, align: "same-bytes" });
    expect(raised.outcomes.map(({ version }) => version)).toEqual(Array(6).fill(3));
    expect((await publish({ name, regions, from: others, align: "same-bytes" })).planned).toEqual(
      Array(6).fill("unchanged"),
    );
  });
});
