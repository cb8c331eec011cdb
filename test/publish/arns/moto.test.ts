// What arns prints against moto, and mirror's words for a server that cannot read layers by ARN.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { makeArchives } from "../../support/archives.ts";
import { type Moto, startMoto } from "../../support/moto.ts";
import { runCli } from "../../support/run-cli.ts";
import { missing } from "../../support/tools.ts";

describe.skipIf(missing("aws", "moto_server"))("arns and mirror against moto (needs the AWS CLI and moto)", () => {
  let moto: Moto;
  let folder: string;
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "lambda-ext-arns-moto-"));
    moto = await startMoto();
  }, 60_000);
  afterAll(async () => {
    await moto?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  it("has the ARNs that the AWS CLI lists as the newest ones", { timeout: 120_000 }, async () => {
    const built = makeArchives("moto");
    const configuration = { name: "demo", kind: "layer", contents: [{ from: "data", to: "data" }] };
    writeFileSync(join(folder, "lambda-ext.jsonc"), JSON.stringify(configuration));
    const regions = ["eu-west-1", "cn-north-1"];
    const newest: string[] = [];
    try {
      for (const region of regions) {
        for (const { architecture, zip } of built.archives) {
          const name = ["--layer-name", `demo-${architecture}`, "--region", region];
          const content = ["--zip-file", `fileb://${zip}`, "--compatible-architectures", architecture];
          if (region === "eu-west-1") await moto.aws("lambda", "publish-layer-version", ...name, ...content);
          await moto.aws("lambda", "publish-layer-version", ...name, ...content);
          const { LayerVersions } = await moto.aws("lambda", "list-layer-versions", ...name);
          newest.push(LayerVersions[0].LayerVersionArn);
        }
      }
    } finally {
      built.remove();
    }
    const { code, stdout } = await runCli(["arns", "--regions", regions.join(","), "--json"], {
      cwd: folder,
      env: moto.env,
    });
    expect(code).toBe(0);
    expect(
      JSON.parse(stdout)
        .arns.map(({ arn }: { arn: string }) => arn)
        .sort(),
    ).toEqual(newest.sort());
    expect(stdout).toContain("arn:aws-cn:lambda:cn-north-1:");
    expect(stdout).toContain("layer:demo-arm64:2");
  });

  it("says that the answer was none of AWS's", async () => {
    const arn = "arn:aws:lambda:eu-west-1:123456789012:layer:demo-arm64:1";
    const { code, stdout } = await runCli(["mirror", arn, "--to-region", "us-east-1", "--json"], {
      cwd: folder,
      env: { ...moto.env, AWS_MAX_ATTEMPTS: "1" },
    });
    expect(code).toBe(1);
    expect(JSON.parse(stdout).error).toMatchObject({
      code: "UnreadableAnswer",
      message: expect.stringContaining(`Could not read ${arn}`),
    });
  });
});
