// Publishing on bad days: lost answers, throttling, a region that is down.
import { rmSync, writeFileSync } from "node:fs";
import { afterAll, afterEach, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { applyPublish } from "../../src/publish/apply/apply.ts";
import { noLedger } from "../../src/publish/ledger.ts";
import { observeLayers } from "../../src/publish/observe.ts";
import { planPublish } from "../../src/publish/plan/plan.ts";
import { chooseRegions } from "../../src/publish/regions.ts";
import { type Fill, wantedLayers } from "../../src/publish/wish.ts";
import { type Archives, makeArchives } from "../support/archives.ts";
import {
  type Answer,
  type FaultServer,
  fastPace,
  htmlBadGateway,
  refuse,
  type SeenRequest,
  startFaultServer,
} from "../support/fault-server.ts";

const description = { description: undefined, license: undefined, runtimes: [] };
let archives: Archives;
let server: FaultServer | undefined;
beforeAll(() => {
  archives = makeArchives("one");
});
afterAll(() => archives.remove());
afterEach(async () => {
  await server?.close();
  server = undefined;
});

/** A Lambda that keeps one layer's versions; what it does with a publish is decided by the test, after it took effect or before. */
class FakeLambda {
  readonly versions = new Map<string, { sha: string; architecture: string }[]>();
  publishes = 0;
  sabotage: (request: SeenRequest, take: () => Answer) => Answer | undefined = () => undefined;

  answer(request: SeenRequest): Answer {
    const [, , , name = "", , number] = request.path.split("/");
    const key = `${request.region} ${name}`;
    const list = this.versions.get(key) ?? [];
    this.versions.set(key, list);
    if (request.method === "POST") {
      this.publishes++;
      const take = () => {
        const { Content, CompatibleArchitectures } = JSON.parse(request.body.toString());
        const zip = Buffer.from(Content.ZipFile, "base64");
        const archive = archives.archives.find(
          ({ zipBytes, architecture }) => zip.length === zipBytes && zip.includes(architecture),
        );
        list.push({ sha: archive?.codeSha256 ?? "unknown", architecture: CompatibleArchitectures[0] });
        return this.describe(request, list.length, 201);
      };
      return this.sabotage(request, take) ?? take();
    }
    if (number !== undefined) return this.describe(request, Number(number), 200);
    const newest = list.length;
    return { status: 200, body: { LayerVersions: newest === 0 ? [] : [this.shape(request, newest)] } };
  }

  private describe(request: SeenRequest, version: number, status: number): Answer {
    const entry = this.shape(request, version);
    return { status, body: { ...entry, Content: { CodeSha256: entry.sha } } };
  }

  private shape({ region, path }: SeenRequest, version: number) {
    const name = path.split("/")[3];
    const entry = this.versions.get(`${region} ${name}`)?.[version - 1];
    return {
      LayerVersionArn: `arn:aws:lambda:${region}:123456789012:layer:${name}:${version}`,
      Version: version,
      CompatibleArchitectures: [entry?.architecture],
      sha: entry?.sha,
    };
  }
}

async function publish(
  lambda: FakeLambda,
  options: { regions?: string[]; force?: boolean; signal?: AbortSignal; pattern?: string; align?: Fill } = {},
) {
  server ??= await startFaultServer((request) => lambda.answer(request));
  const connection = server.connect({
    attempts: 1,
    pace: fastPace(),
    ...(options.signal && { signal: options.signal }),
  });
  const pattern = options.pattern ?? "{name}-{arch}";
  const wanted = wantedLayers({
    archives: archives.archives,
    regions: options.regions ?? ["eu-west-1"],
    namePattern: pattern,
  });
  const wish = {
    ...description,
    namePattern: pattern,
    force: options.force ?? false,
    sharing: undefined,
    align: options.align,
  };
  const sightings = await observeLayers(connection, wanted, { grants: false, ledger: noLedger });
  const plan = planPublish(wanted, sightings, wish);
  return await applyPublish(connection, plan, { about: description, ledger: noLedger, placeholder });
}

async function placeholder(): Promise<Buffer> {
  throw new Error("nothing is to be filled");
}

describe("applyPublish", () => {
  it.each([
    ["was built anew", (zip: string) => writeFileSync(zip, "other bytes"), "ZipChanged"],
    ["is gone", (zip: string) => rmSync(zip), "CannotRead"],
  ])("sends nothing of a zip that %s since it was looked at", async (_, change, code) => {
    const made = makeArchives("changing");
    onTestFinished(made.remove);
    server = await startFaultServer(() => refuse(500, "ServiceException", "Nothing was to arrive."));
    const wanted = wantedLayers({ archives: made.archives, regions: ["eu-west-1"], namePattern: "{name}-{arch}" });
    const wish = { ...description, namePattern: "", force: false, sharing: undefined, align: undefined };
    const plan = planPublish(wanted, [{}, {}], wish);
    for (const { zip } of made.archives) change(zip);
    const options = { about: description, ledger: noLedger, placeholder };
    const outcomes = await applyPublish(server.connect({ attempts: 1 }), plan, options);
    expect(outcomes.map(({ error }) => error?.code)).toEqual([code, code]);
    expect(server.seen).toEqual([]);
  });

  it("publishes once, and finds everything unchanged afterwards", async () => {
    const lambda = new FakeLambda();
    const first = await publish(lambda);
    expect(first.map(({ result, version }) => `${result} ${version}`)).toEqual(["published 1", "published 1"]);
    const second = await publish(lambda);
    expect(second.map(({ result, arn }) => [result, arn])).toEqual([
      ["unchanged", "arn:aws:lambda:eu-west-1:123456789012:layer:demo-x86_64:1"],
      ["unchanged", "arn:aws:lambda:eu-west-1:123456789012:layer:demo-arm64:1"],
    ]);
    expect(lambda.publishes).toBe(2);
  });

  it.each([
    ["the connection breaks", "reset" as const],
    ["a proxy answers", htmlBadGateway],
    ["AWS fails", refuse(500, "ServiceException", "Internal")],
  ])("makes no second version where %s after the publish took effect", async (_, answer) => {
    const lambda = new FakeLambda();
    lambda.sabotage = (_request, take) => {
      take();
      return answer;
    };
    const outcomes = await publish(lambda);
    expect(outcomes.map(({ result, version }) => `${result} ${version}`)).toEqual(["published 1", "published 1"]);
    expect(lambda.publishes).toBe(2);
  });

  it("sees its own version with --force too, where the one before had the same bytes", async () => {
    const lambda = new FakeLambda();
    await publish(lambda);
    lambda.sabotage = (_request, take) => {
      take();
      return "reset";
    };
    const outcomes = await publish(lambda, { force: true });
    expect(outcomes.map(({ version }) => version)).toEqual([2, 2]);
    expect(lambda.publishes).toBe(4);
  });

  it("repeats what got lost before it took effect", async () => {
    const lambda = new FakeLambda();
    const broken = new Set<string>();
    lambda.sabotage = ({ path }) => {
      if (broken.has(path)) return undefined;
      broken.add(path);
      return "reset";
    };
    const outcomes = await publish(lambda);
    expect(outcomes.map(({ result, version }) => `${result} ${version}`)).toEqual(["published 1", "published 1"]);
    expect(lambda.publishes).toBe(4);
  });

  it("repeats throttled uploads without looking", async () => {
    const lambda = new FakeLambda();
    let throttles = 3;
    lambda.sabotage = () => (throttles-- > 0 ? refuse(429, "TooManyRequestsException", "Rate exceeded") : undefined);
    const outcomes = await publish(lambda);
    expect(outcomes.map(({ result }) => result)).toEqual(["published", "published"]);
    expect(server?.seen.filter(({ method }) => method === "GET")).toHaveLength(2);
  });

  it("gives up after four attempts, and repeats no refusal", async () => {
    const lambda = new FakeLambda();
    lambda.sabotage = ({ path }) =>
      path.includes("arm64")
        ? refuse(400, "CodeStorageExceededException", "Code storage limit exceeded.")
        : refuse(429, "TooManyRequestsException", "Rate exceeded");
    const outcomes = await publish(lambda);
    expect(outcomes.map(({ error }) => error?.code)).toEqual(["Throttled", "CodeStorageExceededException"]);
    expect(lambda.publishes).toBe(5);
  });

  it("finishes the other regions where one is down, and that one alone the next time", async () => {
    const lambda = new FakeLambda();
    let down = true;
    server = await startFaultServer((request) =>
      down && request.region === "me-south-1" ? htmlBadGateway : lambda.answer(request),
    );
    const regions = ["eu-west-1", "me-south-1", "us-east-1"];
    const first = await publish(lambda, { regions });
    expect(first.map(({ region, result }) => `${region} ${result}`)).toEqual([
      "eu-west-1 published",
      "eu-west-1 published",
      "me-south-1 failed",
      "me-south-1 failed",
      "us-east-1 published",
      "us-east-1 published",
    ]);
    down = false;
    const second = await publish(lambda, { regions });
    expect(second.filter(({ result }) => result === "published").map(({ region }) => region)).toEqual([
      "me-south-1",
      "me-south-1",
    ]);
    expect(lambda.publishes).toBe(6);
  });

  it("refuses to believe an answer with another hash", async () => {
    const lambda = new FakeLambda();
    lambda.sabotage = () => ({
      status: 201,
      body: {
        LayerVersionArn: "arn:aws:lambda:eu-west-1:123456789012:layer:demo:1",
        Version: 1,
        Content: { CodeSha256: "other" },
      },
    });
    const outcomes = await publish(lambda);
    expect(outcomes[0]).toMatchObject({ result: "failed", error: { code: "HashMismatch" } });
  });

  it("publishes one architecture after the other where they share a name", async () => {
    const lambda = new FakeLambda();
    const outcomes = await publish(lambda, { pattern: "{name}" });
    expect(outcomes.map(({ arn }) => arn)).toEqual([
      "arn:aws:lambda:eu-west-1:123456789012:layer:demo:1",
      "arn:aws:lambda:eu-west-1:123456789012:layer:demo:2",
    ]);
    const filters = server?.seen
      .filter(({ method }) => method === "GET")
      .map(({ query }) => query.get("CompatibleArchitecture"));
    expect(filters).toEqual(["x86_64", "arm64"]);
  });

  it("gives no number to the second architecture that was meant for the first one", async () => {
    const lambda = new FakeLambda();
    lambda.sabotage = ({ body }) =>
      body.toString().includes('"x86_64"') ? refuse(429, "TooManyRequestsException", "Rate exceeded") : undefined;
    const outcomes = await publish(lambda, { pattern: "{name}", align: "same-bytes" });
    expect(outcomes.map(({ error }) => error?.code)).toEqual(["Throttled", "HeldBack"]);
    lambda.sabotage = () => undefined;
    const again = await publish(lambda, { pattern: "{name}", align: "same-bytes" });
    expect(again.map(({ version }) => version)).toEqual([1, 2]);
  });

  it("looks more than once for a version that is only being made while its connection breaks", async () => {
    const lambda = new FakeLambda();
    let looks = 0;
    const late: (() => Answer)[] = [];
    lambda.sabotage = (_request, take) => {
      late.push(take);
      return "reset";
    };
    server = await startFaultServer((request) => {
      if (request.method === "GET" && late.length > 0 && ++looks === 2) for (const take of late.splice(0)) take();
      return lambda.answer(request);
    });
    const outcomes = await publish(lambda, { pattern: "{name}" });
    expect(outcomes.map(({ result, version }) => `${result} ${version}`)[0]).toBe("published 1");
    expect(lambda.versions.get("eu-west-1 demo")?.filter(({ architecture }) => architecture === "x86_64")).toHaveLength(
      1,
    );
  });

  it("sends eight uploads at a time and no more, to all regions of the partition", async () => {
    const lambda = new FakeLambda();
    let inFlight = 0;
    let most = 0;
    server = await startFaultServer(async (request) => {
      if (request.method !== "POST") return lambda.answer(request);
      most = Math.max(most, ++inFlight);
      // Long enough for a ninth one to arrive, if there were one.
      await new Promise((resolve) => setTimeout(resolve, 20));
      inFlight--;
      return lambda.answer(request);
    });
    const { regions } = chooseRegions(["all"], "eu-west-1");
    const outcomes = await publish(lambda, { regions: [...regions] });
    expect(outcomes).toHaveLength(68);
    expect(outcomes.every(({ result }) => result === "published")).toBe(true);
    expect(most).toBe(8);
  });

  it("asks for one version only, without paging", async () => {
    const lambda = new FakeLambda();
    await publish(lambda);
    expect(server?.seen[0]?.query.get("MaxItems")).toBe("1");
    expect(server?.seen.filter(({ method }) => method === "GET")).toHaveLength(2);
  });

  it("stops on Ctrl-C in the middle of an upload", async () => {
    const controller = new AbortController();
    const lambda = new FakeLambda();
    lambda.sabotage = () => {
      setImmediate(() => controller.abort());
      return "hang";
    };
    await expect(publish(lambda, { signal: controller.signal })).rejects.toMatchObject({ kind: "interrupted" });
  });
});
