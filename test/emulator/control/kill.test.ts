// kill -9 at any moment loses nothing that was answered, and leaves nothing that is half there.
import { createHash } from "node:crypto";
import { closeSync, openSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { CreateRoleCommand, GetRoleCommand, IAMClient } from "@aws-sdk/client-iam";
import {
  DeleteLayerVersionCommand,
  GetLayerVersionCommand,
  LambdaClient,
  ListLayerVersionsCommand,
  PublishLayerVersionCommand,
} from "@aws-sdk/client-lambda";
import { GetParameterCommand, PutParameterCommand, SSMClient } from "@aws-sdk/client-ssm";
import { describe, expect, it, onTestFinished } from "vitest";
import { unfinishedPattern } from "../../../src/emulator/store/atomic.ts";
import { temporaryFolder } from "../../support/temporary.ts";
import { startShipped as start } from "./shipped.ts";
import { lambdaTrust, zipOf } from "./support.ts";

describe("an endpoint that is killed (the bundle)", () => {
  it("comes back with all that it had answered, each thing whole", { timeout: 120_000 }, async () => {
    const directory = temporaryFolder();
    const published = new Map<number, string>();
    const deleted = new Set<number>();
    const roles: string[] = [];
    let parameter = 0;
    for (let round = 0; round < 4; round++) {
      const { child, gone, options } = await start(directory);
      const lambda = new LambdaClient(options);
      const [iam, ssm] = [new IAMClient(options), new SSMClient(options)];
      let over = false;
      const loop = async (step: (count: number) => Promise<void>) => {
        try {
          for (let count = 0; !over; count++) await step(count);
        } catch (error) {
          if (!over) throw error;
        }
      };
      const loops = [
        loop(async (count) => {
          const ZipFile = await zipOf({ file: `${round}.${count}` });
          const sha = createHash("sha256").update(ZipFile).digest("base64");
          const { Version = 0 } = await lambda.send(
            new PublishLayerVersionCommand({ LayerName: "l", Content: { ZipFile } }),
          );
          expect(published.has(Version)).toBe(false);
          published.set(Version, sha);
          if (count % 5 === 4) {
            await lambda.send(new DeleteLayerVersionCommand({ LayerName: "l", VersionNumber: Version }));
            deleted.add(Version);
          }
        }),
        loop(async (count) => {
          const RoleName = `r${round}-${count}`;
          await iam.send(new CreateRoleCommand({ RoleName, AssumeRolePolicyDocument: lambdaTrust }));
          roles.push(RoleName);
        }),
        loop(async () => {
          const next = parameter + 1;
          const put = new PutParameterCommand({ Name: "/p", Value: String(next), Type: "String", Overwrite: true });
          const { Version = 0 } = await ssm.send(put);
          // One that was written and not answered before may count too.
          expect(Version).toBeGreaterThanOrEqual(next);
          parameter = next;
        }),
      ];
      await sleep(250 + round * 130);
      over = true;
      child.kill("SIGKILL");
      await Promise.all(loops);
      await gone;
    }

    expect(published.size).toBeGreaterThan(10);
    const { options } = await start(directory);
    const lambda = new LambdaClient(options);
    for (const [VersionNumber, sha] of published) {
      if (deleted.has(VersionNumber)) continue;
      const found = await lambda.send(new GetLayerVersionCommand({ LayerName: "l", VersionNumber }));
      expect(found.Content?.CodeSha256).toBe(sha);
      const zip = Buffer.from(await (await fetch(found.Content?.Location ?? "")).arrayBuffer());
      expect(createHash("sha256").update(zip).digest("base64")).toBe(sha);
    }
    for (const VersionNumber of deleted) {
      const gone = lambda.send(new GetLayerVersionCommand({ LayerName: "l", VersionNumber }));
      await expect(gone).rejects.toMatchObject({ name: "ResourceNotFoundException" });
    }
    const { LayerVersions = [] } = await lambda.send(new ListLayerVersionsCommand({ LayerName: "l", MaxItems: 1 }));
    const [newest] = LayerVersions;
    const next = await lambda.send(
      new PublishLayerVersionCommand({ LayerName: "l", Content: { ZipFile: await zipOf({ file: "last" }) } }),
    );
    expect(next.Version).toBeGreaterThan(Math.max(newest?.Version ?? 0, ...published.keys()));
    const iam = new IAMClient(options);
    for (const RoleName of roles) await iam.send(new GetRoleCommand({ RoleName }));
    const kept = await new SSMClient(options).send(new GetParameterCommand({ Name: "/p" }));
    expect(Number(kept.Parameter?.Value)).toBeGreaterThanOrEqual(parameter);

    const files = readdirSync(join(directory, "store"), { recursive: true }).map(String);
    expect(files.filter((file) => unfinishedPattern.test(file))).toEqual([]);
  });
});

describe("an endpoint whose disk is full (the bundle)", () => {
  it.skipIf(process.platform !== "linux")("serves on without its log", async () => {
    const full = openSync("/dev/full", "w");
    onTestFinished(() => closeSync(full));
    const { options } = await start(temporaryFolder(), { log: full });
    const answer = await new IAMClient(options).send(
      new CreateRoleCommand({ RoleName: "r", AssumeRolePolicyDocument: lambdaTrust }),
    );
    expect(answer.Role?.RoleName).toBe("r");
  });
});
