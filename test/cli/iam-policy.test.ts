// The policies that iam-policy prints: with each a command can be carried out, and without any of its actions it cannot.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { commands } from "../../src/cli/commands.ts";
import { permissions } from "../../src/cli/permissions/table.ts";
import { storedZip } from "../support/archives.ts";
import { type CliResult, runCli } from "../support/run-cli.ts";
import { Account, policyFileIn } from "./iam-policy-account.ts";
import { policyCases } from "./iam-policy-cases.ts";

/** Commands that call nobody, or the endpoint on this machine alone as its owner. */
const withoutCalls = ["try", "init", "build", "check", "iam-policy", "local", "doctor"];

interface Statement {
  readonly Sid: string;
  readonly Action: readonly string[];
  readonly Resource: readonly string[];
  readonly Condition?: object;
}
interface Policy {
  readonly Version: string;
  readonly Statement: readonly Statement[];
}

let folder: string;
let account: Account;
let runs = 0;

/** Each run is on a machine of its own, which has written nothing down. */
function run(args: readonly string[]): Promise<CliResult> {
  const env = {
    LAMBDA_EXT_LOCAL_DIR: join(folder, "account"),
    XDG_STATE_HOME: join(folder, `state-${++runs}`),
    ...{ AWS_REGION: "us-east-1", AWS_DEFAULT_REGION: undefined, AWS_ENDPOINT_URL: undefined, CI: "1" },
  };
  return runCli(args, { cwd: folder, env });
}

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "lambda-ext-iam-"));
  mkdirSync(join(folder, "files"));
  mkdirSync(join(folder, "code"));
  writeFileSync(join(folder, "files", "greeting.txt"), "hello");
  writeFileSync(join(folder, "code", "index.mjs"), "export const handler = async () => 2;\n");
  writeFileSync(
    join(folder, "lambda-ext.jsonc"),
    JSON.stringify({
      name: "demo",
      kind: "layer",
      target: "local",
      contents: [{ from: "files", to: "." }],
      attach: { statements: [{ actions: ["ssm:GetParameter"], resources: ["ssm:parameter/demo"] }] },
    }),
  );
  await run(["build"]);
  writeFileSync(join(folder, "large.zip"), storedZip("share/data", Buffer.alloc(51 << 20, "large\n")));
  account = await Account.open({
    directory: join(folder, "account"),
    policyFile: policyFileIn(folder),
    run: (...args) => run(args),
  });
});
afterAll(async () => {
  await account.endpoint.close();
  rmSync(folder, { recursive: true, force: true });
});

async function policyFor(line: readonly string[]): Promise<Policy> {
  const { stdout, code, stderr } = await run(["iam-policy", "--account-id", "123456789012", ...line]);
  expect(code, stderr).toBe(0);
  return JSON.parse(stdout);
}

/** The policy without one action of one statement. */
function without(policy: Policy, sid: string, action: string): Policy {
  const Statement = policy.Statement.map((statement) =>
    statement.Sid === sid ? { ...statement, Action: statement.Action.filter((each) => each !== action) } : statement,
  );
  return { ...policy, Statement: Statement.filter(({ Action }) => Action.length > 0) };
}

const nothing = { Version: "2012-10-17", Statement: [{ Effect: "Allow", Action: "sts:None", Resource: "*" }] };

describe("what a command needs", () => {
  it("is known of every command", () => {
    const known = [...Object.keys(permissions), ...withoutCalls];
    expect(known.sort()).toEqual(commands.map(({ name }) => name).sort());
    expect(Object.keys(permissions).sort()).toEqual([...new Set(policyCases.map(({ line }) => line[0]))].sort());
  });

  it.each(policyCases.map((policyCase) => [policyCase.line.join(" "), policyCase] as const))(
    "is what iam-policy prints, and no more: %s",
    { timeout: 120_000 },
    async (_, { line, states, gentle = {}, unproved = [] }) => {
      const policy = await policyFor(line);
      for (const state of states) {
        await account.reset();
        await state(account);
        account.enforce(policy);
        const { code, stderr } = await run(line);
        expect(stderr).not.toContain("not authorized");
        expect(code, stderr).toBe(line[0] === "verify" && !line.includes("--fix") ? code : 0);
      }
      for (const { Sid, Action } of policy.Statement) {
        for (const action of Action.filter((each) => !unproved.includes(each))) {
          const said: string[] = [];
          for (const state of states) {
            await account.reset();
            await state(account);
            const rest = without(policy, Sid, action);
            account.enforce(rest.Statement.length > 0 ? rest : nothing);
            const { code, stdout, stderr } = await run([...line, "--json"]);
            if (gentle[action]) {
              expect(stderr).toMatch(gentle[action]);
              said.push(`not authorized to perform: ${action} `);
            } else if (code !== 0) said.push(stdout, stderr);
            if (said.length > 0) break;
          }
          expect(said.join("\n"), `without ${action} of ${Sid}`).toContain(`not authorized to perform: ${action} `);
        }
      }
    },
  );
});

