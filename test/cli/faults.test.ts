// Bad days by hand: `local start --fault`, and `publish --local --fault`, which rehearses a release; the bundle that ships.
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { LambdaClient, ListLayersCommand } from "@aws-sdk/client-lambda";
import { startEmulator } from "lambda-ext/emulator";
import { describe, expect, it, onTestFinished } from "vitest";
import { runCli } from "../support/run-cli.ts";
import { temporaryFolder } from "../support/temporary.ts";

function project() {
  const folder = temporaryFolder();
  const env = { LAMBDA_EXT_LOCAL_DIR: join(folder, "local"), LAMBDA_EXT_FAULTS: undefined };
  onTestFinished(async () => void (await runCli(["local", "stop"], { env })));
  const cwd = join(folder, "project");
  mkdirSync(cwd);
  writeFileSync(join(cwd, "data"), "some bytes");
  const configuration = { name: "day", kind: "layer", contents: [{ from: "data", to: "data" }] };
  writeFileSync(join(cwd, "lambda-ext.jsonc"), JSON.stringify(configuration));
  return { run: (...args: string[]) => runCli(args, { cwd, env }), env, cwd };
}
const documentOf = ({ stdout }: { stdout: string }) => JSON.parse(stdout);
const regions = "eu-west-1,me-central-1";
const down = "region=me-central-1,op=PublishLayerVersion,kind=down";

describe("local start --fault", () => {
  it("is a setting like the others: kept, shown, compared, and ended with none", { timeout: 120_000 }, async () => {
    const { run } = project();
    const first = await run("local", "start", "--fault", down, "--fault", "latency=20", "--json");
    expect(first.code).toBe(0);
    const faults = [{ region: "me-central-1", op: "PublishLayerVersion", kind: "down" }, { latency: 20 }];
    expect(documentOf(first).settings.faults).toEqual(faults);
    expect(documentOf(await run("local", "start", "--fault", down, "--fault", "latency=20", "--json")).started).toBe(
      false,
    );

    expect((await run("build")).code).toBe(0);
    const published = await run("publish", "--local", "--regions", regions, "--json");
    expect(published.code).toBe(3);
    const outcomes = documentOf(published).layers.map((one: { region: string; result: string }) => [
      one.region,
      one.result,
    ]);
    expect(outcomes).toEqual([
      ["eu-west-1", "published"],
      ["eu-west-1", "published"],
      ["me-central-1", "failed"],
      ["me-central-1", "failed"],
    ]);

    const status = await run("local", "status");
    expect(status.stdout).toContain(`--fault '${down}' --fault 'latency=20'`);
    expect(status.stdout).toMatch(
      /faults +region=me-central-1,\S+ \(met [1-9]\d* calls\)\n +latency=20 \(met \d+ calls\)/,
    );
    expect(documentOf(await run("local", "status", "--json"))).toMatchObject({
      settings: { faults },
      faults: [{ fault: down }, {}],
    });

    const changed = await run("local", "start", "--fault", "none");
    expect(changed.stderr).toContain(`it runs with --fault '${down}' --fault 'latency=20', wanted is --fault none`);
    expect((await run("publish", "--local", "--regions", regions)).code).toBe(0);
    expect((await run("local", "status")).stdout).toMatch(/settings .* --fault none\n/);
  });

  it("refuses what it does not know, with the nearest word, and leaves what runs", { timeout: 60_000 }, async () => {
    const { run, env, cwd } = project();
    await run("local", "start");
    const wrong = await run("local", "start", "--fault", "regoin=eu-west-1,kind=down");
    expect(wrong).toMatchObject({ code: 2, stderr: expect.stringContaining("did you mean region?") });
    const variable = await runCli(["local", "start"], { cwd, env: { ...env, LAMBDA_EXT_FAULTS: "kind=dwon" } });
    expect(variable).toMatchObject({ code: 2, stderr: expect.stringContaining("did you mean down?") });
    expect(documentOf(await run("local", "status", "--json"))).toMatchObject({
      running: true,
      settings: { faults: [] },
    });
    const operation = await run("local", "start", "--fault", "op=PublishLayerVersoin,kind=down");
    expect(operation).toMatchObject({ code: 2, stderr: expect.stringContaining("Did you mean PublishLayerVersion?") });
  });
});

describe("publish --fault", () => {
  it("hits this command alone, and nothing is left of it", { timeout: 120_000 }, async () => {
    const { run } = project();
    await run("local", "start");
    expect((await run("build")).code).toBe(0);
    const publish = (...flags: string[]) => run("publish", "--local", "--regions", regions, "--json", ...flags);
    const [bad, good] = await Promise.all([publish("--fault", down), publish("--layer-name", "other-{arch}")]);
    expect([bad.code, good.code]).toEqual([3, 0]);
    expect(documentOf(await run("local", "status", "--json"))).toMatchObject({ settings: { faults: [] }, faults: [] });
    const after = await publish();
    expect(after.code).toBe(0);
    expect(documentOf(after).layers.map(({ version }: { version: number }) => version)).toEqual([1, 1, 1, 1]);
  });

  it("makes no second version of what was done without an answer", { timeout: 120_000 }, async () => {
    const { run } = project();
    expect((await run("build")).code).toBe(0);
    const lost = "op=PublishLayerVersion,kind=lost-answer";
    const published = await run("publish", "--local", "--regions", regions, "--json", "--fault", lost);
    expect(published.code).toBe(0);
    expect(documentOf(published).layers).toMatchObject(Array(4).fill({ result: "published", version: 1 }));
  });

  it("is refused where it makes no sense", { timeout: 60_000 }, async () => {
    const { run } = project();
    expect((await run("build")).code).toBe(0);
    const onAws = await run("publish", "--no-local", "--region", "eu-west-1", "--fault", "kind=down");
    expect(onAws).toMatchObject({ code: 2, stderr: expect.stringContaining("Add --local, or leave --fault out.") });
    const typo = await run("publish", "--local", "--fault", "kind=dwon");
    expect(typo).toMatchObject({ code: 2, stderr: expect.stringContaining("did you mean down?") });
    const operation = await run("publish", "--local", "--fault", "op=PublishLayerVersoin,kind=down");
    expect(operation).toMatchObject({ code: 1, stderr: expect.stringContaining("Did you mean PublishLayerVersion?") });
  });
});

describe("faults in the library", () => {
  it("are there from the beginning, and change on the way", { timeout: 60_000 }, async () => {
    await using emulator = await startEmulator({ isolation: "none", faults: [{ op: "ListLayers", kind: "throttle" }] });
    const { url: endpoint, credentials } = emulator;
    const lambda = new LambdaClient({ endpoint, credentials, region: "us-east-1", maxAttempts: 1 });
    const list = () => lambda.send(new ListLayersCommand({}));
    await expect(list()).rejects.toMatchObject({ name: "TooManyRequestsException" });
    emulator.setFaults([]);
    await list();
    emulator.setFaults([{ region: "us-*", kind: "error", count: 1 }]);
    await expect(list()).rejects.toMatchObject({ name: "ServiceException" });
    await list();
    const wrong = { kind: "dwon" } as unknown as { kind: "down" };
    expect(() => emulator.setFaults([wrong])).toThrow(
      expect.objectContaining({ code: "InvalidFault", hint: expect.stringContaining("did you mean down?") }),
    );
    await expect(startEmulator({ faults: [wrong] })).rejects.toMatchObject({ code: "InvalidFault" });
    await expect(startEmulator({ faults: [{ op: "Nothing", kind: "down" }] })).rejects.toMatchObject({
      code: "InvalidFault",
    });
    await list();
    lambda.destroy();
  });
});
