// The endpoint is killed while our own publish talks to it: the second run ends what the first began, and publishes nothing twice.
import { randomBytes } from "node:crypto";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { LambdaClient, ListLayerVersionsCommand } from "@aws-sdk/client-lambda";
import { describe, expect, it, onTestFinished } from "vitest";
import { runCli } from "../support/run-cli.ts";
import { temporaryFolder } from "../support/temporary.ts";

const regions = ["us-east-1", "eu-west-1", "ap-south-1"];
const layers = ["walk-x86_64", "walk-arm64"];

describe("publish, and an endpoint that is killed in the middle", () => {
  it.each([170, 230, 290])("after %i ms", { timeout: 120_000 }, async (milliseconds) => {
    const folder = temporaryFolder();
    const env = { LAMBDA_EXT_LOCAL_DIR: join(folder, "local"), LAMBDA_EXT_TARGET: "local" };
    onTestFinished(async () => void (await runCli(["local", "stop"], { env })));
    const project = join(folder, "project");
    mkdirSync(project);
    // Incompressible, so that an upload takes its time.
    writeFileSync(join(project, "data"), randomBytes(6_000_000));
    const configuration = { name: "walk", kind: "layer", contents: [{ from: "data", to: "data" }] };
    writeFileSync(join(project, "lambda-ext.jsonc"), JSON.stringify(configuration));
    expect((await runCli(["build"], { cwd: project, env })).code).toBe(0);
    await runCli(["local", "start"], { env });
    const { pid } = JSON.parse((await runCli(["local", "status", "--json"], { env })).stdout);

    const first = runCli(["publish", "--regions", regions.join(","), "--json"], { cwd: project, env });
    await sleep(milliseconds);
    process.kill(pid, "SIGKILL");
    const { code, stdout } = await first;
    expect([0, 1, 3]).toContain(code);
    // One document, whatever happened.
    JSON.parse(stdout);

    const second = await runCli(["publish", "--regions", regions.join(","), "--json"], { cwd: project, env });
    expect(second).toMatchObject({ code: 0 });
    const { layers: published } = JSON.parse(second.stdout);
    expect(published).toHaveLength(regions.length * layers.length);
    const { variables } = JSON.parse((await runCli(["local", "env", "--json"], { env })).stdout);
    for (const region of regions) {
      const client = new LambdaClient({
        region,
        endpoint: variables.AWS_ENDPOINT_URL,
        credentials: { accessKeyId: variables.AWS_ACCESS_KEY_ID, secretAccessKey: variables.AWS_SECRET_ACCESS_KEY },
      });
      for (const LayerName of layers) {
        const { LayerVersions } = await client.send(new ListLayerVersionsCommand({ LayerName }));
        expect(LayerVersions?.map(({ Version }) => Version)).toEqual([1]);
      }
    }
  });
});
