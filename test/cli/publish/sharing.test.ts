// Who may use what was published, as AWS's own command line reads it: from moto, and from the local endpoint.
import { execFile } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Moto, startMoto } from "../../support/moto.ts";
import { runCli } from "../../support/run-cli.ts";
import { findTool, missing } from "../../support/tools.ts";
import { layerNames, localProject, results } from "./local-project.ts";

const execute = promisify(execFile);
const regions = ["us-east-1", "eu-west-1"];
const account = "111122223333";
const organization = "o-a1b2c3d4e5";

interface Statement {
  readonly Sid: string;
  readonly Effect: string;
  readonly Principal: string | { readonly AWS: string };
  readonly Action: string;
  readonly Condition?: object;
}

/** The policy of a version by `aws lambda get-layer-version-policy`; no statements where there is none. */
async function policyOf(
  env: Readonly<Record<string, string>>,
  region: string,
  layer: string,
  version = 1,
): Promise<Statement[]> {
  const args = [
    "lambda",
    "get-layer-version-policy",
    "--region",
    region,
    "--layer-name",
    layer,
    "--version-number",
    `${version}`,
  ];
  try {
    const { stdout } = await execute(findTool("aws") ?? "aws", [...args, "--output", "json"], {
      env: { ...process.env, ...env },
    });
    return JSON.parse(JSON.parse(stdout).Policy).Statement;
  } catch (error) {
    if (`${(error as { stderr?: string }).stderr}`.includes("ResourceNotFound")) return [];
    throw error;
  }
}

async function principals(env: Readonly<Record<string, string>>, region: string, layer: string, version = 1) {
  const statements = await policyOf(env, region, layer, version);
  for (const { Effect, Action } of statements)
    expect({ Effect, Action }).toEqual({ Effect: "Allow", Action: "lambda:GetLayerVersion" });
  return statements.map(({ Principal }) => (typeof Principal === "string" ? Principal : Principal.AWS)).sort();
}

describe.skipIf(missing("moto_server", "aws"))(
  "sharing in moto (needs moto_server and the AWS CLI)",
  { timeout: 120_000 },
  () => {
    let moto: Moto;
    beforeAll(async () => {
      moto = await startMoto();
    });
    afterAll(() => moto?.close());

    it("is what was asked for in every region, also of versions that were there before; and taken back with a yes alone", async () => {
      const project = await localProject({ regions });
      const env = { ...project.env, ...moto.env, LAMBDA_EXT_TARGET: "aws" };
      const publish = async (...flags: string[]) => {
        const { code, stdout, stderr } = await runCli(["publish", "--json", ...flags], { cwd: project.folder, env });
        return { code, stderr, ...JSON.parse(stdout) };
      };
      expect(results((await publish()).layers)).toEqual({ published: 4 });
      expect(await principals(env, "eu-west-1", "walk-arm64")).toEqual([]);

      const refused = await publish("--public", "--account", account);
      expect(refused).toMatchObject({
        code: 2,
        error: { code: "NotConfirmed", hint: expect.stringContaining("--yes") },
      });
      expect(await principals(env, "eu-west-1", "walk-arm64")).toEqual([]);

      const opened = await publish("--public", "--account", account, "--yes");
      expect(opened.code, opened.stderr).toBe(0);
      expect(results(opened.layers)).toEqual({ shared: 4 });
      for (const region of regions) {
        for (const layer of layerNames) {
          expect(await principals(env, region, layer)).toEqual(["*", expect.stringContaining(account)]);
        }
      }
      expect(results((await publish("--public", "--account", account)).layers)).toEqual({ unchanged: 4 });
      // Where nothing is said, nothing is touched.
      expect(results((await publish()).layers)).toEqual({ unchanged: 4 });

      const closing = await publish("--account", account);
      expect(closing).toMatchObject({
        code: 2,
        error: { message: expect.stringContaining("in 2 regions away from everybody") },
      });
      expect((await publish("--account", account, "--yes")).code).toBe(0);
      expect(await principals(env, "us-east-1", "walk-x86_64")).toEqual([expect.stringContaining(account)]);
      expect((await publish("--private", "--yes")).code).toBe(0);
      for (const region of regions) expect(await principals(env, region, "walk-arm64")).toEqual([]);
    });
  },
);

