// The cache sidecar with its cache elsewhere: a real Redis, and a Momento of ours. Whatever those do, the function has its answer.
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { type DynamoDb, startDynamoDb } from "../support/dynamodb.ts";
import { freePort } from "../support/free-port.ts";
import { type Momento, type MomentoFault, startMomento } from "../support/momento.ts";
import { type Redis, startRedis } from "../support/redis.ts";
import { soon } from "../support/soon.ts";
import { missing } from "../support/tools.ts";
import { buildCacheSidecar } from "./build-extension.ts";
import { type CacheProcess, startCache } from "./cache-process.ts";
import { answer, refuse, startFakeLambda } from "./fake-lambda.ts";

const unsupported = process.platform !== "linux" || missing("go");
const item = { id: "42", fieldOne: "grüß dich", fieldTwo: "日本" };
const token = "a-token-that-no-log-may-hold";

let folder: string;
let binary: string;
let db: DynamoDb;

beforeAll(async () => {
  if (unsupported) return;
  folder = await mkdtemp(join(tmpdir(), "lambda-ext-test-"));
  [binary, db] = await Promise.all([buildCacheSidecar(folder), startDynamoDb("CacheSample")]);
  for (const id of ["42", "43", "44", "45"]) {
    await db.put("CacheSample", { id: { S: id }, fieldOne: { S: item.fieldOne }, fieldTwo: { S: item.fieldTwo } });
  }
}, 240_000);
afterAll(async () => {
  if (unsupported) return;
  await db.close();
  await rm(folder, { recursive: true, force: true });
});

/** A sidecar in front of the table. */
function start(env: Readonly<Record<string, string>>): Promise<CacheProcess> {
  return startCache(binary, { AWS_ENDPOINT_URL_DYNAMODB: db.url, ...env });
}

/** Answers from the table alone, soon, and for as long as it is asked; then the sidecar ends as it should. */
async function livesWithout(cache: CacheProcess, reason: RegExp): Promise<void> {
  for (const key of ["42", "42", "43"]) {
    const read = await cache.get(key);
    expect(read).toMatchObject({ status: 200, cache: "miss", body: { ...item, id: key } });
    expect(read.milliseconds).toBeLessThan(1500);
  }
  const { code, log } = await cache.shutDown();
  expect(code).toBe(0);
  expect(log).toMatch(reason);
  expect(log).not.toContain("no-log-may-hold");
}

