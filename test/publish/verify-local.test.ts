// verify against the local endpoint, through the bundle that ships: every kind of difference, and what --fix makes of it.
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  AddLayerVersionPermissionCommand,
  GetLayerVersionCommand,
  LambdaClient,
  ListLayerVersionsCommand,
  PublishLayerVersionCommand,
} from "@aws-sdk/client-lambda";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { clientOptions, startTestEndpoint, type TestEndpoint, zipOf } from "../emulator/control/support.ts";
import { runCli } from "../support/run-cli.ts";

const regions = ["us-east-1", "eu-west-1"];

describe("verify against the local endpoint", () => {
  let endpoint: TestEndpoint;
  let folder: string;
  let project: string;
  let layer: string;
  let count = 0;
  beforeAll(async () => {
    endpoint = await startTestEndpoint();
    folder = await mkdtemp(join(tmpdir(), "lambda-ext-verify-"));
  });
  afterAll(async () => {
    await endpoint?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  /** A project of its own for each test, published in both regions. */
  beforeEach(async () => {
    layer = `verified${++count}`;
    project = join(folder, layer);
    mkdirSync(join(project, "files"), { recursive: true });
    writeFileSync(join(project, "files", "greeting.txt"), layer);
    configure({ description: "A demo", license: "MIT", compatibleRuntimes: ["nodejs22.x", "python3.13"] });
    expect((await run("build")).code).toBe(0);
    expect((await run("publish")).code).toBe(0);
  });
  const configure = (about: object, publish: object = { regions }) =>
    writeFileSync(
      join(project, "lambda-ext.jsonc"),
      JSON.stringify({
        name: layer,
        kind: "layer",
        contents: [{ from: "files", to: "." }],
        layer: about,
        publish,
      }),
    );

  const lambda = (region = "us-east-1") => new LambdaClient(clientOptions(endpoint.emulator, region));
  const run = (...args: string[]) => {
    const { accessKeyId, secretAccessKey } = endpoint.emulator.credentials;
    const env = {
      AWS_ENDPOINT_URL: endpoint.emulator.url,
      AWS_ACCESS_KEY_ID: accessKeyId,
      AWS_SECRET_ACCESS_KEY: secretAccessKey,
      AWS_REGION: undefined,
      AWS_DEFAULT_REGION: undefined,
      AWS_PROFILE: undefined,
      XDG_STATE_HOME: join(folder, "state"),
      CI: "1",
    };
    return runCli(args, { cwd: project, env: { ...env, AWS_REGION: "us-east-1" } });
  };
  async function json(...args: string[]) {
    const { code, stdout, stderr } = await run(...args, "--json");
    return { code, stderr, document: JSON.parse(stdout) };
  }
  const newest = async (name: string, region: string) =>
    (await lambda(region).send(new ListLayerVersionsCommand({ LayerName: name, MaxItems: 1 }))).LayerVersions?.[0];
  const shareWithAll = (LayerName: string, region: string, VersionNumber = 1) =>
    lambda(region).send(
      new AddLayerVersionPermissionCommand({
        LayerName,
        VersionNumber,
        StatementId: "all",
        Action: "lambda:GetLayerVersion",
        Principal: "*",
      }),
    );

  it("is content with what publish has left", async () => {
    const { code, stdout, stderr } = await run("verify");
    expect([code, stdout.trimEnd().split("\n").length]).toEqual([0, 5]);
    expect(stdout).toMatch(new RegExp(`✓ +${layer}-arm64:1 +eu-west-1 +nothing`));
    expect(stderr).toMatch(/4 as built, 0 different, 0 not looked at/);
    expect((await run("verify", "--private")).code).toBe(0);
    expect((await run("verify", "--fix")).code).toBe(0);
  });

  it("asks every region, whatever this machine has written down", async () => {
    const file = join(folder, "state", "lambda-ext-publish", "layer-versions.jsonl");
    const truth = readFileSync(file, "utf8");
    expect(truth).toContain(`${layer}-arm64:1"`);
    writeFileSync(file, truth.replaceAll(/"codeSha256":"[^"]+"/g, '"codeSha256":"another"'));
    const { code, stdout } = await run("verify");
    writeFileSync(file, truth);
    expect([code, stdout]).toEqual([0, expect.not.stringContaining("hash")]);
  });

  it("tells every kind of difference, by layer and region, and has only new versions mend them", async () => {
    const ZipFile = await zipOf({ "greeting.txt": "something else" });
    await lambda("eu-west-1").send(
      new PublishLayerVersionCommand({
        LayerName: `${layer}-arm64`,
        Content: { ZipFile },
        CompatibleArchitectures: ["x86_64"],
        CompatibleRuntimes: ["nodejs22.x"],
        Description: "Another",
      }),
    );
    const { code, document, stderr } = await json("verify");
    expect(code).toBe(1);
    expect(stderr).toMatch(/mended by the same command with --fix/);
    expect(document.layers.map(({ result }: { result: string }) => result)).toEqual([
      "same",
      "same",
      "same",
      "different",
    ]);
    const [, , , different] = document.layers;
    expect(different).toMatchObject({ layerName: `${layer}-arm64`, region: "eu-west-1", version: 2 });
    expect(different.differences.map(({ aspect }: { aspect: string }) => aspect)).toEqual([
      "hash",
      "size",
      "architectures",
      "runtimes",
      "description",
      "license",
    ]);
    expect(different.differences).toContainEqual({ aspect: "size", found: ZipFile.length, wanted: expect.any(Number) });

    const unasked = await run("verify", "--fix");
    expect([unasked.code, unasked.stdout]).toEqual([2, ""]);
    expect(unasked.stderr).toMatch(/This would publish 1 new version, and nobody has said yes/);
    expect((await newest(`${layer}-arm64`, "eu-west-1"))?.Version).toBe(2);

    const fixed = await run("verify", "--fix", "--yes");
    expect([fixed.code, fixed.stdout]).toEqual([0, `arn:aws:lambda:eu-west-1:123456789012:layer:${layer}-arm64:3\n`]);
    expect(fixed.stderr).toMatch(/A version never changes: only a new one can have/);
    expect((await run("verify")).code).toBe(0);
  });

  it("publishes anew where the bytes are the same and the words are not", async () => {
    configure({ description: "Better words", license: "MIT", compatibleRuntimes: ["python3.13", "nodejs22.x"] });
    const { code, document } = await json("verify");
    expect(code).toBe(1);
    expect(document.layers[0].differences).toEqual([
      { aspect: "description", found: "A demo", wanted: "Better words" },
    ]);
    // publish leaves alone what has the right bytes.
    expect((await json("publish")).document.layers[0].result).toBe("unchanged");
    expect((await run("verify", "--fix", "--yes")).code).toBe(0);
    expect(await newest(`${layer}-x86_64`, "us-east-1")).toMatchObject({ Version: 2, Description: "Better words" });
    expect((await run("verify")).code).toBe(0);
  });

  it("grants and revokes on the versions that are there", async () => {
    await shareWithAll(`${layer}-x86_64`, "us-east-1");
    expect((await run("verify")).code).toBe(0);
    const { document } = await json("verify", "--account", "222222222222");
    expect(document.layers.map(({ differences }: { differences: object[] }) => differences)).toEqual([
      [{ aspect: "sharing", found: ["public"], wanted: ["222222222222"] }],
      ...Array(3).fill([{ aspect: "sharing", found: [], wanted: ["222222222222"] }]),
    ]);
    const unasked = await run("verify", "--fix", "--public");
    expect(unasked.code).toBe(2);
    expect(unasked.stderr).toMatch(/This would make 3 grants, to everybody, and nobody has said yes/);
    const fixed = await json("verify", "--fix", "--account", "222222222222", "--yes");
    expect(fixed.code).toBe(0);
    expect(fixed.document.outcomes[0]).toMatchObject({ result: "shared", version: 1, revoked: ["all"] });
    expect((await run("verify", "--account", "222222222222")).code).toBe(0);
    expect((await newest(`${layer}-x86_64`, "us-east-1"))?.Version).toBe(1);
  });

  it("holds versions to the sharing that the configuration says", async () => {
    const publish = {
      regions: ["us-east-1"],
      sharing: { accounts: ["222222222222"], organizations: ["o-a1b2c3d4e5"] },
    };
    configure({ description: "A demo", license: "MIT", compatibleRuntimes: ["nodejs22.x", "python3.13"] }, publish);
    const { code, document } = await json("verify");
    expect([code, document.layers[0].differences]).toEqual([
      1,
      [{ aspect: "sharing", found: [], wanted: ["222222222222", "o-a1b2c3d4e5"] }],
    ]);
    expect((await run("verify", "--fix", "--yes")).code).toBe(0);
    expect((await run("verify")).code).toBe(0);
    expect((await json("verify", "--private")).document.layers[0].differences[0].wanted).toEqual([]);
  });

  it("wants the same number everywhere where that is asked for, and gives it", async () => {
    expect((await run("publish", "--force", "--regions", "eu-west-1")).code).toBe(0);
    expect((await run("verify")).code).toBe(0);
    const aligned = ["verify", "--align", "placeholder"];
    const { code, document } = await json(...aligned);
    expect(code).toBe(1);
    expect(document.layers.map(({ differences }: { differences: object[] }) => differences)).toEqual([
      ...Array(2).fill([{ aspect: "number", found: 1, wanted: 2 }]),
      [],
      [],
    ]);
    expect((await run(...aligned, "--fix", "--yes")).code).toBe(0);
    expect((await run(...aligned)).code).toBe(0);
    expect((await newest(`${layer}-arm64`, "us-east-1"))?.Version).toBe(2);
    expect((await newest(`${layer}-arm64`, "eu-west-1"))?.Version).toBe(2);
  });

  it("makes one new version of each where it mends twice at once", async () => {
    configure({ description: "Better words" });
    const both = await Promise.all([run("verify", "--fix", "--yes"), run("verify", "--fix", "--yes")]);
    expect(both.map(({ code }) => code)).toEqual([0, 0]);
    expect((await run("verify")).code).toBe(0);
    for (const region of regions) expect((await newest(`${layer}-arm64`, region))?.Version).toBe(2);
  });

  it("compares the versions of a number, whose policies alone can be mended", async () => {
    configure({ description: "Better words" });
    writeFileSync(join(project, "files", "greeting.txt"), "better");
    expect((await run("publish", "--build")).code).toBe(0);
    expect((await run("verify", "--number", "2")).code).toBe(0);
    const old = await json("verify", "--number", "1");
    expect([old.code, old.stderr]).toEqual([1, expect.not.stringMatching(/--fix/)]);
    expect(old.document.layers[0]).toMatchObject({ version: 1, result: "different" });
    const none = await json("verify", "--number", "7");
    expect([none.code, none.document.layers[0].result]).toEqual([1, "missing"]);

    const hopeless = await run("verify", "--number", "1", "--fix", "--yes");
    expect([hopeless.code, hopeless.stderr]).toEqual([
      1,
      expect.stringMatching(/only a new one, with another number, can have\nother bytes/),
    ]);
    expect((await newest(`${layer}-x86_64`, "us-east-1"))?.Version).toBe(2);
    const shared = await json("verify", "--number", "1", "--fix", "--yes", "--org", "o-a1b2c3d4e5");
    expect([shared.code, shared.document.outcomes[0].granted]).toEqual([1, ["o-a1b2c3d4e5"]]);
    const held = await json("versions", `${layer}-x86_64`);
    expect(held.document.versions.map(({ grants }: { grants: object[] }) => grants.length)).toEqual([0, 0, 1, 1]);
  });

  it("publishes what is missing, and repairs a version that was published without its permission", async () => {
    expect((await json("verify", "--regions", "ap-south-1")).document.layers[0].result).toBe("missing");
    await run("publish", "--regions", "ap-south-1");
    const fixed = await json("verify", "--regions", "ap-south-1,ap-northeast-1", "--public", "--fix", "--yes");
    expect([fixed.code, fixed.document.outcomes.map(({ result }: { result: string }) => result)]).toEqual([
      0,
      ["shared", "shared", "published", "published"],
    ]);
    expect((await run("verify", "--regions", "ap-south-1,ap-northeast-1", "--public")).code).toBe(0);
  });

  it("wants an architecture where both are versions of one layer", async () => {
    const shared = ["--layer-name", `${layer}-both`];
    expect((await run("publish", ...shared)).code).toBe(0);
    expect((await run("verify", ...shared)).code).toBe(0);
    const ambiguous = await json("verify", ...shared, "--number", "1");
    expect([ambiguous.code, ambiguous.document.error.code]).toEqual([2, "AmbiguousVersion"]);
    const told = await json("verify", ...shared, "--number", "1", "--arch", "amd64", "--regions", "us-east-1");
    expect([told.code, told.document.layers[0].result]).toEqual([0, "same"]);
    const other = await json("verify", ...shared, "--number", "1", "--arch", "arm64", "--regions", "us-east-1");
    expect(other.document.layers[0].differences[0].aspect).toBe("architectures");
  });

  it("compares a zip that was made elsewhere", async () => {
    const zip = join(project, "theirs.zip");
    writeFileSync(zip, await zipOf({ "a.txt": "a" }));
    const theirs = ["--zip", zip, "--arch", "arm64", "--layer-name", `${layer}-theirs`];
    expect((await json("verify", ...theirs)).document.layers[0].result).toBe("missing");
    expect((await run("publish", ...theirs)).code).toBe(0);
    expect((await run("verify", ...theirs)).code).toBe(0);
    const held = await lambda("eu-west-1").send(
      new GetLayerVersionCommand({ LayerName: `${layer}-theirs`, VersionNumber: 1 }),
    );
    expect(held.CompatibleArchitectures).toEqual(["arm64"]);
  });
});
