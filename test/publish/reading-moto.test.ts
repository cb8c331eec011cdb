// verify, versions and prune against moto, with the AWS CLI saying what is there: both written by others.
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { lambdaTrust, zipOf } from "../emulator/control/support.ts";
import { type Moto, startMoto } from "../support/moto.ts";
import { runCli } from "../support/run-cli.ts";
import { missing } from "../support/tools.ts";

const regions = ["eu-west-1", "us-east-1"];

describe.skipIf(missing("moto_server", "aws"))("reading what moto has (needs moto_server and the AWS CLI)", () => {
  let moto: Moto;
  let folder: string;
  beforeAll(async () => {
    moto = await startMoto();
    folder = await mkdtemp(join(tmpdir(), "lambda-ext-moto-"));
    mkdirSync(join(folder, "files"));
    configure("first");
  }, 60_000);
  afterAll(async () => {
    await moto?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  function configure(text: string) {
    writeFileSync(join(folder, "files", "a.txt"), text);
    const layer = { description: text, license: "MIT", compatibleRuntimes: ["python3.13"] };
    const contents = [{ from: "files", to: "." }];
    writeFileSync(
      join(folder, "lambda-ext.jsonc"),
      JSON.stringify({ name: "judged", kind: "layer", contents, layer, publish: { regions } }),
    );
  }
  const run = (...args: string[]) =>
    runCli(args, {
      cwd: folder,
      env: { ...moto.env, AWS_PROFILE: undefined, XDG_STATE_HOME: join(folder, "state"), CI: "1" },
    });
  const lambda = (region: string, operation: string, ...args: string[]) =>
    moto.aws("lambda", operation, "--region", region, ...args);
  const numbers = async (region: string, name: string): Promise<number[]> =>
    (await lambda(region, "list-layer-versions", "--layer-name", name)).LayerVersions.map(
      ({ Version }: { Version: number }) => Version,
    );

  it("shows what the AWS CLI shows, finds what differs, and mends it", { timeout: 120_000 }, async () => {
    expect((await run("publish")).code).toBe(0);
    expect((await run("verify")).code).toBe(0);
    const { versions } = JSON.parse((await run("versions", "--json")).stdout);
    expect(versions).toHaveLength(4);
    for (const { region, layerName, version, codeSha256, arn, description } of versions) {
      const held = await lambda(
        region,
        "get-layer-version",
        ...["--layer-name", layerName, "--version-number", String(version)],
      );
      expect(held).toMatchObject({
        LayerVersionArn: arn,
        Description: description,
        Content: { CodeSha256: codeSha256 },
      });
    }

    // Somebody publishes something else, by hand, in one region.
    writeFileSync(join(folder, "other.zip"), await zipOf({ "b.txt": "other" }));
    const other = ["--layer-name", "judged-arm64", "--zip-file", `fileb://${join(folder, "other.zip")}`];
    await lambda("us-east-1", "publish-layer-version", ...other);
    const found = JSON.parse((await run("verify", "--json")).stdout);
    expect(found.layers.map(({ result }: { result: string }) => result)).toEqual(["same", "same", "same", "different"]);
    const fixed = await run("verify", "--fix", "--yes", "--account", "222222222222");
    expect(fixed.code, fixed.stderr).toBe(0);
    expect(await numbers("us-east-1", "judged-arm64")).toEqual([3, 2, 1]);
    const ours = found.layers[3].differences.find(({ aspect }: { aspect: string }) => aspect === "hash").wanted;
    const mended = ["--layer-name", "judged-arm64", "--version-number", "3"];
    const held = await lambda("us-east-1", "get-layer-version", ...mended);
    expect(held).toMatchObject({ Content: { CodeSha256: ours }, Description: "first", LicenseInfo: "MIT" });
    const { Policy } = await lambda("us-east-1", "get-layer-version-policy", ...mended);
    expect(Policy).toMatch(/222222222222/);
    expect((await run("verify", "--account", "222222222222")).code).toBe(0);
  });

  it("prunes what no function has", { timeout: 120_000 }, async () => {
    for (const text of ["second", "third", "fourth"]) {
      configure(text);
      const { code, stderr } = await run("publish", "--build", "--regions", "eu-west-1");
      expect(code, stderr).toBe(0);
    }
    writeFileSync(join(folder, "trust.json"), lambdaTrust);
    writeFileSync(join(folder, "function.zip"), await zipOf({ "index.mjs": "export const handler = () => 1;" }));
    const { Role } = await moto.aws(
      ...["iam", "create-role", "--role-name", "r"],
      ...["--assume-role-policy-document", `file://${join(folder, "trust.json")}`],
    );
    const layer = `arn:aws:lambda:eu-west-1:123456789012:layer:judged-x86_64`;
    const named = ["--function-name", "checkout"];
    await lambda(
      "eu-west-1",
      "create-function",
      ...[...named, "--runtime", "nodejs22.x", "--handler", "index.handler", "--role", Role.Arn],
      ...["--zip-file", `fileb://${join(folder, "function.zip")}`, "--layers", `${layer}:2`],
    );
    await lambda("eu-west-1", "publish-version", ...named);
    await lambda("eu-west-1", "create-alias", ...named, "--name", "live", "--function-version", "1");
    const used = JSON.parse((await run("versions", "--used-by", "--regions", "eu-west-1", "--json")).stdout);
    const second = used.versions.find(({ arn }: { arn: string }) => arn === `${layer}:2`);
    expect(second.usedBy).toEqual([
      { functionName: "checkout", version: "$LATEST", aliases: [] },
      { functionName: "checkout", version: "1", aliases: ["live"] },
    ]);

    const pruned = await run("prune", "--keep", "1", "--yes", "--regions", "eu-west-1");
    expect(pruned.code, pruned.stderr).toBe(0);
    // The first of each is shared since it was mended.
    expect(await numbers("eu-west-1", "judged-x86_64")).toEqual([4, 2, 1]);
    expect(await numbers("eu-west-1", "judged-arm64")).toEqual([4, 1]);
    expect(await numbers("us-east-1", "judged-arm64")).toEqual([3, 2, 1]);
  });
});
