// versions, prune and verify on a terminal of 80 columns: what fits, and what the answer does.
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CreateRoleCommand, IAMClient } from "@aws-sdk/client-iam";
import {
  CreateFunctionCommand,
  LambdaClient,
  ListLayerVersionsCommand,
  PublishLayerVersionCommand,
} from "@aws-sdk/client-lambda";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  clientOptions,
  lambdaTrust,
  startTestEndpoint,
  type TestEndpoint,
  zipOf,
} from "../emulator/control/support.ts";
import { runCli } from "../support/run-cli.ts";
import { runOnTerminal } from "../support/terminal.ts";
import { missing } from "../support/tools.ts";

const layer = "a-layer-with-quite-a-name";

describe.skipIf(missing("python3") || process.platform === "win32")("on a terminal (needs Python)", () => {
  let endpoint: TestEndpoint;
  let folder: string;
  let env: Record<string, string | undefined>;
  let lambda: LambdaClient;
  beforeAll(async () => {
    endpoint = await startTestEndpoint();
    folder = await mkdtemp(join(tmpdir(), "lambda-ext-terminal-"));
    const { accessKeyId, secretAccessKey } = endpoint.emulator.credentials;
    env = {
      AWS_ENDPOINT_URL: endpoint.emulator.url,
      AWS_ACCESS_KEY_ID: accessKeyId,
      AWS_SECRET_ACCESS_KEY: secretAccessKey,
      AWS_REGION: "us-east-1",
      AWS_PROFILE: undefined,
      XDG_STATE_HOME: join(folder, "state"),
    };
    lambda = new LambdaClient(clientOptions(endpoint.emulator));
    const iam = new IAMClient(clientOptions(endpoint.emulator));
    await iam.send(new CreateRoleCommand({ RoleName: "runs", AssumeRolePolicyDocument: lambdaTrust }));
    for (let made = 0; made < 4; made++) {
      const ZipFile = await zipOf({ "a.txt": String(made) });
      await lambda.send(new PublishLayerVersionCommand({ LayerName: layer, Content: { ZipFile } }));
    }
    for (const index of [1, 2, 3, 4, 5]) {
      await lambda.send(
        new CreateFunctionCommand({
          FunctionName: `a-function-with-a-long-name-${index}`,
          Role: "arn:aws:iam::123456789012:role/runs",
          Runtime: "nodejs22.x",
          Handler: "index.handler",
          Code: { ZipFile: await zipOf({ "index.mjs": "" }) },
          Layers: [`arn:aws:lambda:us-east-1:123456789012:layer:${layer}:1`],
        }),
      );
    }
  });
  afterAll(async () => {
    await endpoint?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const on = (args: readonly string[], question: string, answer: string, cwd = folder) =>
    runOnTerminal(args, { question, answer, cwd, env });
  const numbers = async (LayerName = layer) =>
    (await lambda.send(new ListLayerVersionsCommand({ LayerName }))).LayerVersions?.map(({ Version }) => Version);
  const tooLong = (screen: string) => screen.split("\n").filter((line) => line.length > 80);

  it("keeps versions within 80 columns, users below each other", async () => {
    const { code, screen } = await on(["versions", layer, "--used-by"], "never asked", "");
    expect([code, tooLong(screen)]).toEqual([0, []]);
    for (const index of [1, 2, 3, 4, 5]) expect(screen).toContain(`a-function-with-a-long-name-${index}:$LATEST`);
  });

  it("prunes after a yes, and not after a no or an empty line", async () => {
    for (const answer of ["n\n", "\n"]) {
      const { code, screen } = await on(["prune", layer, "--keep", "1"], "[y/N]", answer);
      expect([code, tooLong(screen)]).toEqual([2, []]);
      expect(screen).toMatch(/Delete 2 versions\? \[y\/N\]/);
      expect(screen).toMatch(/Nothing was deleted/);
    }
    const quiet = await on(["prune", layer, "--keep", "1", "--quiet"], "[y/N]", "y\n");
    expect([quiet.code, quiet.screen]).toEqual([2, expect.stringMatching(/nobody can be asked here/)]);
    expect(await numbers()).toEqual([4, 3, 2, 1]);
    const done = await on(["prune", layer, "--keep", "1"], "[y/N]", "y\n");
    expect([done.code, await numbers()]).toEqual([0, [4, 1]]);
  });

  it("mends after a yes, having said what it would do", async () => {
    const cwd = join(folder, "project");
    mkdirSync(join(cwd, "files"), { recursive: true });
    writeFileSync(join(cwd, "files", "a.txt"), "a");
    const contents = [{ from: "files", to: "." }];
    writeFileSync(join(cwd, "lambda-ext.jsonc"), JSON.stringify({ name: "mended", kind: "layer", contents }));
    expect((await runCli(["publish"], { cwd, env })).code).toBe(0);
    const fix = ["verify", "--fix", "--public", "--description", "better"];
    const refused = await on(fix, "[y/N]", "n\n", cwd);
    expect(refused.code).toBe(2);
    expect(refused.screen).toMatch(/Publish 2 new versions and make 2 grants, to everybody\? \[y\/N\]/);
    expect(tooLong(refused.screen)).toEqual([]);
    expect((await on([...fix, "--quiet"], "[y/N]", "y\n", cwd)).code).toBe(2);
    expect(await numbers("mended-arm64")).toEqual([1]);
    expect((await on(fix, "[y/N]", "y\n", cwd)).code).toBe(0);
    expect(await numbers("mended-arm64")).toEqual([2, 1]);
    expect((await runCli(["verify", "--public", "--description", "better"], { cwd, env })).code).toBe(0);
  });
});
