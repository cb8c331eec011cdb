// Our command line walks the whole way against moto; the AWS CLI says after each step what is there.
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Moto, startMoto } from "../support/moto.ts";
import { type CliResult, runCli } from "../support/run-cli.ts";
import { missing } from "../support/tools.ts";

describe.skipIf(missing("moto_server", "aws"))(
  "the command line against moto (needs moto_server and the AWS CLI)",
  () => {
    let moto: Moto;
    let folder: string;
    beforeAll(async () => {
      moto = await startMoto();
      folder = mkdtempSync(join(tmpdir(), "lambda-ext-walk-"));
      mkdirSync(join(folder, "files", "extensions"), { recursive: true });
      writeFileSync(join(folder, "files", "extensions", "walk"), "#!/bin/sh\nexec sleep 1\n");
      mkdirSync(join(folder, "function"));
      writeFileSync(join(folder, "function", "index.mjs"), "export const handler = async () => 1;\n");
      const configuration = {
        name: "walk",
        kind: "layer",
        contents: [{ from: "files", to: ".", mode: "0755" }],
        layer: { description: "A walk", compatibleRuntimes: ["nodejs22.x"] },
        publish: { regions: ["eu-west-1", "us-east-1"] },
        attach: {
          environment: { PARAMETER_NAME: "/walk/config" },
          statements: [{ actions: ["ssm:GetParameter"], resources: ["ssm:parameter/$" + "{PARAMETER_NAME}"] }],
        },
      };
      writeFileSync(join(folder, "lambda-ext.jsonc"), JSON.stringify(configuration));
    });
    afterAll(async () => {
      await moto?.close();
      rmSync(folder, { recursive: true, force: true });
    });

    const run = (args: string[], input?: string): Promise<CliResult> =>
      runCli(args, { cwd: folder, env: moto.env, ...(input !== undefined && { input }) });

    /** Runs with --json, and gives the document. */
    // biome-ignore lint/suspicious/noExplicitAny: a test looks at the part of a document that it means.
    async function json(...args: string[]): Promise<any> {
      const { code, stdout, stderr } = await run([...args, "--json"]);
      expect(code, stderr).toBe(0);
      const document = JSON.parse(stdout);
      expect(Object.keys(document)[0]).toBe("schemaVersion");
      expect(document.schemaVersion).toBe(1);
      return document;
    }

    const layerArn = (name: string, version: number, region = "eu-west-1") =>
      `arn:aws:lambda:${region}:123456789012:layer:${name}:${version}`;

    it("create-role: Lambda may take it, and it may read the parameter", async () => {
      const { code, stdout } = await run(["create-role", "walk-role"]);
      expect(code).toBe(0);
      expect(stdout).toBe("arn:aws:iam::123456789012:role/walk-role\n");
      const policy = await moto.aws(
        "iam",
        "get-role-policy",
        "--role-name",
        "walk-role",
        "--policy-name",
        "lambda-ext-walk",
      );
      expect(policy.PolicyDocument.Statement[0].Resource).toEqual([
        "arn:aws:ssm:eu-west-1:123456789012:parameter/walk/config",
      ]);

      writeFileSync(
        join(folder, "extra.json"),
        '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:ListAllMyBuckets","Resource":"*"}]}',
      );
      const again = await json("create-role", "walk-role", "--policy", "extra.json", "--env", "PARAMETER_NAME=other");
      expect(again).toMatchObject({ result: "updated", role: { inlinePolicies: ["extra", "lambda-ext-walk"] } });
      const shown = await json("get-role", "walk-role");
      expect(shown.role).toMatchObject({ roleName: "walk-role", trustsLambda: true });
      expect(shown.role.inlinePolicies.sort()).toEqual(["extra", "lambda-ext-walk"]);
      await run(["create-role", "walk-role"]);
    });

    it("put-parameter: byte for byte, and never shown", async () => {
      const value = '{"secret":"é"}\n';
      const { code, stdout, stderr } = await run(
        ["put-parameter", "/walk/config", "--value", "-", "--type", "SecureString"],
        value,
      );
      expect([code, stdout]).toEqual([0, "/walk/config version 1\n"]);
      expect(stdout + stderr).not.toContain("secret");
      const held = await moto.aws("ssm", "get-parameter", "--name", "/walk/config", "--with-decryption");
      expect(held.Parameter).toMatchObject({ Value: value, Type: "SecureString" });
      writeFileSync(join(folder, "value.txt"), "two");
      expect(
        await json("put-parameter", "/walk/config", "--value", "@value.txt", "--type", "SecureString"),
      ).toMatchObject({
        name: "/walk/config",
        version: 2,
      });
      expect(await json("put-parameter", "/walk/config", "--value", "three")).toMatchObject({ version: 3 });
      const secret = await moto.aws("ssm", "get-parameter", "--name", "/walk/config", "--with-decryption");
      expect(secret.Parameter).toMatchObject({ Value: "three", Type: "SecureString" });
      expect(await json("put-parameter", "/walk/plain", "--value", "one")).toMatchObject({
        type: "String",
        version: 1,
      });
    });

    it("put-secret: a new one, then versions of it, byte for byte, and never shown", async () => {
      const value = '{"secret":"é"}\n';
      const { code, stdout, stderr } = await run(["put-secret", "walk/token", "--value", "-"], value);
      expect(code, stderr).toBe(0);
      expect(stdout).toMatch(/^walk\/token version [0-9a-f-]{36}\n$/);
      expect(stdout + stderr).not.toContain("secret");
      const read = () => moto.aws("secretsmanager", "get-secret-value", "--secret-id", "walk/token");
      expect(await read()).toMatchObject({ SecretString: value });
      writeFileSync(join(folder, "token.bin"), Buffer.from([0, 1, 254, 255]));
      const bytes = await json("put-secret", "walk/token", "--value", "@token.bin");
      const held = await read();
      expect(bytes).toEqual({
        schemaVersion: 1,
        name: "walk/token",
        region: "eu-west-1",
        arn: held.ARN,
        versionId: held.VersionId,
        created: false,
        holds: "SecretBinary",
      });
      expect(Buffer.from(held.SecretBinary, "base64")).toEqual(Buffer.from([0, 1, 254, 255]));
      expect(await json("put-secret", held.ARN, "--value", "three")).toMatchObject({
        name: "walk/token",
        holds: "SecretString",
      });
      expect(await read()).toMatchObject({ SecretString: "three" });
      expect(await json("put-secret", "walk/other", "--value", "one")).toMatchObject({ created: true });
    });

    it("publish: says what it would do, does it, and then finds nothing to do", async () => {
      const plan = await json("publish", "--dry-run");
      expect(plan.layers.map(({ actions }: { actions: { action: string }[] }) => actions[0]?.action)).toEqual(
        Array(4).fill("publish"),
      );
      expect((await moto.aws("lambda", "list-layers")).Layers).toEqual([]);

      const { code, stdout, stderr } = await run(["publish"]);
      expect(code, stderr).toBe(0);
      const arns = stdout.trim().split("\n");
      expect(arns).toEqual([
        layerArn("walk-x86_64", 1),
        layerArn("walk-arm64", 1),
        layerArn("walk-x86_64", 1, "us-east-1"),
        layerArn("walk-arm64", 1, "us-east-1"),
      ]);
      const manifest = JSON.parse(readFileSync(join(folder, "dist", "manifest.json"), "utf8"));
      const held = await moto.aws("lambda", "get-layer-version", "--layer-name", "walk-arm64", "--version-number", "1");
      expect(held.Content.CodeSha256).toBe(manifest.artifacts[1].codeSha256);
      expect(held).toMatchObject({
        Description: "A walk",
        CompatibleArchitectures: ["arm64"],
        CompatibleRuntimes: ["nodejs22.x"],
      });

      const again = await json("publish");
      expect(again.layers.map(({ result }: { result: string }) => result)).toEqual(Array(4).fill("unchanged"));
      expect(again.layers[0]).toEqual({
        region: "eu-west-1",
        architecture: "x86_64",
        layerName: "walk-x86_64",
        codeSha256: manifest.artifacts[0].codeSha256,
        result: "unchanged",
        arn: arns[0],
        version: 1,
      });
    });

    it("publish --force, for one region and one architecture", async () => {
      const forced = await json("publish", "--force", "--regions", "eu-west-1", "--arch", "amd64", "--license", "MIT");
      expect(forced.layers).toMatchObject([{ result: "published", version: 2 }]);
      const held = await moto.aws(
        "lambda",
        "get-layer-version",
        "--layer-name",
        "walk-x86_64",
        "--version-number",
        "2",
      );
      expect(held.LicenseInfo).toBe("MIT");
    });

    it("create-function: runtime and handler by its code, the layer by its name", async () => {
      const made = await json(
        ...["create-function", "walk", "--source", "function", "--role", "walk-role"],
        ...["--memory", "256", "--timeout", "5", "--env", "SECRET=s3cret", "--layer", "walk-x86_64:1"],
      );
      expect(made.function).toMatchObject({
        functionName: "walk",
        state: "Active",
        environment: { variables: { SECRET: "•••" } },
      });
      const held = await moto.aws("lambda", "get-function", "--function-name", "walk");
      expect(held.Configuration).toMatchObject({
        Runtime: "nodejs22.x",
        Handler: "index.handler",
        Architectures: ["x86_64"],
        MemorySize: 256,
        Timeout: 5,
        Role: "arn:aws:iam::123456789012:role/walk-role",
        Environment: { Variables: { SECRET: "s3cret" } },
        CodeSha256: made.function.codeSha256,
      });
      const { code, stderr } = await run(["create-function", "walk", "--source", "function", "--role", "walk-role"]);
      expect(code).toBe(1);
      expect(stderr).toContain("lambda-ext update-function walk");
    });

    it("attach: the newest version in place of the older, and the variables", async () => {
      const planned = await run(["attach", "--function", "walk", "--dry-run"]);
      expect(planned.stdout).toBe(
        `walk in eu-west-1: would change\n  ~ ${layerArn("walk-x86_64", 1)} → 2\n  + PARAMETER_NAME=•••\n`,
      );
      const done = await json("attach", "--function", "walk");
      expect(done.functions).toEqual([
        {
          function: "walk",
          region: "eu-west-1",
          before: [layerArn("walk-x86_64", 1)],
          after: [layerArn("walk-x86_64", 2)],
          variables: [{ name: "PARAMETER_NAME", change: "added" }],
          result: "attached",
        },
      ]);
      const held = await moto.aws("lambda", "get-function-configuration", "--function-name", "walk");
      expect(held.Layers.map(({ Arn }: { Arn: string }) => Arn)).toEqual([layerArn("walk-x86_64", 2)]);
      expect(held.Environment.Variables).toEqual({ SECRET: "s3cret", PARAMETER_NAME: "/walk/config" });
      expect((await json("attach", "--function", "walk")).functions[0].result).toBe("unchanged");
    });

    it("attach: 3 where one of two functions failed, 1 where all did", async () => {
      const some = await run(["attach", "--function", "walk", "--function", "nobody", "--json"]);
      expect(some.code).toBe(3);
      expect(JSON.parse(some.stdout).functions[1]).toMatchObject({
        result: "failed",
        error: { code: "ResourceNotFoundException" },
      });
      const all = await run(["attach", "--function", "nobody"]);
      expect([all.code, all.stdout]).toEqual([1, ""]);
      expect(all.stderr).toContain("nobody in eu-west-1");
    });

    it("get-function: everything but the values", async () => {
      const { stdout } = await run(["get-function", "walk"]);
      expect(stdout).toContain("state       Active\n");
      expect(stdout).toContain("SECRET=•••");
      expect(stdout).not.toContain("s3cret");
      expect((await json("get-function", "walk")).function.layers).toEqual([layerArn("walk-x86_64", 2)]);
    });

    it("update-function: what differs, and nothing else", async () => {
      writeFileSync(join(folder, "function", "index.mjs"), "export const handler = async () => 2;\n");
      const updated = await json(
        "update-function",
        "walk",
        "--source",
        "function",
        "--memory",
        "512",
        "--env",
        "MORE=m",
      );
      expect(updated.result).toBe("updated");
      const held = await moto.aws("lambda", "get-function-configuration", "--function-name", "walk");
      expect(held).toMatchObject({
        MemorySize: 512,
        CodeSha256: updated.function.codeSha256,
        Environment: { Variables: { SECRET: "s3cret", PARAMETER_NAME: "/walk/config", MORE: "m" } },
      });
      expect((await json("update-function", "walk", "--source", "function", "--memory", "512")).result).toBe(
        "unchanged",
      );
    });

    it("logs: what is in the function's log group", async () => {
      const group = ["--log-group-name", "/aws/lambda/walk"];
      await moto.aws("logs", "create-log-group", ...group);
      await moto.aws("logs", "create-log-stream", ...group, "--log-stream-name", "s");
      const put = (...events: string[]) =>
        moto.aws("logs", "put-log-events", ...group, "--log-stream-name", "s", "--log-events", ...events);
      await put(`timestamp=${Date.now() - 60_000},message=one`, `timestamp=${Date.now()},message=two`);
      const { events } = await json("logs", "--function", "walk");
      expect(events.map(({ message }: { message: string }) => message)).toEqual(["one", "two"]);
      const { stdout } = await run(["logs", "--function", "walk", "--since", "30s"]);
      expect(stdout).toMatch(/^\d\d:\d\d:\d\d\.\d{3} {3}two\n$/);
    });

    it("detach: takes back what attach has set", async () => {
      const done = await json("detach", "--function", "walk");
      expect(done.functions[0]).toMatchObject({
        after: [],
        variables: [{ name: "PARAMETER_NAME", change: "removed" }],
      });
      const held = await moto.aws("lambda", "get-function-configuration", "--function-name", "walk");
      expect(held.Layers ?? []).toEqual([]);
      expect(held.Environment.Variables).toEqual({ SECRET: "s3cret", MORE: "m" });
      expect((await json("detach", "--function", "walk")).functions[0].result).toBe("unchanged");
    });

    it("delete-function: only when told so", async () => {
      const asked = await run(["delete-function", "walk"]);
      expect(asked.code).toBe(2);
      expect(asked.stderr).toContain("--yes");
      expect((await moto.aws("lambda", "list-functions")).Functions).toHaveLength(1);
      const { code, stdout } = await run(["delete-function", "walk", "--yes"]);
      expect([code, stdout]).toEqual([0, "walk is deleted.\n"]);
      expect((await moto.aws("lambda", "list-functions")).Functions).toEqual([]);
      expect((await run(["delete-function", "walk", "--yes"])).code).toBe(1);
    });
  },
);
