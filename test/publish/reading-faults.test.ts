// What versions, prune and verify make of regions that fail, through the bundle that ships.
import { spawn } from "node:child_process";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { LambdaClient, ListLayerVersionsCommand, PublishLayerVersionCommand } from "@aws-sdk/client-lambda";
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import type { Fault } from "../../src/emulator/faults/fault.ts";
import { clientOptions, startTestEndpoint, type TestEndpoint, zipOf } from "../emulator/control/support.ts";
import { bin, runCli } from "../support/run-cli.ts";

const regions = ["us-east-1", "eu-west-1"];
const denied: Fault = { kind: "error", code: "AccessDeniedException", status: 403 };

describe("reading and pruning on bad days", () => {
  let endpoint: TestEndpoint;
  let folder: string;
  let layers = 0;
  beforeAll(async () => {
    endpoint = await startTestEndpoint();
    folder = await mkdtemp(join(tmpdir(), "lambda-ext-reading-"));
  });
  afterAll(async () => {
    await endpoint?.close();
    rmSync(folder, { recursive: true, force: true });
  });
  afterEach(() => endpoint.emulator.setFaults([]));

  const credentials = () => ({
    AWS_ACCESS_KEY_ID: endpoint.emulator.credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: endpoint.emulator.credentials.secretAccessKey,
  });
  const run = (args: readonly string[], { attempts = "1", cwd = folder, signal }: RunOptions = {}) => {
    const env = {
      AWS_ENDPOINT_URL: endpoint.emulator.url,
      ...credentials(),
      AWS_REGION: "us-east-1",
      AWS_DEFAULT_REGION: undefined,
      AWS_PROFILE: undefined,
      AWS_MAX_ATTEMPTS: attempts,
      XDG_STATE_HOME: join(folder, "state"),
      CI: "1",
    };
    return runCli(args, { cwd, env, ...(signal && { signal }) });
  };
  interface RunOptions {
    readonly attempts?: string;
    readonly cwd?: string;
    readonly signal?: AbortSignal;
  }
  const lambda = (region: string) => new LambdaClient(clientOptions(endpoint.emulator, region));
  /** A new layer with so many versions in both regions; gives its name. */
  async function published(count: number): Promise<string> {
    const LayerName = `bad-days-${++layers}`;
    for (const region of regions) {
      for (let made = 0; made < count; made++) {
        const ZipFile = await zipOf({ "a.txt": `${LayerName} ${region} ${made}` });
        await lambda(region).send(
          new PublishLayerVersionCommand({ LayerName, Content: { ZipFile }, CompatibleArchitectures: ["arm64"] }),
        );
      }
    }
    return LayerName;
  }
  const numbers = async (LayerName: string, region: string) => {
    endpoint.emulator.setFaults([]);
    const { LayerVersions = [] } = await lambda(region).send(new ListLayerVersionsCommand({ LayerName }));
    return LayerVersions.map(({ Version }) => Version);
  };
  const everywhere = ["--regions", regions.join(",")];

  describe("versions", () => {
    it("goes on where a region is down, says why, and ends with 3; with 1 where all are", async () => {
      const layer = await published(1);
      endpoint.emulator.setFaults([{ region: "eu-west-1", kind: "down" }]);
      const part = await run(["versions", layer, ...everywhere]);
      expect(part.code).toBe(3);
      expect(part.stdout).toMatch(/1 +us-east-1/);
      expect(part.stdout).not.toMatch(/eu-west-1/);
      expect(part.stderr).toMatch(/✗ eu-west-1: Could not list the versions of layer bad-days-\d+ in eu-west-1/);
      const document = JSON.parse((await run(["versions", layer, ...everywhere, "--json"])).stdout);
      expect(document.versions).toHaveLength(1);
      expect(document.failed).toMatchObject([
        { region: "eu-west-1", error: { message: expect.stringMatching(/eu-west-1/) } },
      ]);
      endpoint.emulator.setFaults([{ kind: "down" }]);
      expect((await run(["versions", layer, ...everywhere])).code).toBe(1);
    });

    it("names the permission that is missing, once for many regions", async () => {
      const layer = await published(1);
      endpoint.emulator.setFaults([{ ...denied, op: "ListLayerVersions" }]);
      const many = "us-east-1,us-east-2,us-west-1,us-west-2,eu-west-1,eu-west-2";
      const { code, stderr } = await run(["versions", layer, "--regions", many]);
      expect(code).toBe(1);
      expect(stderr.match(/Could not list/g)).toHaveLength(1);
      expect(stderr).toMatch(/and for the same reason \(AccessDenied\): us-east-2, us-west-1/);
    });

    it("waits where it is throttled", async () => {
      const layer = await published(3);
      endpoint.emulator.setFaults([{ op: "GetLayerVersion", kind: "throttle", count: 2 }]);
      const { code, stdout } = await run(["versions", layer], { attempts: "4" });
      expect([code, stdout.match(/us-east-1/g)?.length]).toEqual([0, 3]);
    });

    it("passes over a version that is deleted while it looks", async () => {
      const layer = await published(2);
      const gone = { kind: "error", code: "ResourceNotFoundException", status: 404 } as const;
      endpoint.emulator.setFaults([{ op: "GetLayerVersion", ...gone, count: 1 }]);
      const { code, stdout } = await run(["versions", layer]);
      expect([code, stdout.match(/us-east-1/g)?.length]).toEqual([0, 1]);
    });

    it("reads each version once on a machine, and functions only where somebody wants to know who uses it", async () => {
      const layer = await published(3);
      const counted: Fault[] = ["GetLayerVersion", "ListFunctions", "ListAliases"].map((op) => ({ op, latency: 0 }));
      const calls = () => endpoint.emulator.faults().map(({ met }) => met);
      endpoint.emulator.setFaults(counted);
      await run(["versions", layer]);
      expect(calls()).toEqual([3, 0, 0]);
      endpoint.emulator.setFaults(counted);
      await run(["versions", layer, "--used-by"]);
      expect(calls()).toEqual([0, 1, 0]);
    });

    it("ends with 130 when it is interrupted", async () => {
      const layer = await published(1);
      endpoint.emulator.setFaults([{ op: "ListLayerVersions", kind: "slow" }]);
      const { code } = await run(["versions", layer], { signal: AbortSignal.timeout(1500) });
      expect(code).toBe(130);
    });
  });

  describe("prune", () => {
    const prune = (layer: string, options?: RunOptions) =>
      run(["prune", layer, "--keep", "1", "--yes", ...everywhere], options);

    it("deletes nothing in a region where it can't be seen who uses what", async () => {
      const layer = await published(3);
      endpoint.emulator.setFaults([{ region: "eu-west-1", op: "ListFunctions", ...denied }]);
      const { code, stderr } = await prune(layer);
      expect(code).toBe(3);
      expect(stderr).toMatch(/✗ eu-west-1: Could not list the functions in eu-west-1 with their versions/);
      expect(await numbers(layer, "us-east-1")).toEqual([3]);
      expect(await numbers(layer, "eu-west-1")).toEqual([3, 2, 1]);
    });

    it("looks again right before it deletes, and deletes nothing where that fails", async () => {
      const layer = await published(2);
      endpoint.emulator.setFaults([{ region: "us-east-1", op: "ListFunctions", kind: "error", status: 500, after: 1 }]);
      const { code, stderr, stdout } = await prune(layer);
      expect([code, stdout]).toEqual([3, `arn:aws:lambda:eu-west-1:123456789012:layer:${layer}:1\n`]);
      expect(stderr).toMatch(new RegExp(`✗ us-east-1 ${layer}:1: Could not list the functions in us-east-1`));
      expect(await numbers(layer, "us-east-1")).toEqual([2, 1]);
    });

    it("goes on where a deletion is refused, and tells which", async () => {
      const layer = await published(4);
      endpoint.emulator.setFaults([{ region: "us-east-1", op: "DeleteLayerVersion", ...denied, count: 1 }]);
      const { code, stdout, stderr } = await prune(layer);
      expect([code, stdout.trimEnd().split("\n").length]).toEqual([3, 5]);
      expect(stderr).toMatch(/5 deleted, 2 kept, 1 failed/);
      expect(await numbers(layer, "us-east-1")).toHaveLength(2);
      endpoint.emulator.setFaults([{ op: "DeleteLayerVersion", ...denied }]);
      const alone = await run(["prune", layer, "--keep", "1", "--yes"]);
      expect([alone.code, alone.stdout]).toEqual([1, ""]);
      endpoint.emulator.setFaults([]);
      expect((await prune(layer)).code).toBe(0);
      expect(await numbers(layer, "us-east-1")).toEqual([4]);
    });

    it("deletes again where the answer got lost: what is gone is gone", async () => {
      const layer = await published(2);
      endpoint.emulator.setFaults([{ op: "DeleteLayerVersion", kind: "lost-answer", count: 2 }]);
      const { code } = await prune(layer, { attempts: "4" });
      expect(code).toBe(0);
      for (const region of regions) expect(await numbers(layer, region)).toEqual([2]);
    });
  });

  describe("prune, interrupted or twice at once", () => {
    const args = (layer: string) => ["prune", layer, "--keep", "1", "--yes", ...everywhere];

    it("is finished by the same command after kill -9 in the middle", async () => {
      const layer = await published(12);
      endpoint.emulator.setFaults([{ op: "DeleteLayerVersion", latency: 100 }]);
      const { url } = endpoint.emulator;
      const surroundings = { AWS_ENDPOINT_URL: url, ...credentials(), XDG_STATE_HOME: join(folder, "state") };
      const child = spawn(process.execPath, [bin, ...args(layer)], {
        cwd: folder,
        env: { ...process.env, ...surroundings },
        stdio: "ignore",
      });
      const ended = new Promise((resolve) => child.once("close", resolve));
      await vi.waitFor(() => expect(endpoint.emulator.faults()[0]?.met).toBeGreaterThan(6), { timeout: 20_000 });
      child.kill("SIGKILL");
      await ended;
      expect((await numbers(layer, "us-east-1")).length).toBeGreaterThan(1);
      expect((await run(args(layer))).code).toBe(0);
      for (const region of regions) expect(await numbers(layer, region)).toEqual([12]);
    });

    it("does no harm twice at once", async () => {
      const layer = await published(8);
      endpoint.emulator.setFaults([{ op: "DeleteLayerVersion", latency: 50 }]);
      const both = await Promise.all([run(args(layer)), run(args(layer))]);
      expect(both.map(({ code }) => code)).toEqual([0, 0]);
      for (const region of regions) expect(await numbers(layer, region)).toEqual([8]);
    });

    it("gives a region up that never answers, and prunes the others meanwhile", async () => {
      const layer = await published(12);
      endpoint.emulator.setFaults([{ region: "eu-west-1", op: "Get*", kind: "slow" }]);
      const { code, stderr } = await run([...args(layer), "--region-timeout", "2"]);
      expect(code).toBe(3);
      expect(stderr).toMatch(/✗ eu-west-1: eu-west-1 was given up: it was not done within 2 s/);
      expect(await numbers(layer, "us-east-1")).toEqual([12]);
      expect(await numbers(layer, "eu-west-1")).toHaveLength(12);
    });
  });

  describe("verify", () => {
    const project = () => {
      const name = `verified-${++layers}`;
      const cwd = join(folder, name);
      mkdirSync(join(cwd, "files"), { recursive: true });
      writeFileSync(join(cwd, "files", "a.txt"), name);
      const contents = [{ from: "files", to: "." }];
      writeFileSync(
        join(cwd, "lambda-ext.jsonc"),
        JSON.stringify({ name, kind: "layer", contents, publish: { regions } }),
      );
      return { name, cwd };
    };

    it("ends with 3 where a region can't be looked at, with 1 where something differs elsewhere", async () => {
      const { cwd } = project();
      expect((await run(["publish"], { cwd })).code).toBe(0);
      endpoint.emulator.setFaults([{ region: "eu-west-1", kind: "reset" }]);
      const part = await run(["verify"], { cwd });
      expect([part.code, part.stdout]).toEqual([
        3,
        expect.stringMatching(/\? +\S+ +eu-west-1 +could not be looked at/),
      ]);
      const differing = await run(["verify", "--description", "other"], { cwd });
      expect([differing.code, differing.stderr]).toEqual([
        1,
        expect.stringMatching(/0 as built, 2 different, 2 not looked at/),
      ]);
      endpoint.emulator.setFaults([{ kind: "down" }]);
      expect((await run(["verify"], { cwd })).code).toBe(1);
    });

    it("mends the others where a region fails, and the rest when it is run again", async () => {
      const { name, cwd } = project();
      expect((await run(["publish"], { cwd })).code).toBe(0);
      const fix = ["verify", "--fix", "--yes", "--account", "222222222222", "--description", "better"];
      endpoint.emulator.setFaults([{ region: "eu-west-1", op: "AddLayerVersionPermission", ...denied }]);
      const part = await run(fix, { cwd });
      expect(part.code).toBe(3);
      expect(part.stderr).toMatch(/✗ eu-west-1 \S+: Could not share version 2/);
      endpoint.emulator.setFaults([]);
      const rest = await run([...fix, "--json"], { cwd });
      expect(rest.code, rest.stderr).toBe(0);
      const { outcomes } = JSON.parse(rest.stdout);
      expect(outcomes.map(({ result }: { result: string }) => result)).toEqual([
        "unchanged",
        "unchanged",
        "shared",
        "shared",
      ]);
      for (const region of regions) expect(await numbers(`${name}-arm64`, region)).toEqual([2, 1]);
    });
  });
});
