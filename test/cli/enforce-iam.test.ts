// local start --enforce-iam, as a person types it.
import { writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { startEmulator } from "../../src/emulator/library.ts";
import { runCli } from "../support/run-cli.ts";
import { temporaryFolder } from "../support/temporary.ts";

const allowAll = { Version: "2012-10-17", Statement: [{ Effect: "Allow", Action: "*", Resource: "*" }] };
const onlyGet = {
  Version: "2012-10-17",
  Statement: { Effect: "Allow", Action: "ssm:GetParameter", Resource: "*" },
};

let folder: string;
beforeEach(() => {
  folder = temporaryFolder();
});
afterEach(async () => {
  await run(["local", "stop"]);
});
const run = (args: readonly string[], more: Record<string, string> = {}) =>
  runCli(args, { cwd: folder, env: { LAMBDA_EXT_LOCAL_DIR: join(folder, "account"), CI: "1", ...more } });
const write = (policy: unknown) =>
  writeFileSync(join(folder, "policy.json"), typeof policy === "string" ? policy : JSON.stringify(policy));
const relativeTo = (path: string) => relative(process.cwd(), path);
const put = ["put-parameter", "/a", "--value", "v", "--local", "--region", "us-east-1"];

describe("local start --enforce-iam", () => {
  it("denies what the policy does not allow, until it is told otherwise", async () => {
    write(onlyGet);
    expect(await run(["local", "start", "--enforce-iam", "policy.json"])).toMatchObject({ code: 0 });
    const denied = await run(put);
    expect(denied.code).toBe(1);
    expect(denied.stderr).toContain(
      "User: arn:aws:iam::123456789012:user/local is not authorized to perform: ssm:PutParameter on resource: arn:aws:ssm:us-east-1:123456789012:parameter/a because no identity-based policy allows the ssm:PutParameter action",
    );
    expect(denied.stderr).toContain(
      "The caller needs the permission ssm:PutParameter. All that it takes: lambda-ext iam-policy put-parameter",
    );
    expect((await run(["local", "status"])).stdout).toContain(`--enforce-iam ${join(folder, "policy.json")}`);
    write(allowAll);
    expect(await run(put)).toMatchObject({ code: 0 });
    write(onlyGet);
    // Another setting does not end it.
    await run(["local", "start", "--no-freeze"]);
    expect(await run(put)).toMatchObject({ code: 1 });
    await run(["local", "start", "--enforce-iam", "none"]);
    expect(await run(put)).toMatchObject({ code: 0 });
  });

  it("is said by a variable too", async () => {
    write(onlyGet);
    expect(await run(put, { LAMBDA_EXT_ENFORCE_IAM: "./policy.json" })).toMatchObject({ code: 1 });
    expect(await run(put, { LAMBDA_EXT_ENFORCE_IAM: "none" })).toMatchObject({ code: 0 });
  });

  it.each<[unknown, string]>([
    ["no JSON", "This policy contains invalid Json"],
    ["[]", "Syntax errors in policy."],
    [{ Version: "2012-10-17" }, "Syntax errors in policy."],
    [{ Version: "2013-01-01", Statement: [] }, "Syntax errors in policy."],
    [{ Statement: { Effect: "Allow", Action: "*" } }, "Policy statement must contain resources."],
    [{ Statement: { Effect: "Allow", Resource: "*" } }, "Policy statement must contain actions."],
    [{ Statement: { Effect: "allow", Action: "*", Resource: "*" } }, "Syntax errors in policy."],
    [
      { Statement: { Effect: "Allow", Action: "*", Resource: "*", Principal: "*" } },
      "Policy document should not specify a principal.",
    ],
    [{ Statement: { Effect: "Allow", Action: "*", NotAction: "*", Resource: "*" } }, "Syntax errors in policy."],
    [{ Statement: { Effect: "Allow", Action: "*", Resource: "*", Conditions: {} } }, "Syntax errors in policy."],
    [{ Statement: { Effect: "Allow", Action: "Publish", Resource: "*" } }, "must be prefaced by a vendor"],
    [{ Statement: { Effect: "Allow", Action: "lambda:a:b", Resource: "*" } }, "only one colon"],
    [{ Statement: { Effect: "Allow", Action: "lam*:Get", Resource: "*" } }, "Vendor lam* is not valid"],
    [
      { Statement: { Effect: "Allow", Action: "*", Resource: "layer" } },
      'Resource layer must be in ARN format or "*".',
    ],
    [{ Statement: { Sid: "a b", Effect: "Allow", Action: "*", Resource: "*" } }, "must be alpha-numeric"],
    [
      {
        Statement: [
          { Sid: "a", Effect: "Allow", Action: "*", Resource: "*" },
          { Sid: "a", Effect: "Deny", Action: "*", Resource: "*" },
        ],
      },
      "Statement IDs (SID) in a single policy must be unique.",
    ],
  ])("refuses %j before anything is started, in IAM's words", async (policy, words) => {
    write(policy);
    const { code, stdout } = await run(["local", "start", "--enforce-iam", "policy.json", "--json"]);
    expect(code).toBe(2);
    const { error } = JSON.parse(stdout);
    expect(error).toMatchObject({ code: "MalformedPolicyDocument", message: expect.stringContaining(words) });
    expect((await run(["local", "status"])).stdout).toContain("No local endpoint runs");
  });

  it("refuses a file that is not there, and leaves the endpoint that runs as it is", async () => {
    await run(["local", "start"]);
    const { code, stdout } = await run(["local", "start", "--enforce-iam", "nowhere.json", "--json"]);
    expect(code).toBe(2);
    expect(JSON.parse(stdout).error).toMatchObject({ code: "NoSuchFile", message: expect.stringContaining(folder) });
    expect(await run(put)).toMatchObject({ code: 0 });
  });
});

describe("enforceIam of the library", () => {
  it("takes a policy, or the file of one", async () => {
    write(onlyGet);
    for (const enforceIam of [onlyGet, JSON.stringify(onlyGet), join(folder, "policy.json")]) {
      await using emulator = await startEmulator({ enforceIam });
      const { code, stderr } = await runCli(put.slice(0, 4), { env: { ...emulator.env, CI: "1" } });
      expect({ code, stderr }).toMatchObject({ code: 1, stderr: expect.stringContaining("ssm:PutParameter") });
    }
    const byVariable = { ...process.env, LAMBDA_EXT_ENFORCE_IAM: join(relativeTo(folder), "policy.json") };
    await using named = await startEmulator({ env: byVariable });
    expect(await runCli(put.slice(0, 4), { env: { ...named.env, CI: "1" } })).toMatchObject({ code: 1 });
    await using free = await startEmulator();
    expect(await runCli(put.slice(0, 4), { env: { ...free.env, CI: "1" } })).toMatchObject({ code: 0 });
  });

  it("refuses what is none", async () => {
    await expect(startEmulator({ enforceIam: { Statement: [] } })).rejects.toMatchObject({
      code: "MalformedPolicyDocument",
    });
    await expect(startEmulator({ enforceIam: join(folder, "nowhere.json") })).rejects.toMatchObject({
      code: "NoSuchFile",
    });
  });
});
