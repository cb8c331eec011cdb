// Attaching while others change the same function.
import { afterEach, describe, expect, it } from "vitest";
import { type AttachWish, attachLayers, detachLayers } from "../../src/functions/attach/apply.ts";
import { parseLayerWord } from "../../src/functions/attach/layer-word.ts";
import { placeholderDescription } from "../../src/model/placeholder.ts";
import { type Progress, silent } from "../../src/model/progress.ts";
import { FakeFunction } from "../support/fake-function.ts";
import { type FaultServer, fastPace, refuse, startFaultServer } from "../support/fault-server.ts";

const layer = (name: string, version: number) => `arn:aws:lambda:eu-west-1:123456789012:layer:${name}:${version}`;
let server: FaultServer | undefined;
afterEach(async () => {
  await server?.close();
  server = undefined;
});

async function attach(
  fake: FakeFunction,
  wish: Partial<AttachWish>,
  options: { dryRun?: boolean; names?: string[]; progress?: Progress } = {},
) {
  server = await startFaultServer((request) => fake.answer(request));
  return await attachLayers(
    server.connect({ attempts: 1, pace: fastPace() }),
    (options.names ?? ["demo"]).map((name) => ({ name, region: "eu-west-1" })),
    {
      wish: { layers: [], variables: {}, ...wish },
      dryRun: options.dryRun ?? false,
      progress: options.progress ?? silent,
    },
  );
}

function fakeWith(layers: FakeFunction["layers"]): FakeFunction {
  return Object.assign(new FakeFunction(), { layers });
}

