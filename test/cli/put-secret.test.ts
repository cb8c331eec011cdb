// put-secret on bad days and on this machine; remote-walk.test.ts has it against moto.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { GetSecretValueCommand, SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type Answer, type FaultServer, refuse, type SeenRequest, startFaultServer } from "../support/fault-server.ts";
import { runCli } from "../support/run-cli.ts";

const value = "hunter2-ü";
let folder: string;
let server: FaultServer | undefined;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "lambda-ext-secret-"));
});
afterEach(async () => {
  await server?.close();
  server = undefined;
  rmSync(folder, { recursive: true, force: true });
});

const operation = ({ headers }: SeenRequest) => String(headers["x-amz-target"]).split(".").at(-1);
const bodyOf = ({ body }: SeenRequest) => JSON.parse(body.toString());
const written = {
  status: 200,
  body: {
    ARN: "arn:aws:secretsmanager:eu-west-1:123456789012:secret:demo/token-AbCdEf",
    Name: "demo/token",
    VersionId: "12345678-1234-1234-1234-123456789012",
  },
};
const absent = refuse(400, "ResourceNotFoundException", "Secrets Manager can't find the specified secret.");

async function put(answer: (request: SeenRequest) => Answer, id = "demo/token", ...more: string[]) {
  server = await startFaultServer(answer);
  const env = {
    ...{ AWS_ENDPOINT_URL: server.url, AWS_ACCESS_KEY_ID: "key", AWS_SECRET_ACCESS_KEY: "secret" },
    ...{ AWS_REGION: "eu-west-1", AWS_CONFIG_FILE: "/dev/null", AWS_SHARED_CREDENTIALS_FILE: "/dev/null" },
    AWS_PROFILE: undefined,
    AWS_MAX_ATTEMPTS: "2",
  };
  const { stdout, stderr, code } = await runCli(["put-secret", id, "--value", value, ...more], { cwd: folder, env });
  expect(stdout + stderr).not.toContain("hunter2");
  return { stdout, stderr, code, asked: server.seen.map(operation), seen: server.seen };
}

describe("put-secret", () => {
  it("makes a secret where there is none, and says so", async () => {
    const answer = (request: SeenRequest) => (operation(request) === "CreateSecret" ? written : absent);
    const { code, stdout, asked, seen } = await put(answer, "demo/token", "--json");
    expect([code, asked]).toEqual([0, ["PutSecretValue", "CreateSecret"]]);
    expect(JSON.parse(stdout)).toMatchObject({ created: true, arn: written.body.ARN, holds: "SecretString" });
    const [first = { Name: "" }, second] = seen.map(bodyOf);
    expect(second).toEqual({ Name: "demo/token", SecretString: value, ClientRequestToken: first.ClientRequestToken });
  });

  it("makes one version, though an answer is lost on its way", async () => {
    let count = 0;
    const { code, asked, seen } = await put(() => (count++ === 0 ? "reset" : written));
    expect([code, asked]).toEqual([0, ["PutSecretValue", "PutSecretValue"]]);
    const [first, second] = seen.map(bodyOf);
    expect(first.ClientRequestToken).toMatch(/^[0-9a-f-]{36}$/);
    expect(second).toEqual(first);
  });

  it("makes none of an ARN", async () => {
    const arn = `${written.body.ARN}`;
    const { code, stderr, asked } = await put(() => absent, arn);
    expect([code, asked]).toEqual([1, ["PutSecretValue"]]);
    expect(stderr).toContain(`Could not put secret ${arn} in eu-west-1`);
  });

  it("says how to take back a secret that somebody has deleted", async () => {
    const text = "You can't perform this operation on the secret because it was marked for deletion.";
    const { code, stderr } = await put(() => refuse(400, "InvalidRequestException", text));
    expect(code).toBe(1);
    expect(stderr).toContain("it was marked for deletion");
    expect(stderr).toContain("aws secretsmanager restore-secret --secret-id demo/token");
    const other = await put(() => refuse(400, "InvalidRequestException", "Something else."));
    expect(other.stderr).not.toContain("restore-secret");
  });

  it("never shows the value, though AWS repeats it", async () => {
    const { code, stderr } = await put(() => refuse(400, "InvalidParameterException", `No ${value} here.`));
    expect(code).toBe(1);
    expect(stderr).toContain("No ••• here");
  });

  it("writes to this machine with --local", { timeout: 60_000 }, async () => {
    const env = { LAMBDA_EXT_LOCAL_DIR: join(folder, "state"), AWS_REGION: "eu-west-1" };
    const run = async (...args: string[]) => {
      const { code, stdout, stderr } = await runCli(args, { cwd: folder, env });
      expect(code, stderr).toBe(0);
      return JSON.parse(stdout);
    };
    try {
      expect(await run("put-secret", "demo/token", "--value", "one", "--local", "--json")).toMatchObject({
        created: true,
      });
      const second = await run("put-secret", "demo/token", "--value", value, "--local", "--json");
      expect(second).toMatchObject({ created: false, region: "eu-west-1" });
      const { variables } = await run("local", "env", "--json");
      const client = new SecretsManagerClient({
        endpoint: variables.AWS_ENDPOINT_URL,
        region: "eu-west-1",
        credentials: { accessKeyId: variables.AWS_ACCESS_KEY_ID, secretAccessKey: variables.AWS_SECRET_ACCESS_KEY },
      });
      const got = await client.send(new GetSecretValueCommand({ SecretId: second.arn }));
      client.destroy();
      expect(got).toMatchObject({ SecretString: value, VersionId: second.versionId });
    } finally {
      await runCli(["local", "stop"], { cwd: folder, env });
    }
  });
});