describe.skipIf(unsupported || missing("redis-server"))("with Redis (needs Go, Linux and redis-server)", () => {
  let redis: Redis;
  beforeAll(async () => {
    redis = await startRedis();
  });
  afterAll(() => redis?.close());
  const env = () => ({ CACHE_BACKEND: "redis", REDIS_URL: redis.url });

  test("what one environment has read, another one has", async () => {
    const before = db.reads;
    const [one, other] = [await start(env()), await start(env())];
    expect(await one.get("42")).toMatchObject({ status: 200, cache: "miss", body: item });
    expect(await one.get("42")).toMatchObject({ status: 200, cache: "hit", body: item });
    expect(await other.get("42")).toMatchObject({ status: 200, cache: "hit", body: item });
    expect(await one.get("nobody")).toMatchObject({ status: 404, cache: "miss" });
    expect(await other.get("nobody")).toMatchObject({ status: 404, cache: "hit" });
    expect(db.reads - before).toBe(2);
    const { code, log } = await one.shutDown();
    expect(code).toBe(0);
    expect(log).not.toContain("no-log-may-hold");
  });

  test("the time to live is obeyed there too", async () => {
    const cache = await start({ ...env(), CACHE_TTL: "1s" });
    expect((await cache.get("44")).cache).toBe("miss");
    expect((await cache.get("44")).cache).toBe("hit");
    await expect.poll(async () => (await cache.get("44")).cache, soon).toBe("miss");
  });

  test("a hundred requests at once make one read", async () => {
    const cache = await start(env());
    const before = db.reads;
    db.delay = 100;
    onTestFinished(() => {
      db.delay = 0;
    });
    const answers = await Promise.all(Array.from({ length: 100 }, () => cache.get("45")));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
    expect(db.reads - before).toBe(1);
  });

  test("one that freezes and comes back", async () => {
    const own = await startRedis();
    onTestFinished(() => own.close());
    const cache = await start({ ...env(), REDIS_URL: own.url });
    await cache.get("42");
    expect((await cache.get("42")).cache).toBe("hit");
    own.freeze();
    const read = await cache.get("42");
    expect(read).toMatchObject({ status: 200, cache: "miss", body: item });
    expect(read.milliseconds).toBeLessThan(1500);
    own.thaw();
    await expect.poll(async () => (await cache.get("42")).cache, soon).toBe("hit");
    const { log } = await cache.shutDown();
    expect(log).toContain("redis fails");
    expect(log).toContain("redis works again");
  });

  test("one that ends in the middle", async () => {
    const own = await startRedis();
    const cache = await start({ ...env(), REDIS_URL: own.url });
    await cache.get("42");
    await own.close();
    await livesWithout(cache, /redis fails.*connection refused/);
  });

  test("one that wants another password", async () => {
    const cache = await start({ ...env(), REDIS_URL: `redis://:wrong-no-log-may-hold@127.0.0.1:${redis.port}` });
    await livesWithout(cache, /refuses the user or the password of REDIS_URL/);
  });

  test("one that was never there", async () => {
    const cache = await start({ ...env(), REDIS_URL: `redis://127.0.0.1:${await freePort()}` });
    await livesWithout(cache, /redis fails.*connection refused/);
  });

  test.each([
    ["answers garbage", "\u0000\u0001HTTP/1.1 400 Bad Request\r\n\r\n"],
    ["promises more than there is memory", "$999999999999\r\n"],
    ["says nothing", ""],
  ])("one that %s", async (_, reply) => {
    const server = createServer((socket) => {
      socket.on("error", () => {}).on("data", () => reply && socket.write(reply));
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    onTestFinished(() => void server.close());
    const address = server.address();
    const port = typeof address === "object" ? address?.port : undefined;
    await livesWithout(await start({ ...env(), REDIS_URL: `redis://127.0.0.1:${port}` }), /redis fails/);
  });
});

describe.skipIf(unsupported)("with Momento (needs Go and Linux)", () => {
  const variables = (momento: Momento) => ({
    CACHE_BACKEND: "momento",
    MOMENTO_CACHE: "items",
    MOMENTO_ENDPOINT: momento.url,
  });

  async function startOwnMomento(): Promise<Momento> {
    const momento = await startMomento({ cache: "items", token });
    onTestFinished(() => momento.close());
    return momento;
  }

  test("what one environment has read, another one has", async () => {
    const momento = await startOwnMomento();
    const before = db.reads;
    const env = { ...variables(momento), MOMENTO_API_KEY: token, CACHE_TTL: "90s", CACHE_NEGATIVE_TTL: "7s" };
    const [one, other] = [await start(env), await start(env)];
    expect(await one.get("42")).toMatchObject({ status: 200, cache: "miss", body: item });
    expect(await one.get("42")).toMatchObject({ status: 200, cache: "hit", body: item });
    expect(await other.get("42")).toMatchObject({ status: 200, cache: "hit", body: item });
    expect(await one.get("nobody%2F%20+%26%C3%A9")).toMatchObject({ status: 404, cache: "miss" });
    expect(await other.get("nobody%2F%20+%26%C3%A9")).toMatchObject({ status: 404, cache: "hit" });
    expect(db.reads - before).toBe(2);
    const written = momento.requests.filter(({ method }) => method === "PUT");
    expect(written.map(({ ttlSeconds }) => ttlSeconds)).toEqual([90, 7]);
    expect(written.map(({ key }) => /[^/]*$/.exec(key)?.[0])).toEqual(["42", " +&é"]);
    expect((await one.shutDown()).log).not.toContain("no-log-may-hold");
  });

  const faults: readonly [title: string, fault: MomentoFault, reason: RegExp][] = [
    ["that limits the account", { status: 429, body: "Too many requests" }, /429.*limit/],
    ["that forbids it", { status: 403, body: `Forbidden for ${token}` }, /403/],
    ["that has an error of its own", { status: 500, body: "Internal server error" }, /500/],
    ["that knows no such cache", { status: 404, body: "Cache not found" }, /404.*MOMENTO_CACHE/],
    ["that does not answer", "hang", /momento fails/],
    ["that breaks off", "reset", /momento fails/],
    ["that speaks no HTTP", "garbage", /momento fails/],
  ];
  test.each(faults)("one %s, and then works", async (_, fault, reason) => {
    const momento = await startOwnMomento();
    const cache = await start({ ...variables(momento), MOMENTO_API_KEY: token });
    await cache.get("42");
    momento.fault = fault;
    const read = await cache.get("42");
    expect(read).toMatchObject({ status: 200, cache: "miss", body: item });
    expect(read.milliseconds).toBeLessThan(1500);
    momento.fault = undefined;
    await expect.poll(async () => (await cache.get("42")).cache, soon).toBe("hit");
    const { code, log } = await cache.shutDown();
    expect(code).toBe(0);
    expect(log).toMatch(reason);
    expect(log).not.toContain("no-log-may-hold");
  });

  test("one that was never there", async () => {
    const cache = await start({
      ...{ CACHE_BACKEND: "momento", MOMENTO_CACHE: "items", MOMENTO_API_KEY: token },
      MOMENTO_ENDPOINT: `http://127.0.0.1:${await freePort()}`,
    });
    await livesWithout(cache, /momento fails.*connection refused/);
  });

  test("a wrong API key", async () => {
    const momento = await startOwnMomento();
    await livesWithout(
      await start({ ...variables(momento), MOMENTO_API_KEY: "wrong-no-log-may-hold" }),
      /401.*API key/,
    );
    expect(momento.refused).toBeGreaterThan(0);
    expect(momento.requests).toHaveLength(0);
  });

  /** A Secrets Manager that gives out these secrets, one after the other; the last one stays. */
  async function startSecrets(
    ...secrets: readonly string[]
  ): Promise<{ url: string; readonly asked: readonly string[] }> {
    const asked: string[] = [];
    const fake = await startFakeLambda({
      parameterStore: (call, response) => {
        asked.push(`${call.headers["x-amz-target"]} ${call.body} ${call.scope.service}`);
        const secret = secrets[Math.min(call.number, secrets.length) - 1];
        if (secret === undefined) refuse(response, "AccessDeniedException", "User: x is not authorized");
        else answer(response, 200, { Name: "momento", SecretString: secret });
      },
    });
    onTestFinished(() => fake.close());
    return { url: fake.url, asked };
  }

  test.each([
    ["as it is", token],
    ["in a field", JSON.stringify({ MOMENTO_API_KEY: token, refreshToken: "other" })],
  ])("an API key that lies in Secrets Manager %s, and is asked for once", async (_, secret) => {
    const [momento, secrets] = [await startOwnMomento(), await startSecrets(secret)];
    const cache = await start({
      ...{ ...variables(momento), MOMENTO_SECRET_ID: "momento", AWS_ENDPOINT_URL_SECRETS_MANAGER: secrets.url },
    });
    // It is on its way before the function asks.
    await expect.poll(() => secrets.asked.length, soon).toBe(1);
    expect((await cache.get("42")).cache).toBe("miss");
    expect((await cache.get("42")).cache).toBe("hit");
    expect(secrets.asked).toEqual(['secretsmanager.GetSecretValue {"SecretId":"momento"} secretsmanager']);
    expect((await cache.shutDown()).log).not.toContain("no-log-may-hold");
  });

  test("an API key that was replaced meanwhile", async () => {
    const [momento, secrets] = [await startOwnMomento(), await startSecrets("old-no-log-may-hold", token)];
    const cache = await start({
      ...{ ...variables(momento), MOMENTO_SECRET_ID: "momento", AWS_ENDPOINT_URL_SECRETS_MANAGER: secrets.url },
    });
    expect(await cache.get("42")).toMatchObject({ status: 200, cache: "miss" });
    await expect.poll(async () => (await cache.get("42")).cache, soon).toBe("hit");
    expect(secrets.asked).toHaveLength(2);
  });

  test.each([
    ["that nobody may read", [], /Allow the function's role secretsmanager:GetSecretValue/],
    ["without a key in it", ['{"a":"no-log-may-hold","b":"c"}'], /MOMENTO_API_KEY/],
    ["that is empty", [" "], /empty/],
  ] as const)("a secret %s", async (_, values, reason) => {
    const [momento, secrets] = [await startOwnMomento(), await startSecrets(...values)];
    const cache = await start({
      ...{ ...variables(momento), MOMENTO_SECRET_ID: "momento", AWS_ENDPOINT_URL_SECRETS_MANAGER: secrets.url },
    });
    await livesWithout(cache, reason);
    expect(momento.requests).toHaveLength(0);
  });
});