describe("attachLayers", () => {
  const own = [parseLayerWord("x-{arch}")];

  it("takes the newest version for the function's architecture, with the revision that it read", async () => {
    const fake = fakeWith({ "x-x86_64": { version: 4, architectures: ["x86_64"] }, "x-arm64": { version: 9 } });
    const outcomes = await attach(fake, { layers: own, variables: { K: "v" } });
    expect(outcomes).toEqual([
      {
        function: "demo",
        region: "eu-west-1",
        before: [],
        after: [layer("x-x86_64", 4)],
        variables: [{ name: "K", change: "added" }],
        result: "attached",
      },
    ]);
    expect(fake.writes).toEqual([
      { RevisionId: "1", Layers: [layer("x-x86_64", 4)], Environment: { Variables: { K: "v" } } },
    ]);
  });

  it("makes three calls where nothing is in the way, and two where nothing is to be done", async () => {
    const fake = fakeWith({ "x-x86_64": { version: 4 } });
    await attach(fake, { layers: own });
    expect(server?.seen.map(({ method }) => method)).toEqual(["GET", "GET", "PUT"]);
    await server?.close();
    const [outcome] = await attach(fake, { layers: own });
    expect(outcome?.result).toBe("unchanged");
    expect(server?.seen.map(({ method }) => method)).toEqual(["GET", "GET"]);
  });

  it("writes nothing under --dry-run", async () => {
    const fake = fakeWith({ "x-x86_64": { version: 4 } });
    const [outcome] = await attach(fake, { layers: own }, { dryRun: true });
    expect(outcome).toMatchObject({ result: "planned", after: [layer("x-x86_64", 4)] });
    expect(fake.writes).toEqual([]);
  });

  it("waits for an update until it is carried out", async () => {
    const fake = fakeWith({ "x-x86_64": { version: 4 } });
    fake.slowness = 3;
    const [outcome] = await attach(fake, { layers: own });
    expect(outcome?.result).toBe("attached");
    expect(server?.seen.filter(({ method }) => method === "GET")).toHaveLength(2 + 4);
  });

  it("plans again on what somebody else has written meanwhile", async () => {
    const fake = fakeWith({ "x-x86_64": { version: 4 } });
    let raced = false;
    fake.beforeWrite = () => {
      if (!raced) fake.change({ Layers: [{ Arn: layer("theirs", 1) }] });
      raced = true;
      return undefined;
    };
    const [outcome] = await attach(fake, { layers: own });
    expect(outcome).toMatchObject({ result: "attached", after: [layer("theirs", 1), layer("x-x86_64", 4)] });
    expect(fake.writes.map(({ RevisionId }) => RevisionId)).toEqual(["1", "2"]);
  });

  it("waits for somebody else's update", async () => {
    const fake = fakeWith({ "x-x86_64": { version: 4 } });
    let refusals = 3;
    fake.beforeWrite = () =>
      refusals-- > 0 ? refuse(409, "ResourceConflictException", "An update is in progress") : undefined;
    const [outcome] = await attach(fake, { layers: own });
    expect(outcome?.result).toBe("attached");
    expect(fake.writes).toHaveLength(4);
  });

  it("gives up after eight attempts", async () => {
    const fake = fakeWith({ "x-x86_64": { version: 4 } });
    fake.beforeWrite = () => refuse(409, "ResourceConflictException", "An update is in progress");
    const [outcome] = await attach(fake, { layers: own });
    expect(outcome).toMatchObject({ result: "failed", error: { code: "ResourceConflictException" } });
    expect(fake.writes).toHaveLength(8);
  });

  it("knows its own write again where the answer was lost and the repetition refused", async () => {
    const fake = fakeWith({ "x-x86_64": { version: 4 } });
    server = await startFaultServer((request) => fake.answer(request));
    let lost = false;
    fake.afterWrite = (answer) => {
      if (lost) return answer;
      lost = true;
      return "reset";
    };
    const [outcome] = await attachLayers(
      server.connect({ pace: fastPace() }),
      [{ name: "demo", region: "eu-west-1" }],
      {
        wish: { layers: own, variables: {} },
        dryRun: false,
        progress: silent,
      },
    );
    expect(outcome).toMatchObject({ result: "attached", before: [], after: [layer("x-x86_64", 4)] });
  });

  it("says what the update failed of", async () => {
    const fake = fakeWith({ "x-x86_64": { version: 4 } });
    fake.afterWrite = () => {
      fake.change({ LastUpdateStatus: "Failed", LastUpdateStatusReason: "The extension is broken" });
      return { status: 200, body: fake.shape };
    };
    const [outcome] = await attach(fake, { layers: own });
    expect(outcome?.error).toMatchObject({
      code: "FunctionFailed",
      message: expect.stringMatching(/The extension is broken/),
    });
  });

  it("says that a layer has no version there", async () => {
    const [outcome] = await attach(fakeWith({}), { layers: own });
    expect(outcome?.error).toEqual({
      code: "NoLayerVersion",
      message: "Layer x-x86_64 has no version in eu-west-1.",
      hint: "Publish it there: lambda-ext publish --regions eu-west-1",
    });
  });

  it("gives no function a version that only fills a number, unless it is named", async () => {
    const fake = fakeWith({ x: { version: 4, description: placeholderDescription("x") } });
    const [refused] = await attach(fake, { layers: [parseLayerWord("x")] });
    expect(refused?.error).toMatchObject({
      code: "UnfinishedLayer",
      message: expect.stringContaining(layer("x", 4)),
      hint: expect.stringContaining("publish --align"),
    });
    await server?.close();
    const [named] = await attach(fake, { layers: [parseLayerWord("x:3")] });
    expect(named).toMatchObject({ result: "attached", after: [layer("x", 3)] });
  });

  it("looks for a version of the architecture where the newest one is of the other", async () => {
    const fake = fakeWith({ x: { version: 4, architectures: ["arm64"] } });
    const [outcome] = await attach(fake, { layers: [parseLayerWord("x")] });
    expect(outcome?.error?.message).toBe("Layer x has no version for x86_64 in eu-west-1.");
    expect(server?.seen.at(-1)?.query.get("CompatibleArchitecture")).toBe("x86_64");
  });

  it("refuses a layer of another region before anything is written", async () => {
    const fake = fakeWith({});
    const [outcome] = await attach(fake, {
      layers: [parseLayerWord("arn:aws:lambda:us-east-1:123456789012:layer:x:1")],
    });
    expect(outcome?.error?.code).toBe("LayerInOtherRegion");
    expect(fake.writes).toEqual([]);
  });

  it("warns of a runtime or an architecture that the layer doesn't name", async () => {
    const warnings: string[] = [];
    const progress = { ...silent, warn: (message: string) => warnings.push(message) };
    const fake = fakeWith({ x: { version: 2, architectures: ["arm64"], runtimes: ["python3.13"] } });
    const [outcome] = await attach(fake, { layers: [parseLayerWord("x:2")] }, { progress });
    expect(outcome?.result).toBe("attached");
    expect(warnings).toEqual([
      `${layer("x", 2)} is for arm64; function demo runs on x86_64.`,
      `${layer("x", 2)} doesn't list nodejs22.x, the runtime of function demo, as compatible.`,
    ]);
  });

  it("attaches a vendor's version that it may not look at", async () => {
    const fake = fakeWith({});
    const arn = "arn:aws:lambda:eu-west-1:999999999999:layer:vendor:7";
    server = await startFaultServer((request) =>
      request.path.includes("/layers/")
        ? refuse(403, "AccessDeniedException", "not authorized to perform: lambda:GetLayerVersion")
        : fake.answer(request),
    );
    const connection = server.connect({ attempts: 1, pace: fastPace() });
    const address = [{ name: "demo", region: "eu-west-1" }];
    const options = { dryRun: false, progress: silent };
    const exact = await attachLayers(connection, address, {
      ...options,
      wish: { layers: [parseLayerWord(arn)], variables: {} },
    });
    expect(exact[0]).toMatchObject({ result: "attached", after: [arn] });
    const newest = await attachLayers(connection, address, {
      ...options,
      wish: { layers: [parseLayerWord(arn.slice(0, -2))], variables: {} },
    });
    expect(newest[0]?.error?.hint).toMatch(/needs its version/);
  });

  it("goes on with the other functions where one fails, and looks a layer up once", async () => {
    const fake = fakeWith({ "x-x86_64": { version: 4 } });
    server = await startFaultServer((request) =>
      request.path.includes("missing")
        ? refuse(404, "ResourceNotFoundException", "Function not found")
        : fake.answer(request),
    );
    const outcomes = await attachLayers(
      server.connect({ attempts: 1, pace: fastPace() }),
      ["demo", "missing", "third"].map((name) => ({ name, region: "eu-west-1" })),
      { wish: { layers: own, variables: {} }, dryRun: true, progress: silent },
    );
    expect(outcomes.map(({ result }) => result)).toEqual(["planned", "failed", "planned"]);
    expect(server.seen.filter(({ path }) => path.includes("/layers/"))).toHaveLength(1);
  });

  it("stops on Ctrl-C while it waits", async () => {
    const controller = new AbortController();
    const fake = fakeWith({ "x-x86_64": { version: 4 } });
    fake.slowness = 1000;
    server = await startFaultServer((request) => {
      if (request.method === "PUT") setImmediate(() => controller.abort());
      return fake.answer(request);
    });
    const attaching = attachLayers(
      server.connect({ signal: controller.signal }),
      [{ name: "demo", region: "eu-west-1" }],
      {
        wish: { layers: own, variables: {} },
        dryRun: false,
        progress: silent,
      },
    );
    await expect(attaching).rejects.toThrow();
  });
});

describe("detachLayers", () => {
  it("takes away what attach has added, without looking at any layer", async () => {
    const fake = fakeWith({});
    fake.change({
      Layers: [{ Arn: layer("a", 1) }, { Arn: layer("x-x86_64", 3) }],
      Environment: { Variables: { K: "v", OTHER: "o" } },
    });
    server = await startFaultServer((request) => fake.answer(request));
    const [outcome] = await detachLayers(
      server.connect({ pace: fastPace() }),
      [{ name: "demo", region: "eu-west-1" }],
      {
        wish: { layers: [parseLayerWord("x-{arch}")], variables: { K: "v" } },
        dryRun: false,
        progress: silent,
      },
    );
    expect(outcome).toMatchObject({ result: "detached", after: [layer("a", 1)] });
    expect(fake.writes).toEqual([
      { RevisionId: "2", Layers: [layer("a", 1)], Environment: { Variables: { OTHER: "o" } } },
    ]);
    expect(server.seen.filter(({ path }) => path.includes("/layers/"))).toHaveLength(0);
  });
});