describe.skipIf(missing("aws"))("sharing at the local endpoint (needs the AWS CLI)", { timeout: 120_000 }, () => {
  it("comes to an end where somebody's statement has the name of its own", async () => {
    const project = await localProject({ regions: ["eu-west-1"] });
    expect((await project.publish()).code).toBe(0);
    const env = { ...project.env, ...(await project.variables()) };
    const foreign = ["--statement-id", "lambda-ext-public", "--action", "lambda:GetLayerVersion"];
    await execute(
      findTool("aws") ?? "aws",
      ["lambda", "add-layer-version-permission", "--region", "eu-west-1", "--layer-name", "walk-arm64"].concat(
        ["--version-number", "1", "--principal", account],
        foreign,
      ),
      { env: { ...process.env, ...env } },
    );
    expect((await project.publish("--public")).code).toBe(2);
    const opened = await project.publish("--public", "--yes");
    expect(opened.code, opened.stderr).toBe(0);
    expect(await principals(env, "eu-west-1", "walk-arm64")).toEqual(["*"]);
    expect(results((await project.publish("--public")).layers)).toEqual({ unchanged: 2 });
  });

  it("follows the configuration, organizations too, and flags in its place", async () => {
    const project = await localProject({ regions, sharing: { accounts: [account], organizations: [organization] } });
    const first = await project.publish();
    expect(first.code, first.stderr).toBe(0);
    const env = { ...project.env, ...(await project.variables()) };
    const statements = await policyOf(env, "eu-west-1", "walk-arm64");
    expect(statements).toEqual([
      expect.objectContaining({ Sid: `lambda-ext-${account}`, Principal: { AWS: `arn:aws:iam::${account}:root` } }),
      expect.objectContaining({
        Sid: `lambda-ext-${organization}`,
        Principal: "*",
        Condition: { StringEquals: { "aws:PrincipalOrgID": organization } },
      }),
    ]);
    expect(results((await project.publish()).layers)).toEqual({ unchanged: 4 });

    // A new version gets its grants, and the version before it keeps its own.
    await project.rebuild();
    expect(results((await project.publish()).layers)).toEqual({ published: 4 });
    expect(await policyOf(env, "us-east-1", "walk-x86_64", 2)).toHaveLength(2);
    expect(await policyOf(env, "us-east-1", "walk-x86_64", 1)).toHaveLength(2);

    expect((await project.publish("--private", "--yes")).code).toBe(0);
    expect(await policyOf(env, "us-east-1", "walk-x86_64", 2)).toEqual([]);
  });

  it("takes a yes for what the configuration makes public, and with an empty section shares with nobody", async () => {
    const project = await localProject({ sharing: { public: true } });
    const unasked = await project.run(["publish"]);
    expect(unasked).toMatchObject({
      code: 2,
      stderr: expect.stringContaining(
        "This would make walk-x86_64 and walk-arm64 in us-east-1 public, and nobody has said yes.",
      ),
    });
    expect(await project.versions("us-east-1", "walk-arm64")).toEqual([]);
    expect((await project.publish("--yes")).code).toBe(0);
    const env = { ...project.env, ...(await project.variables()) };
    expect(await principals(env, "us-east-1", "walk-arm64")).toEqual(["*"]);

    const file = join(project.folder, "lambda-ext.jsonc");
    writeFileSync(file, readFileSync(file, "utf8").replace('"sharing":{"public":true}', '"sharing":{}'));
    expect((await project.run(["publish"])).stderr).toContain(
      "take walk-x86_64 and walk-arm64 in us-east-1 away from everybody",
    );
    expect((await project.publish("--yes")).code).toBe(0);
    expect(await principals(env, "us-east-1", "walk-arm64")).toEqual([]);
  });

  it("takes a duplicate away without asking: whoever could use the version still can", async () => {
    const project = await localProject();
    expect((await project.publish("--account", account)).code).toBe(0);
    const env = { ...project.env, ...(await project.variables()) };
    const add = [
      "lambda",
      "add-layer-version-permission",
      "--region",
      "us-east-1",
      "--version-number",
      "1",
      "--action",
      "lambda:GetLayerVersion",
    ];
    for (const layer of layerNames) {
      const more = ["--layer-name", layer, "--statement-id", "twice", "--principal", account];
      await execute(findTool("aws") ?? "aws", [...add, ...more], { env: { ...process.env, ...env } });
    }
    expect(await project.publish("--account", account)).toMatchObject({
      code: 0,
      layers: [{ result: "shared" }, { result: "shared" }],
    });
    expect(await policyOf(env, "us-east-1", "walk-arm64")).toHaveLength(1);
  });

  it.each([
    [["--private", "--public"], "--private shares with nobody, and others were named."],
    [["--account", "1234"], `A layer can't be shared with "1234".`],
    [["--org", "acme"], `A layer can't be shared with "acme".`],
  ])("refuses %j before anything is sent", async (flags, words) => {
    const project = await localProject();
    expect(await project.run(["publish", ...flags])).toMatchObject({ code: 2, stderr: expect.stringContaining(words) });
  });
});
