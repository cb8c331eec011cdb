// The template cache-sidecar, the whole way: its README typed on the local target beside a DynamoDB, functions in three languages, every kind
// of cache, and what comes through to the function where table or cache fail.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { type DynamoDb, startDynamoDb } from "../support/dynamodb.ts";
import { freePort } from "../support/free-port.ts";
import { runGo } from "../support/go.ts";
import { type Momento, startMomento } from "../support/momento.ts";
import { type Redis, startRedis } from "../support/redis.ts";
import type { CliResult } from "../support/run-cli.ts";
import { findTool, missing, networksWork, pythonWithClient } from "../support/tools.ts";
import { type LocalTarget, levels, startLocalTarget } from "./local-target.ts";

const project = "cache-sidecar";
const token = "a-token-that-no-log-may-hold";
const python = pythonWithClient();
const aws = findTool("aws");
const withoutRedis = missing("redis-server");

/** The function in each language, as the README makes them. */
const languages = [
  { name: "demo", language: "Node.js", skip: false },
  { name: "demo-go", language: "Go", skip: false },
  { name: "demo-python", language: "Python (needs awslambdaric)", skip: !python },
] as const;

for (const { isolation, unsupported, needs } of levels) {
  const skipped = unsupported || missing("go", "gofmt");
  // Whoever has a network of its own is in nobody's way.
  const ownNetwork = isolation === "bwrap" && networksWork(isolation);

  describe.skipIf(skipped)(`cache-sidecar, isolation ${isolation} (needs ${needs})`, { timeout: 300_000 }, () => {
    let db: DynamoDb;
    let redis: Redis | undefined;
    let momento: Momento;
    let target: LocalTarget;
    let lines: readonly string[];
    const ports = new Map<string, string>();

    beforeAll(async () => {
      // The README makes the table itself, where there is the AWS CLI to do so.
      db = await startDynamoDb(...(aws ? [] : ["CacheSample"]));
      momento = await startMomento({ cache: "items", token });
      if (!withoutRedis) redis = await startRedis();
      const forwarded = [db.port, momento.port, ...(redis ? [redis.port] : [])];
      target = await startLocalTarget(isolation, {
        // As it is built; other flags would compile all of it anew.
        ...{ CGO_ENABLED: "0", GOFLAGS: "-trimpath" },
        ...(ownNetwork && { LAMBDA_EXT_NETWORK: "private", LAMBDA_EXT_FORWARD: forwarded.join() }),
        ...(python && { LAMBDA_EXT_PYTHON: python }),
      });
      lines = (await target.init(project)).filter((line) => python || !line.includes("demo-python"));
      for (const { name } of languages) ports.set(name, await freePort());
    });
    afterAll(async () => {
      await target?.close();
      await Promise.all([db?.close(), momento?.close(), redis?.close()]);
    });

    /** The line where the servers are others, and functions that live side by side may not want the same port. */
    function here(line: string): string {
      const moved = line
        .replaceAll("127.0.0.1:8000", `127.0.0.1:${db.port}`)
        .replace("redis://127.0.0.1:6379", redisUrl());
      if (moved.startsWith("aws ")) {
        return `AWS_ACCESS_KEY_ID=any AWS_SECRET_ACCESS_KEY=any AWS_DEFAULT_REGION=us-east-1 ${aws} ${moved.slice(4)}`;
      }
      const [, name = ""] = /^lambda-ext attach --function (\S+)/.exec(moved) ?? [];
      return name === "" || ownNetwork ? moved : `${moved} --env CACHE_PORT=${ports.get(name)}`;
    }

    // Where there is none, the table does without.
    const redisUrl = () => redis?.url ?? "redis://127.0.0.1:1";

    /** Gives the functions other variables; they start anew with them. */
    async function attach(variables: Readonly<Record<string, string>>, only?: string): Promise<void> {
      const env = Object.entries({ AWS_ENDPOINT_URL_DYNAMODB: db.url, ...variables }).map(
        ([name, value]) => `--env ${name}=${value}`,
      );
      const names = languages.filter(({ name, skip }) => !skip && (only ?? name) === name);
      await target.type(
        project,
        names.map(({ name }) => here(`lambda-ext attach --function ${name} ${env.join(" ")} --local`)),
      );
    }

    async function ask(name: string, id: string) {
      const event = JSON.stringify({ version: "2.0", pathParameters: { id } });
      const started = performance.now();
      const result = await target.run(project, ["invoke", "--function", name, "--payload", event, "--log", "--local"]);
      expect(result.code, result.stderr).toBe(0);
      expect(result.stderr).not.toContain("no-log-may-hold");
      const { statusCode, headers, body } = JSON.parse(result.stdout);
      const milliseconds = performance.now() - started;
      return {
        status: statusCode,
        cache: headers["x-cache"],
        body: JSON.parse(body),
        log: result.stderr,
        milliseconds,
      };
    }

    const results = new Map<string, CliResult[]>();

    test("every line of its README works", async () => {
      expect(await runGo(join(target.folder, project), ["gofmt", "-l", "."])).toBe("");
      for (const line of lines) {
        if (line.startsWith("aws ") && !aws) continue;
        const [result] = await target.type(project, [here(line)]);
        if (result) results.set(line, [...(results.get(line) ?? []), result]);
      }
      expect(results.get("lambda-ext check")?.[0]?.stdout).toMatch(/^(✓ .*: nothing found\n){2}$/);
    });

    test.skipIf(!aws)("and shows what it claims: a miss, then a hit (needs the AWS CLI)", () => {
      const invoked = [...results].find(([line]) => line.includes("invoke --function demo "))?.[1] ?? [];
      const [first, second] = invoked.map(({ stdout }) => JSON.parse(stdout));
      expect(first).toMatchObject({ statusCode: 200, headers: { "x-cache": "miss" } });
      expect(second).toEqual({ ...first, headers: { ...first.headers, "x-cache": "hit" } });
      expect(Object.keys(JSON.parse(first.body)).sort()).toEqual(["fieldOne", "fieldTwo", "id"]);
    });

    describe.each(languages)("from $language", ({ name, skip }) => {
      test.skipIf(skip)(
        "the first read is a miss, the second one a hit, and what nobody has is not found",
        async () => {
          await db.put("CacheSample", { id: { S: `for ${name}/é` }, fieldOne: { S: "one" }, fieldTwo: { S: "two" } });
          await attach({ CACHE_BACKEND: "memory" }, name);
          const body = { id: `for ${name}/é`, fieldOne: "one", fieldTwo: "two" };
          const before = db.reads;
          expect(await ask(name, body.id)).toMatchObject({ status: 200, cache: "miss", body });
          expect(await ask(name, body.id)).toMatchObject({ status: 200, cache: "hit", body });
          expect(await ask(name, "nobody")).toMatchObject({ status: 404, body: { error: "not found" } });
          expect(db.reads - before).toBe(2);
        },
      );
    });

    /** What one function has read, the others find. */
    async function shares(id: string): Promise<void> {
      const [first, ...others] = languages.filter(({ skip }) => !skip).map(({ name }) => name);
      const body = { id, fieldOne: "shared" };
      await db.put("CacheSample", { id: { S: id }, fieldOne: { S: "shared" } });
      expect(await ask(first ?? "", id)).toMatchObject({ status: 200, cache: "miss", body });
      for (const name of others) expect(await ask(name, id)).toMatchObject({ status: 200, cache: "hit", body });
    }

    test.skipIf(withoutRedis)("functions share what is in Redis (needs redis-server)", async () => {
      await attach({ CACHE_BACKEND: "redis", REDIS_URL: redisUrl() });
      await shares("in Redis");
    });

    const momentoVariables = () => ({
      CACHE_BACKEND: "momento",
      MOMENTO_CACHE: "items",
      MOMENTO_ENDPOINT: momento.url,
    });

    test("functions share what is in Momento, with a token from the environment", async () => {
      await attach({ ...momentoVariables(), MOMENTO_API_KEY: token });
      await shares("in Momento");
      expect(momento.refused).toBe(0);
    });

    test("a role may not read the token's secret until lambda-ext.jsonc says so", async () => {
      const file = join(target.folder, "token.txt");
      writeFileSync(file, token);
      await target.type(project, [`lambda-ext put-secret momento --value @${file} --local`]);
      await attach({ ...momentoVariables(), MOMENTO_API_KEY: "", MOMENTO_SECRET_ID: "momento" });
      await db.put("CacheSample", { id: { S: "secret" } });
      const refused = await ask("demo", "secret");
      expect(refused).toMatchObject({ status: 200, cache: "miss" });
      expect(refused.log).toMatch(/Allow the function's role secretsmanager:GetSecretValue/);

      const configuration = join(target.folder, project, "lambda-ext.jsonc");
      const waiting = /\/\/\s*(\{ "actions": \["secretsmanager:GetSecretValue"\].*)/;
      const text = readFileSync(configuration, "utf8");
      expect(text).toMatch(waiting);
      writeFileSync(configuration, text.replace(waiting, "$1"));
      const variables = { ...momentoVariables(), MOMENTO_SECRET_ID: "momento" };
      const env = Object.entries(variables).map(([name, value]) => `--env ${name}=${value}`);
      await target.type(project, [`lambda-ext create-role demo-role ${env.join(" ")} --local`]);
      await attach({ ...variables, MOMENTO_API_KEY: "" });
      // An environment that was just refused leaves Momento alone for a second.
      await target.shutDown();
      await shares("in Momento, with a secret");
    });

    interface Fault {
      readonly title: string;
      readonly begin: () => void;
      readonly end: () => void;
    }
    const tableFaults: readonly Fault[] = [
      {
        title: "answers garbage",
        begin: () => {
          db.door = (_, response) => {
            response.end("<html>");
            return "answered";
          };
        },
        end: () => {
          db.door = undefined;
        },
      },
      {
        title: "breaks connections off",
        begin: () => {
          db.door = (request) => {
            request.socket.destroy();
            return "answered";
          };
        },
        end: () => {
          db.door = undefined;
        },
      },
      {
        title: "is slow",
        begin: () => {
          db.delay = 6000;
        },
        end: () => {
          db.delay = 0;
        },
      },
    ];

    test("a function outlives a table that fails, in the same environment", async () => {
      await attach({ CACHE_BACKEND: "memory" }, "demo");
      await db.put("CacheSample", { id: { S: "kept" } });
      expect(await ask("demo", "kept")).toMatchObject({ status: 200, cache: "miss" });
      for (const [index, { title, begin, end }] of tableFaults.entries()) {
        const id = `after ${title}`;
        await db.put("CacheSample", { id: { S: id } });
        begin();
        onTestFinished(end);
        const failed = await ask("demo", id);
        expect(failed, title).toMatchObject({ status: 502, body: { error: "the item cannot be read" } });
        expect(failed.log, title).not.toMatch(/INIT_START|timed out/);
        expect(await ask("demo", "kept"), title).toMatchObject({ status: 200, cache: "hit" });
        end();
        expect(await ask("demo", id), `${index} ${title}`).toMatchObject({ status: 200, cache: "miss" });
      }
    });

    test("a function does without a table that is not there", async () => {
      await attach({ CACHE_BACKEND: "memory", AWS_ENDPOINT_URL_DYNAMODB: "http://127.0.0.1:1" }, "demo");
      const { status, log } = await ask("demo", "42");
      expect(status).toBe(502);
      expect(log).toContain("connection refused");
    });

    test.skipIf(withoutRedis)("a function outlives a Redis that freezes, and one that is not there", async () => {
      await db.put("CacheSample", { id: { S: "frozen" } });
      await attach({ CACHE_BACKEND: "redis", REDIS_URL: redisUrl() }, "demo");
      expect(await ask("demo", "frozen")).toMatchObject({ status: 200, cache: "miss" });
      redis?.freeze();
      onTestFinished(() => redis?.thaw());
      const frozen = await ask("demo", "frozen");
      expect(frozen).toMatchObject({ status: 200, cache: "miss" });
      expect(frozen.log).toContain("redis fails");
      redis?.thaw();
      await expect.poll(async () => (await ask("demo", "frozen")).cache, { timeout: 15_000 }).toBe("hit");
      await attach({ CACHE_BACKEND: "redis", REDIS_URL: "redis://127.0.0.1:1" }, "demo");
      expect(await ask("demo", "frozen")).toMatchObject({ status: 200, cache: "miss" });
    });

    test("a variable that makes no sense fails INIT with the reason", async () => {
      await attach({ CACHE_BACKEND: "disk" }, "demo");
      const failed = await target.run(project, ["invoke", "--function", "demo", "--log", "--local"]);
      expect(failed.code).toBe(4);
      expect(failed.stderr).toMatch(/CACHE_BACKEND is \\?"disk\\?"\. Set it to memory, redis or momento/);
    });

    test("it ends at SHUTDOWN by itself", async () => {
      await attach({ CACHE_BACKEND: "memory" });
      const names = languages.filter(({ skip }) => !skip).map(({ name }) => name);
      for (const name of names) await ask(name, "nobody");
      await target.shutDown();
      for (const name of names) {
        const { stdout } = await target.run(project, ["logs", "--function", name, "--local"]);
        const end = stdout.slice(stdout.lastIndexOf("REPORT RequestId"));
        expect(end, name).toMatch(/\[cache-sidecar\] .*SHUTDOWN.*spindown/);
        expect(end, name).not.toMatch(/error|ERROR|signal/);
      }
    });
  });
}