describe("iam-policy", () => {
  it.each([
    [
      ["put-parameter", "/demo/name", "--value", "v"],
      ["put-parameter", "/demo/other", "--value", "v"],
    ],
    [
      ["put-secret", "demo/token", "--value", "v"],
      ["put-secret", "demo/other", "--value", "v"],
    ],
    [
      ["get-function", "f"],
      ["get-function", "g"],
    ],
    [
      ["get-role", "demo-role"],
      ["get-role", "other-role"],
    ],
    [
      ["versions", "demo-arm64"],
      ["versions", "demo-x86_64"],
    ],
    [
      ["versions", "demo-arm64", "--regions", "us-east-1"],
      ["versions", "demo-arm64", "--regions", "eu-west-1"],
    ],
    [
      ["create-role", "demo-role"],
      ["create-role", "demo-role", "--managed-policy", "AWSXRayDaemonWriteAccess"],
    ],
    [
      ["invoke", "--function", "f"],
      ["invoke", "--function", "f", "--qualifier", "live"],
    ],
  ])("allows %j, and not %j", async (line, wider) => {
    await account.reset();
    await account.functionWithLayer("demo-arm64");
    account.enforce(await policyFor(line));
    expect(await run(line)).toMatchObject({ code: 0 });
    const { code, stderr } = await run(wider);
    expect(code).toBe(1);
    expect(stderr).toContain("not authorized to perform");
    expect(stderr).toContain(`All that it takes: lambda-ext iam-policy ${wider[0]}`);
  });

  it("takes several commands, and whole command lines in quotes", async () => {
    const [both, quoted] = await Promise.all([
      policyFor(["publish", "attach"]),
      policyFor(["publish --regions eu-west-1,eu-west-2", "attach --function f --region eu-west-1", "attach"]),
    ]);
    expect(both.Statement.map(({ Sid }) => Sid)).toEqual([
      "PublishLayers",
      "PublishLayerVersions",
      "AttachFunctions",
      "AttachLayers",
      "AttachLayerVersions",
    ]);
    const layer = (region: string, architecture: string) =>
      `arn:aws:lambda:${region}:123456789012:layer:demo-${architecture}`;
    expect(quoted.Statement[0]?.Resource.toSorted()).toEqual(
      ["eu-west-1", "eu-west-2"].flatMap((region) => [layer(region, "arm64"), layer(region, "x86_64")]),
    );
    const functions = quoted.Statement.filter(({ Sid }) => Sid.startsWith("AttachFunctions"));
    expect(functions).toMatchObject([
      { Sid: "AttachFunctions", Resource: ["arn:aws:lambda:eu-west-1:123456789012:function:f"] },
      { Sid: "AttachFunctions2", Resource: ["arn:aws:lambda:us-east-1:123456789012:function:*"] },
    ]);
  });

  it.each<[string, readonly string[], readonly string[]]>([
    [
      "put-secret arn:aws:secretsmanager:us-east-1:123456789012:secret:a-AbCdEf --value v",
      ["PutSecretValue"],
      ["CreateSecret"],
    ],
    ["create-function f --role arn:aws:iam::123456789012:role/r --source code", ["PassRole"], ["GetRole"]],
    ["create-function f --role r --source code --layer a:1", ["GetRole", "GetLayerVersion"], ["ListLayerVersions"]],
    ["update-function", ["UpdateFunctionCode", "UpdateFunctionConfiguration"], ["PassRole", "GetRole"]],
    ["update-function f", ["UpdateFunctionCode"], ["UpdateFunctionConfiguration"]],
    ["update-function f --env A=b", ["UpdateFunctionConfiguration"], ["UpdateFunctionCode"]],
    ["verify --private", ["GetLayerVersionPolicy"], ["RemoveLayerVersionPermission", "PublishLayerVersion"]],
    ["verify --fix --number 1 --public", ["AddLayerVersionPermission"], ["PublishLayerVersion", "ListLayerVersions"]],
    ["publish --plan plan.json", ["AddLayerVersionPermission", "RemoveLayerVersionPermission"], []],
    ["publish --dry-run --bucket b", ["GetLayerVersion"], ["PutObject", "PublishLayerVersion"]],
    ["versions --all-regions", ["ListRegions"], ["ListFunctions"]],
    ["mirror", ["GetLayerVersion", "ListRegions"], ["AddLayerVersionPermission"]],
    ["invoke --function f", ["InvokeFunction"], ["ListFunctions"]],
    ["logs", ["ListFunctions", "FilterLogEvents"], []],
  ])("of %s has %j, and not %j", async (line, has, lacks) => {
    const { stdout, stderr } = await run(["iam-policy", line]);
    expect(stderr).toBe("");
    const names = JSON.parse(stdout).Statement.flatMap(({ Action }: Statement) =>
      Action.map((action) => action.replace(/.*:/, "")),
    );
    for (const name of has) expect(names).toContain(name);
    for (const name of lacks) expect(names).not.toContain(name);
  });

  it("follows the configuration's sharing, bucket and regions", async () => {
    const file = join(folder, "shared.jsonc");
    const publish = { regions: ["eu-west-1"], bucket: "zips-{region}", sharing: { accounts: ["111122223333"] } };
    const contents = [{ from: "files", to: "." }];
    writeFileSync(file, JSON.stringify({ name: "shared", kind: "layer", contents, publish, function: "mine" }));
    const { stdout, stderr } = await run(["iam-policy", "publish", "attach", "--config", file]);
    expect(stderr).toBe("");
    const { Statement } = JSON.parse(stdout) as Policy;
    expect(Statement.flatMap(({ Action }) => Action)).toContain("lambda:AddLayerVersionPermission");
    const resources = Statement.flatMap(({ Resource }) => Resource);
    expect(resources).toContain("arn:aws:lambda:eu-west-1:*:layer:shared-arm64:*");
    expect(resources).toContain("arn:aws:s3:::zips-eu-west-1/lambda-ext/shared-arm64/*");
    expect(resources).toContain("arn:aws:lambda:us-east-1:*:function:mine");
  });

  it("prints what IAM takes, with --json as without, for any account where none is named", async () => {
    const [text, json] = await Promise.all([run(["iam-policy", "publish"]), run(["iam-policy", "publish", "--json"])]);
    expect(JSON.parse(json.stdout)).toEqual(JSON.parse(text.stdout));
    const { Version, Statement } = JSON.parse(text.stdout);
    expect(Version).toBe("2012-10-17");
    expect(Statement[0].Resource[0]).toBe("arn:aws:lambda:us-east-1:*:layer:demo-x86_64");
    expect(text.stderr).toBe("");
  });

  it("names the objects of the bucket that large zips go through", async () => {
    const line = ["publish", "--bucket", "zips-{account}-{region}", "--regions", "eu-west-1", "--arch", "arm64"];
    expect((await policyFor(line)).Statement).toContainEqual({
      Sid: "PublishParcels",
      Effect: "Allow",
      Action: ["s3:PutObject", "s3:GetObject", "s3:DeleteObject", "s3:DeleteObjectVersion"],
      Resource: ["arn:aws:s3:::zips-123456789012-eu-west-1/lambda-ext/demo-arm64/*"],
    });
    expect((await policyFor([...line, "--dry-run"])).Statement.map(({ Sid }) => Sid)).not.toContain("PublishParcels");
  });

  it("knows partitions, and every region as a star", async () => {
    const china = await policyFor(["publish", "--regions", "all", "--region", "cn-north-1", "--arch", "arm64"]);
    expect(china.Statement.flatMap(({ Resource }) => Resource)).toEqual([
      "arn:aws-cn:lambda:*:123456789012:layer:demo-arm64",
      "arn:aws-cn:lambda:*:123456789012:layer:demo-arm64:*",
      "arn:aws-cn:account::123456789012:account",
    ]);
  });

  it("says where a policy is larger than IAM takes", async () => {
    const regions = Array.from({ length: 40 }, (_, index) => `eu-west-${(index % 9) + 1}`);
    const many = [...new Set(regions)].join(",");
    const { stderr, code } = await run(["iam-policy", "publish", "--regions", many, "--public"]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    const lines = Array.from({ length: 9 }, (_, index) => `publish --regions ${many} --layer-name name-${index}`);
    expect((await run(["iam-policy", ...lines])).stderr).toMatch(/The policy has \d+ characters, and IAM takes 6144/);
  });

  it.each([
    [["publsh"], "Did you mean publish?"],
    [["build"], "These do: publish,"],
    [["publish", "--nope"], "Unknown option '--nope'."],
    [["--account-id", "12", "publish"], "twelve digits"],
    [[], "Missing required argument"],
  ])("refuses %j", async (words, hint) => {
    const { code, stderr, stdout } = await run(["iam-policy", ...words]);
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toContain(hint);
  });
});
