// Credentials that expire in the middle: what fails one region would fail all, and is not tried thirty-four times.
import { afterEach, beforeAll, describe, expect, it } from "vitest";
import { partitionOf } from "../../src/model/partition.ts";
import { applyPublish } from "../../src/publish/apply/apply.ts";
import { noLedger } from "../../src/publish/ledger.ts";
import { observeLayers } from "../../src/publish/observe.ts";
import { planPublish } from "../../src/publish/plan/plan.ts";
import { wantedLayers } from "../../src/publish/wish.ts";
import { type Archives, makeArchives } from "../support/archives.ts";
import { type Answer, type FaultServer, fastPace, refuse, startFaultServer } from "../support/fault-server.ts";

const regions = partitionOf("eu-west-1").regions;
const about = { description: undefined, license: undefined, runtimes: [] };
const expired = refuse(403, "ExpiredTokenException", "The security token included in the request is expired");
let archives: Archives;
let server: FaultServer | undefined;
beforeAll(() => {
  archives = makeArchives("expired");
  return () => archives.remove();
});
afterEach(async () => {
  await server?.close();
  server = undefined;
});

async function start(answer: Parameters<typeof startFaultServer>[0]) {
  server = await startFaultServer(answer);
  return server.connect({ attempts: 1, pace: fastPace() });
}

describe("credentials that have expired", () => {
  it("end the looking around: those on their way are the last", async () => {
    const connection = await start(() => expired);
    const wanted = wantedLayers({ archives: archives.archives, regions, namePattern: "{name}-{arch}" });
    const sightings = await observeLayers(connection, wanted, { grants: false, ledger: noLedger });
    expect(sightings).toHaveLength(68);
    expect(new Set(sightings.map((sighting) => "error" in sighting && sighting.error.code))).toEqual(
      new Set(["ExpiredCredentials"]),
    );
    expect(server?.seen.length).toBeLessThanOrEqual(32);
  });

  it("end the publishing: what was published stays, the others are told and not tried", async () => {
    let published = 0;
    const connection = await start(({ method, path, region, body }): Answer => {
      if (method === "GET") return { status: 200, body: { LayerVersions: [] } };
      if (published >= 10) return expired;
      published++;
      const zip = Buffer.from(JSON.parse(body.toString()).Content.ZipFile, "base64");
      const archive = archives.archives.find(({ architecture }) => zip.includes(architecture));
      const LayerVersionArn = `arn:aws:lambda:${region}:123456789012:layer:${path.split("/")[3]}:1`;
      return { status: 201, body: { LayerVersionArn, Version: 1, Content: { CodeSha256: archive?.codeSha256 } } };
    });
    const wanted = wantedLayers({ archives: archives.archives, regions, namePattern: "{name}-{arch}" });
    const sightings = await observeLayers(connection, wanted, { grants: false, ledger: noLedger });
    const wish = { ...about, namePattern: "{name}-{arch}", force: false, sharing: undefined, align: undefined };
    const plan = planPublish(wanted, sightings, wish);
    const outcomes = await applyPublish(connection, plan, {
      about,
      ledger: noLedger,
      placeholder: async () => Buffer.alloc(0),
    });
    expect(outcomes.filter(({ result }) => result === "published")).toHaveLength(10);
    const failed = outcomes.flatMap(({ error }) => error ?? []);
    expect(failed.map(({ code }) => code)).toEqual(Array(58).fill("ExpiredCredentials"));
    expect(
      failed.filter(({ message }) => /was not tried any further: the credentials have expired/.test(message)).length,
    ).toBeGreaterThan(48);
    // Ten that were taken, and no more than were on their way beside the first that was not.
    expect(server?.seen.filter(({ method }) => method === "POST").length).toBeLessThanOrEqual(18);
  });
});
