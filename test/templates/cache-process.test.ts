// The cache sidecar as a real process, between a Lambda of ours and a table of dynalite's: what it reads, keeps, and does about faults.
import { mkdtemp, rm } from "node:fs/promises";
import { connect } from "node:net";
import { networkInterfaces, tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { type DynamoDb, startDynamoDb } from "../support/dynamodb.ts";
import { soon } from "../support/soon.ts";
import { missing } from "../support/tools.ts";
import { buildCacheSidecar } from "./build-extension.ts";
import { type CacheProcess, startCache } from "./cache-process.ts";
import { extensionId } from "./fake-lambda.ts";

const unsupported = process.platform !== "linux" || missing("go");
const item = { id: "42", fieldOne: "grüß dich", fieldTwo: "日本" };
const stored = { id: { S: item.id }, fieldOne: { S: item.fieldOne }, fieldTwo: { S: item.fieldTwo } };

describe.skipIf(unsupported)("the cache sidecar (needs Go and Linux)", () => {
  let folder: string;
  let binary: string;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "lambda-ext-test-"));
    binary = await buildCacheSidecar(folder);
  }, 240_000);
  afterAll(() => rm(folder, { recursive: true, force: true }));

  /** A table with one item, and a sidecar in front of it. */
  async function start(env: Readonly<Record<string, string>> = {}): Promise<{ db: DynamoDb; cache: CacheProcess }> {
    const db = await startDynamoDb("CacheSample");
    onTestFinished(() => db.close());
    await db.put("CacheSample", stored);
    return { db, cache: await startCache(binary, { AWS_ENDPOINT_URL_DYNAMODB: db.url, ...env }) };
  }

  test("answers from the table, then from the cache, and ends at SHUTDOWN", async () => {
    const { db, cache } = await start();
    const [first, second] = [await cache.get("42"), await cache.get("42")];
    expect(first).toMatchObject({ status: 200, cache: "miss", body: item });
    expect(second).toMatchObject({ status: 200, cache: "hit", body: item });
    expect(second.headers.get("content-type")).toBe("application/json");
    expect(second.headers.get("age")).toBe("0");
    expect(db.reads).toBe(1);
    expect(db.signatures[0]).toMatch(/^AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE\/\d{8}\/eu-central-1\/dynamodb\//);

    const { code, log } = await cache.shutDown();
    expect(code).toBe(0);
    expect(log).toMatch(/^\[cache-sidecar\] .*miss.*42/m);
    expect(log).toMatch(/^\[cache-sidecar\] .*hit.*42/m);
    for (const line of log.trimEnd().split("\n")) expect(line).toMatch(/^\[cache-sidecar\] /);
    expect(log).not.toContain("no-log-may-hold");
    const [register, next] = cache.calls;
    expect(register?.headers["lambda-extension-name"]).toBe("cache-sidecar");
    expect(JSON.parse(register?.body ?? "")).toEqual({ events: ["INVOKE", "SHUTDOWN"] });
    expect(next?.headers["lambda-extension-identifier"]).toBe(extensionId);
    expect(cache.calls).toHaveLength(2);
  });

  test("says of hits and misses nothing but at debug level", async () => {
    const { cache } = await start({ LOG_LEVEL: "info" });
    await cache.get("42");
    await cache.get("42");
    expect((await cache.shutDown()).log).not.toMatch(/hit|miss/);
  });

  test("makes one read of a hundred requests for one key at once", async () => {
    const { db, cache } = await start();
    db.delay = 200;
    for (const [key, status] of [
      ["42", 200],
      ["nobody", 404],
    ] as const) {
      const before = db.reads;
      const answers = await Promise.all(Array.from({ length: 100 }, () => cache.get(key)));
      expect(new Set(answers.map((answer) => answer.status))).toEqual(new Set([status]));
      expect(new Set(answers.map(({ body }) => JSON.stringify(body))).size).toBe(1);
      expect(db.reads - before).toBe(1);
    }
  });

  test("remembers for a shorter while that there is no such item", async () => {
    const { db, cache } = await start({ CACHE_TTL: "60s", CACHE_NEGATIVE_TTL: "1s" });
    expect(await cache.get("late")).toMatchObject({ status: 404, cache: "miss", body: { error: "not found" } });
    await db.put("CacheSample", { id: { S: "late" }, fieldOne: { S: "here" } });
    expect(await cache.get("late")).toMatchObject({ status: 404, cache: "hit" });
    expect(db.reads).toBe(1);
    await expect.poll(() => cache.get("late"), soon).toMatchObject({ status: 200, body: { fieldOne: "here" } });
    expect(db.reads).toBe(2);
  });

  test("asks the table again when the time to live is over", async () => {
    const { db, cache } = await start({ CACHE_TTL: "2s" });
    await cache.get("42");
    await db.put("CacheSample", { ...stored, fieldOne: { S: "changed" } });
    expect((await cache.get("42")).body).toEqual(item);
    await expect.poll(async () => (await cache.get("42")).headers.get("age"), soon).toBe("1");
    await expect.poll(async () => (await cache.get("42")).body.fieldOne, soon).toBe("changed");
    expect(db.reads).toBeGreaterThan(1);
  });

  test("holds no more than it may, and drops what was not asked for the longest", async () => {
    const { db, cache } = await start({ CACHE_MAX_BYTES: "20000" });
    const keys = Array.from({ length: 40 }, (_, index) => `large-${index}`);
    for (const key of keys) await db.put("CacheSample", { id: { S: key }, fieldOne: { S: "x".repeat(1000) } });
    for (const key of keys) await cache.get(key);
    expect((await cache.get("large-39")).cache).toBe("hit");
    expect((await cache.get("large-0")).cache).toBe("miss");
  });

  test("keeps every kind of attribute, numbers to their last digit", async () => {
    const { db, cache } = await start();
    await db.put("CacheSample", {
      id: { S: "kinds" },
      number: { N: "12345678901234567890.123456789" },
      nothing: { NULL: true },
      list: { L: [{ BOOL: true }, { N: "0" }, { M: { deep: { S: '<&"\u2028' } } }] },
      texts: { SS: ["a", "b"] },
      numbers: { NS: ["1"] },
      bytes: { B: "AAEC" },
      empty: { M: {} },
    });
    const answer = await fetch(`http://127.0.0.1:${cache.port}/kinds`);
    const text = await answer.text();
    expect(text).toContain('"number":12345678901234567890.123456789');
    expect(JSON.parse(text)).toMatchObject({
      ...{ nothing: null, list: [true, 0, { deep: '<&"\u2028' }], texts: ["a", "b"], numbers: [1] },
      ...{ bytes: "AAEC", empty: {} },
    });
  });

  test.each(["a/b", "100%", "a b+c", "grüß/日本", "?x=1#y", "%2F"])("finds the key %s", async (key) => {
    const { db, cache } = await start();
    await db.put("CacheSample", { id: { S: key } });
    expect(await cache.get(encodeURIComponent(key))).toMatchObject({ status: 200, body: { id: key } });
  });

  test("reads the table and the key that it is told", async () => {
    const { db, cache } = await start({ TABLE_NAME: "Elsewhere" });
    const { status, body } = await cache.get("42");
    expect(status).toBe(502);
    expect(body.error).toMatch(/Elsewhere.*TABLE_NAME/);
    expect(db.reads).toBe(1);
  });

  interface Fault {
    readonly title: string;
    readonly make: (db: DynamoDb) => unknown;
    readonly status: number;
    readonly reason: RegExp;
  }
  const faults: readonly Fault[] = [
    { title: "is down", make: (db) => db.close(), status: 502, reason: /connection refused/ },
    {
      title: "breaks connections off",
      make: (db) => {
        db.door = (request) => {
          request.socket.destroy();
          return "answered";
        };
      },
      status: 502,
      reason: /EOF|reset/,
    },
    {
      title: "answers garbage",
      make: (db) => {
        db.door = (_, response) => {
          response.end("<html>hello</html>");
          return "answered";
        };
      },
      status: 502,
      reason: /not its JSON/,
    },
    {
      title: "answers JSON that is no item",
      make: (db) => {
        db.door = (_, response) => {
          response.end('{"Item":{"id":{"S":"42","N":"42"}}}');
          return "answered";
        };
      },
      status: 502,
      reason: /not DynamoDB's/,
    },
    {
      title: "throttles",
      make: (db) => {
        db.door = (_, response) => {
          response.writeHead(400).end('{"__type":"ThrottlingException","message":"Rate exceeded"}');
          return "answered";
        };
      },
      status: 502,
      reason: /ThrottlingException/,
    },
    {
      title: "refuses the role",
      make: (db) => {
        db.door = (_, response) => {
          response.writeHead(400).end('{"__type":"AccessDeniedException","Message":"User: x is not authorized"}');
          return "answered";
        };
      },
      status: 502,
      reason: /Allow the function's role dynamodb:GetItem/,
    },
    {
      title: "does not answer",
      make: (db) => {
        db.door = () => "answered";
      },
      status: 504,
      reason: /no answer in time|deadline/,
    },
    {
      title: "is slow",
      make: (db) => {
        db.delay = 5000;
      },
      status: 504,
      reason: /no answer in time|deadline/,
    },
  ];

  test.each(faults)("goes on where the table $title", async ({ make, status, reason }) => {
    const { db, cache } = await start({ TABLE_TIMEOUT: "1s" });
    expect((await cache.get("42")).status).toBe(200);
    await make(db);
    const failed = await cache.get("43");
    expect(failed.status).toBe(status);
    expect(failed.body).toEqual({ error: expect.any(String) });
    expect(failed.milliseconds).toBeLessThan(1900);
    // What it has, it has.
    expect(await cache.get("42")).toMatchObject({ status: 200, cache: "hit" });
    const { code, log } = await cache.shutDown();
    expect(code).toBe(0);
    expect(log).toMatch(reason);
    expect(log).not.toContain("no-log-may-hold");
  });

  test("does not remember a failure", async () => {
    const { db, cache } = await start();
    db.door = (_, response) => {
      response.end("garbage");
      return "answered";
    };
    expect((await cache.get("42")).status).toBe(502);
    db.door = undefined;
    expect(await cache.get("42")).toMatchObject({ status: 200, cache: "miss" });
  });

  test("ends within its deadline while somebody waits for a slow table", async () => {
    const { db, cache } = await start({ TABLE_TIMEOUT: "60s" });
    db.door = () => "answered";
    const waiting = cache.get("42").catch(() => "cut off");
    await expect.poll(() => db.reads, soon).toBe(1);
    const started = performance.now();
    expect((await cache.shutDown()).code).toBe(0);
    expect(performance.now() - started).toBeLessThan(2000);
    expect(await waiting).toBe("cut off");
  });

  test("outlives callers that go away, and speak no HTTP", async () => {
    const { db, cache } = await start();
    db.delay = 300;
    const gone = fetch(`http://127.0.0.1:${cache.port}/42`, { signal: AbortSignal.timeout(100) });
    await expect(gone).rejects.toThrow(/abort|timeout/i);
    const socket = connect(Number(cache.port), "127.0.0.1", () => socket.end("\u0016\u0003 nonsense\r\n\r\n"));
    await new Promise((resolve) => socket.on("close", resolve).resume());
    expect(await cache.get("42")).toMatchObject({ status: 200, body: item });
    expect(db.reads).toBe(1);
    expect((await cache.shutDown()).code).toBe(0);
  });

  test("listens to this machine alone", async () => {
    const { cache } = await start();
    const outside = Object.values(networkInterfaces())
      .flatMap((addresses) => addresses ?? [])
      .filter(({ family, internal }) => family === "IPv4" && !internal);
    for (const { address } of outside) {
      await expect(fetch(`http://${address}:${cache.port}/42`)).rejects.toThrow();
    }
    expect((await cache.get("42")).status).toBe(200);
  });
});
