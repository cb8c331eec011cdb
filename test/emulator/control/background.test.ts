// One process for each folder: claimed, found, replaced, and gone when nobody needs it.
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { CreateRoleCommand, IAMClient } from "@aws-sdk/client-iam";
import { CreateFunctionCommand, InvokeCommand, LambdaClient, waitUntilFunctionActiveV2 } from "@aws-sdk/client-lambda";
import { GetCallerIdentityCommand, STSClient } from "@aws-sdk/client-sts";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { askLeader, askTrace } from "../../../src/emulator/background/ask.ts";
import { ensureEndpoint } from "../../../src/emulator/background/ensure.ts";
import { findEndpoint, findTrace, stopEndpoint } from "../../../src/emulator/background/find.ts";
import { endpointFolder, localFolder } from "../../../src/emulator/background/folder.ts";
import { type LeadingEndpoint, type LeadOptions, leadEndpoint } from "../../../src/emulator/background/lead.ts";
import { claim, isLast, lastLeader } from "../../../src/emulator/background/leader-file.ts";
import { prove } from "../../../src/emulator/background/proof.ts";
import { resetFolder } from "../../../src/emulator/background/reset.ts";
import { answerVerb } from "../../../src/emulator/background/side-door.ts";
import { cleanEnvironment } from "../../../src/emulator/background/spawn.ts";
import { knownSettings, settingFlags, settingsDifference } from "../../../src/emulator/background/wanted.ts";
import { interpreterVariables } from "../../../src/emulator/runtimes/interpreter-variables.ts";
import { completeSettings } from "../../../src/emulator/settings.ts";
import type { InvocationTrace } from "../../../src/model/invocation-trace.ts";
import { packageVersion } from "../../../src/model/package.ts";
import { silent } from "../../../src/model/progress.ts";
import { temporaryFolder } from "../../support/temporary.ts";
import { clientOptions, executorOf, type FakeExecution, fakeExecution, lambdaTrust, zipOf } from "./support.ts";

const signal = new AbortController().signal;

async function lead(directory: string, more: Partial<LeadOptions> = {}, execution: FakeExecution = fakeExecution()) {
  const options = { directory, env: {}, pid: process.pid, createExecutor: executorOf(execution), ...more };
  const endpoint = await leadEndpoint(options);
  if (endpoint) onTestFinished(() => endpoint.close());
  return endpoint;
}
async function mustLead(
  directory: string,
  more: Partial<LeadOptions> = {},
  execution?: FakeExecution,
): Promise<LeadingEndpoint> {
  const endpoint = await lead(directory, more, execution);
  if (!endpoint) throw new Error("somebody else leads");
  return endpoint;
}
const ensure = (directory: string, env: NodeJS.ProcessEnv = {}) =>
  ensureEndpoint({ env: { ...env, LAMBDA_EXT_LOCAL_DIR: directory }, progress: silent, signal });
const find = (directory: string) => findEndpoint({ env: { LAMBDA_EXT_LOCAL_DIR: directory }, signal });
const leaders = (directory: string) =>
  readdirSync(endpointFolder(directory)).filter((name) => name.startsWith("leader."));

/** A leader's file as a process that is gone has left it. */
function leaveLeader(directory: string, port: number): void {
  mkdirSync(endpointFolder(directory), { recursive: true });
  const leader = { number: 1, port, token: "t", pid: 1, startedAt: new Date(0).toISOString() };
  writeFileSync(join(endpointFolder(directory), "leader.1.json"), JSON.stringify(leader));
}

async function serveStranger(answer: Parameters<typeof createServer>[1]): Promise<number> {
  const server: Server = createServer(answer as never).listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return (server.address() as AddressInfo).port;
}

/** Begins an invocation that goes on until the execution side lets it end. */
async function invocation(endpoint: LeadingEndpoint) {
  const lambda = new LambdaClient(clientOptions(endpoint));
  const iam = new IAMClient(clientOptions(endpoint));
  await iam.send(new CreateRoleCommand({ RoleName: "r", AssumeRolePolicyDocument: lambdaTrust }));
  await lambda.send(
    new CreateFunctionCommand({
      FunctionName: "f",
      Role: "arn:aws:iam::123456789012:role/r",
      Runtime: "nodejs22.x",
      Handler: "i.h",
      Code: { ZipFile: await zipOf({ "i.mjs": "" }) },
    }),
  );
  await waitUntilFunctionActiveV2(
    { client: lambda, maxWaitTime: 5, minDelay: 0.05 as never, maxDelay: 1 },
    { FunctionName: "f" },
  );
  const answer = lambda.send(new InvokeCommand({ FunctionName: "f" }));
  answer.catch(() => {});
  await vi.waitFor(() => expect(endpoint.active()).toBe(1), 15_000);
  return {
    answer,
    hangUp() {
      lambda.destroy();
      iam.destroy();
    },
  };
}

describe("a folder", () => {
  it("is served by one of many who want to, and found by the others", async () => {
    for (let round = 0; round < 12; round++) {
      const directory = temporaryFolder();
      const claims = await Promise.all(Array.from({ length: 5 }, () => lead(directory)));
      const winners = claims.filter((endpoint) => endpoint !== undefined);
      expect(winners).toHaveLength(1);
      const found = await ensure(directory);
      expect(found).toMatchObject({ url: winners[0]?.url, started: false, credentials: winners[0]?.credentials });
      await winners[0]?.close();
    }
  });

  it("is taken over when its leader is gone, and the number of the one before is never used again", async () => {
    const directory = temporaryFolder();
    const first = await mustLead(directory);
    expect(await lead(directory)).toBeUndefined();
    await first.close();
    expect(leaders(directory)).toEqual(["leader.1.json"]);
    await mustLead(directory);
    expect(leaders(directory)).toEqual(["leader.2.json"]);
  });

  it("keeps word of its leader from other users", async () => {
    const directory = temporaryFolder();
    await mustLead(directory);
    expect(statSync(join(endpointFolder(directory), "leader.1.json")).mode & 0o777).toBe(0o600);
    expect(statSync(directory).mode & 0o777).toBe(0o700);
  });

  it("is claimed by nobody who was outnumbered between looking and claiming", async () => {
    const directory = temporaryFolder();
    const folder = endpointFolder(directory);
    mkdirSync(folder, { recursive: true });
    const self = { port: 1, pid: 1, now: 0 };
    // Saw 3 as the last; meanwhile 4 came and went, and 5 has removed it.
    writeFileSync(join(folder, "leader.5.json"), JSON.stringify({ number: 5 }));
    expect(await claim(folder, { ...self, after: 3 })).toBeUndefined();
    const next = await claim(folder, { ...self, after: 5 });
    expect(next).toMatchObject({ number: 6 });
    expect(next && isLast(folder, next)).toBe(true);
    expect(await claim(folder, { ...self, after: 5 })).toBeUndefined();
  });

  it("whose leader's port was taken by a stranger is free", async () => {
    for (const answer of [
      (_: unknown, response: { end(text: string): void }) => response.end("hello"),
      (request: { socket: { destroy(): void } }) => request.socket.destroy(),
    ]) {
      const directory = temporaryFolder();
      leaveLeader(directory, await serveStranger(answer as never));
      expect(await find(directory)).toMatchObject({ status: undefined });
      expect(await mustLead(directory)).toBeDefined();
    }
  });

  it("whose leader hangs is not free: that is an error, which says what to do", async () => {
    const directory = temporaryFolder();
    leaveLeader(directory, await serveStranger(() => {}));
    const leader = lastLeader(endpointFolder(directory));
    if (!leader) throw new Error("no leader");
    await expect(askLeader(leader, { verb: "ping", patience: 50 })).rejects.toMatchObject({
      code: "EndpointHangs",
      hint: expect.stringContaining("leader.1.json"),
    });
    const interrupted = AbortSignal.abort(new Error("interrupted"));
    await expect(askLeader(leader, { verb: "ping", signal: interrupted })).rejects.toThrow("interrupted");
  });

  it("whose leader fails is not free either", async () => {
    const directory = temporaryFolder();
    const broken = () => {
      throw new Error("out of order");
    };
    const verbs = { ping: broken, inspect: broken, stop: broken };
    const port = await serveStranger(async (request, response) => {
      const leader = lastLeader(endpointFolder(directory));
      const answer = leader && (await answerVerb(request, request.url ?? "", { leader, verbs }));
      response.writeHead(answer?.status ?? 404, answer?.headers).end(answer?.body);
    });
    leaveLeader(directory, port);
    await expect(lead(directory)).rejects.toMatchObject({
      code: "EndpointBroken",
      message: expect.stringContaining("out of order"),
    });
    expect(leaders(directory)).toEqual(["leader.1.json"]);
  });

  it("that was removed is served no longer", async () => {
    const directory = temporaryFolder();
    const endpoint = await mustLead(directory, { idleMilliseconds: 50_000 });
    rmSync(directory, { recursive: true });
    await endpoint.ended;
  });

  it("of a damaged document is not served, and says which one", async () => {
    const directory = temporaryFolder();
    await (await mustLead(directory)).close();
    writeFileSync(join(directory, "store", "roles", "broken-1.json"), "{");
    await expect(lead(directory)).rejects.toMatchObject({
      code: "StoreDamaged",
      message: expect.stringContaining("broken-1.json"),
    });
    rmSync(join(directory, "store", "roles", "broken-1.json"));
    writeFileSync(join(directory, "store", "format.json"), '{"format":99}');
    await expect(lead(directory)).rejects.toMatchObject({
      code: "StoreFormat",
      hint: expect.stringContaining("local reset"),
    });
  });
});

describe("the leader", () => {
  it("answers those alone who have read its file", async () => {
    const directory = temporaryFolder();
    const endpoint = await mustLead(directory);
    const leader = lastLeader(endpointFolder(directory));
    if (!leader) throw new Error("no leader");
    expect(await askLeader(leader, { verb: "ping" })).toMatchObject({
      version: packageVersion,
      settings: { isolation: "auto", freeze: true },
      url: endpoint.url,
      directory,
      closing: false,
      active: 0,
      functions: 0,
    });
    expect(await askLeader({ ...leader, token: "guessed" }, { verb: "stop" })).toBeUndefined();
    const bare = await fetch(`${endpoint.url}/_lambda-ext/endpoint/stop`, { method: "POST" });
    expect(bare.status).toBe(403);
    expect(await askLeader(leader, { verb: "inspect" })).toMatchObject({ isolationLevel: "none" });
  });

  it("tells what happened in an invocation to those alone who have read its file", async () => {
    const directory = temporaryFolder();
    const execution = fakeExecution();
    const endpoint = await mustLead(directory, {}, execution);
    const leader = lastLeader(endpointFolder(directory));
    if (!leader) throw new Error("no leader");
    const trace: InvocationTrace = {
      ...{ requestId: "the-id", functionName: "f", version: "$LATEST", startedAt: "2026-11-21T07:00:00.000Z" },
      ...{ coldStart: false, status: "success", complete: true, durationMs: 1 },
      // Longer than anything else that a leader says.
      events: Array.from({ length: 500 }, () => ({
        kind: "subscribe",
        name: "n".repeat(100),
        at: 1,
        text: "t".repeat(500),
      })),
    };
    execution.traces.set("the-id", trace);
    const requestId = "the-id";
    // Nothing has been invoked: nothing is known, and nothing is started to find that out.
    expect(await askTrace(leader, { requestId, signal })).toBeUndefined();
    expect(execution.host).toBeUndefined();
    await endpoint.executor();
    expect(await askTrace(leader, { requestId, signal })).toEqual(trace);
    const surroundings = { env: { LAMBDA_EXT_LOCAL_DIR: directory }, signal };
    expect(await findTrace(surroundings, "the-id")).toEqual(trace);
    for (const strange of ["another", "", "a/b", "..%2fping"])
      expect(await findTrace(surroundings, strange)).toBeUndefined();
    expect(await askTrace({ ...leader, token: "guessed" }, { requestId, signal })).toBeUndefined();
    const path = `${endpoint.url}/_lambda-ext/endpoint/trace/the-id`;
    expect((await fetch(path, { method: "POST" })).status).toBe(403);
    expect((await fetch(path)).status).toBe(404);
    // A proof for one invocation is none for another.
    const [nonce, other] = ["nonce", `${endpoint.url}/_lambda-ext/endpoint/trace/another`];
    const headers = { "x-lambda-ext-nonce": nonce, "x-lambda-ext-proof": prove(leader.token, `trace/the-id ${nonce}`) };
    expect((await fetch(path, { method: "POST", headers })).status).toBe(200);
    expect((await fetch(other, { method: "POST", headers })).status).toBe(403);
    await endpoint.close();
    expect(await findTrace(surroundings, "the-id")).toBeUndefined();
  });

  it("remembers what it has warned of lately", async () => {
    const directory = temporaryFolder();
    const told: string[] = [];
    const execution = fakeExecution();
    const warn = (message: string) => told.push(message);
    const endpoint = await mustLead(directory, { warn, now: () => 0 }, execution);
    await endpoint.executor();
    for (let index = 0; index < 25; index++) execution.host?.warn(`warning ${index}${"!".repeat(2000)}`);
    const warnings = (await find(directory)).status?.warnings ?? [];
    expect([told.length, warnings.length]).toEqual([25, 20]);
    expect(warnings[0]).toEqual({ at: "1970-01-01T00:00:00.000Z", message: expect.stringMatching(/^warning 5!+$/) });
  });

  it("ends in order when told to, after the invocations that run", async () => {
    const directory = temporaryFolder();
    const execution = fakeExecution();
    const endpoint = await mustLead(directory, { graceMilliseconds: 10_000 }, execution);
    let release = () => {};
    execution.answer = () =>
      new Promise((resolve) => {
        release = () => resolve({ payload: Buffer.from("1"), logTail: "" });
      });
    const running = await invocation(endpoint);
    const stopped = stopEndpoint({ env: { LAMBDA_EXT_LOCAL_DIR: directory }, signal });
    await sleep(60);
    expect(execution.closed).toBe(false);
    expect((await find(directory)).status).toMatchObject({ closing: true, active: 1 });
    const late = new STSClient(clientOptions(endpoint)).send(new GetCallerIdentityCommand({}));
    await expect(late).rejects.toMatchObject({ name: "ServiceUnavailable", message: "The local endpoint is ending." });
    release();
    expect(Buffer.from((await running.answer).Payload ?? []).toString()).toBe("1");
    expect(await stopped).toEqual({ directory, stopped: true });
    expect(execution.closed).toBe(true);
    expect((await find(directory)).status).toBeUndefined();
    expect(await stopEndpoint({ env: { LAMBDA_EXT_LOCAL_DIR: directory }, signal })).toEqual({
      directory,
      stopped: false,
    });
  });

  it("ends by itself when nobody needs it, and not while somebody is connected or a function runs", async () => {
    const directory = temporaryFolder();
    const execution = fakeExecution();
    const endpoint = await mustLead(directory, { idleMilliseconds: 80 }, execution);
    const sts = new STSClient(clientOptions(endpoint));
    await sts.send(new GetCallerIdentityCommand({}));
    await sleep(300);
    await sts.send(new GetCallerIdentityCommand({}));
    let release = () => {};
    execution.answer = () =>
      new Promise((resolve) => {
        release = () => resolve({ payload: Buffer.from("1"), logTail: "" });
      });
    const running = await invocation(endpoint);
    sts.destroy();
    await sleep(300);
    expect((await find(directory)).status).toMatchObject({ closing: false });
    release();
    await running.answer;
    running.hangUp();
    await endpoint.ended;
    expect(execution.closed).toBe(true);
  });
});

describe("finding the endpoint", () => {
  it("replaces one that runs with other settings than were chosen, in order", { timeout: 30_000 }, async () => {
    const directory = temporaryFolder();
    const execution = fakeExecution();
    const old = await mustLead(directory, { env: { LAMBDA_EXT_FREEZE: "0" } }, execution);
    const steps: string[] = [];
    const progress = { ...silent, step: (message: string) => steps.push(message) };
    const env = { PATH: process.env.PATH, LAMBDA_EXT_LOCAL_DIR: directory };
    const found = await ensureEndpoint({ env: { ...env, LAMBDA_EXT_ISOLATION: "none" }, progress, signal });
    onTestFinished(async () => {
      await stopEndpoint({ env, signal });
    });
    await old.ended;
    // What was not chosen is as it was.
    const settings = { isolation: "none", freeze: false };
    expect(found).toMatchObject({ started: true, status: { settings, version: packageVersion } });
    expect(found.credentials).toEqual(old.credentials);
    expect(steps).toEqual([
      "Replacing the local endpoint: it runs with --isolation auto, wanted is --isolation none",
      expect.stringMatching(/^Started the local endpoint in the background/),
    ]);
    expect(found.status.pid).not.toBe(process.pid);
    expect(await ensure(directory)).toMatchObject({ url: found.url, started: false });
    expect(readFileSync(join(endpointFolder(directory), "endpoint.log"), "utf8")).toContain(`serving ${directory}`);
  });

  it("takes what runs where no other setting was chosen", async () => {
    const directory = temporaryFolder();
    const { url } = await mustLead(directory, { isolation: "none", freeze: false, env: { LAMBDA_EXT_FREEZE: "1" } });
    const status = { settings: { isolation: "none", freeze: false } };
    expect(await ensure(directory)).toMatchObject({ url, started: false, status });
    const same = { LAMBDA_EXT_ISOLATION: "none", LAMBDA_EXT_FREEZE: "false" };
    expect(await ensure(directory, same)).toMatchObject({ url, started: false });
    const empty = { LAMBDA_EXT_ISOLATION: "", LAMBDA_EXT_FREEZE: "" };
    expect(await ensure(directory, empty)).toMatchObject({ url, started: false });
  });

  it.each([
    [{ LAMBDA_EXT_ISOLATION: "docker" }, 'LAMBDA_EXT_ISOLATION is "docker".', /^It is auto, bwrap.* or none\.$/],
    [{ LAMBDA_EXT_FREEZE: "maybe" }, 'LAMBDA_EXT_FREEZE is "maybe".', /^It is 1 or 0\.$/],
    [{ LAMBDA_EXT_NETWORK: "own" }, 'LAMBDA_EXT_NETWORK is "own".', /^It is auto, host or private\.$/],
    [{ LAMBDA_EXT_ENVIRONMENTS: "0" }, 'LAMBDA_EXT_ENVIRONMENTS is "0".', /^It is a whole number from 1 on\.$/],
    [{ LAMBDA_EXT_FORWARD: "5432,x" }, 'LAMBDA_EXT_FORWARD is "5432,x".', /^It is ports \(1 to 65535\) with commas/],
    [{ LAMBDA_EXT_FORWARD: "65536" }, 'LAMBDA_EXT_FORWARD is "65536".', /^It is ports/],
  ])("refuses %o", async (env, message, hint) => {
    await expect(ensure(temporaryFolder(), env)).rejects.toMatchObject({
      ...{ kind: "usage", code: "InvalidSetting", message },
      hint: expect.stringMatching(hint),
    });
  });

  it("says why the endpoint did not start", { timeout: 30_000 }, async () => {
    const directory = temporaryFolder();
    mkdirSync(join(directory, "store"), { recursive: true });
    writeFileSync(join(directory, "store", "format.json"), "{}");
    await expect(ensure(directory)).rejects.toMatchObject({
      code: "StoreFormat",
      message: expect.stringContaining(directory),
    });
  });

  it("stops where it is interrupted", async () => {
    const directory = temporaryFolder();
    const options = { env: { LAMBDA_EXT_LOCAL_DIR: directory }, progress: silent };
    const reason = new Error("interrupted");
    await expect(ensureEndpoint({ ...options, signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
  });
});

describe("settings", () => {
  it("differ where a chosen one is not as it runs, and are told as flags", () => {
    const running = completeSettings({ isolation: "none" });
    expect(settingsDifference(running, {})).toBeUndefined();
    expect(settingsDifference(running, running)).toBeUndefined();
    expect(settingsDifference(running, { freeze: false })).toBe("it runs with --freeze, wanted is --no-freeze");
    expect(settingFlags(running)).toContain("--isolation none --freeze");
    const wide = completeSettings({ environments: 20, network: "private", forward: [5432, 80] });
    expect(settingFlags(wide)).toContain("--environments 20 --network private --forward 5432,80");
    expect(settingsDifference(wide, { forward: [5432, 80] })).toBeUndefined();
    expect(settingsDifference(wide, { forward: [] })).toBe("it runs with --forward 5432,80, wanted is --forward none");
  });

  it("of another version's endpoint are kept where they exist here", () => {
    expect(knownSettings({ isolation: "cage", freeze: false, colour: "red" })).toEqual({ freeze: false });
    expect(knownSettings(undefined)).toEqual({});
    // As JSON brings them.
    expect(knownSettings({ environments: 20, forward: [5432, 80] })).toEqual({ environments: 20, forward: [5432, 80] });
    expect(knownSettings({ forward: [] })).toEqual({ forward: [] });
  });
});

describe("the folder of the local target", () => {
  const where = (env: NodeJS.ProcessEnv, platform: NodeJS.Platform = "linux") =>
    localFolder({ env, platform, cwd: "/some/where" });

  it.each<[NodeJS.ProcessEnv, NodeJS.Platform, string]>([
    [{ LAMBDA_EXT_LOCAL_DIR: "/x", HOME: "/h" }, "linux", "/x"],
    [{ LAMBDA_EXT_LOCAL_DIR: "state" }, "linux", "/some/where/state"],
    [{ HOME: "/h" }, "linux", "/h/.local/state/lambda-ext"],
    [{ HOME: "/h", XDG_STATE_HOME: "/s" }, "linux", "/s/lambda-ext"],
    [{ HOME: "/h", XDG_STATE_HOME: "relative" }, "linux", "/h/.local/state/lambda-ext"],
    [{ HOME: "/h" }, "darwin", "/h/Library/Application Support/lambda-ext"],
    [{ LOCALAPPDATA: "/l" }, "win32", "/l/lambda-ext"],
  ])("for %o on %s is %s", (env, platform, folder) => {
    expect(where(env, platform)).toBe(folder);
  });

  it("is asked for where no home is known", () => {
    expect(() => where({})).toThrow(
      expect.objectContaining({ code: "NoStateFolder", hint: expect.stringContaining("LAMBDA_EXT_LOCAL_DIR") }),
    );
  });

  it("that cannot be made is told", async () => {
    const file = join(temporaryFolder(), "file");
    writeFileSync(file, "");
    await expect(ensure(join(file, "below"))).rejects.toMatchObject({
      code: "StateFolderUnusable",
      message: expect.stringContaining(file),
    });
  });
});

describe("resetting", () => {
  it("ends whoever serves the folder, removes what is kept, and leaves the credentials", async () => {
    const directory = temporaryFolder();
    const execution = fakeExecution();
    const old = await mustLead(directory, {}, execution);
    await old.executor();
    await resetFolder({ directory, env: {}, pid: process.pid, signal });
    await old.ended;
    expect(execution.closed).toBe(true);
    expect(existsSync(join(directory, "store"))).toBe(false);
    const next = await mustLead(directory);
    expect(next.credentials).toEqual(old.credentials);
    expect(next.functions()).toBe(0);
  });
});

describe("the process in the background", () => {
  it("takes along what it needs of the environment, and nothing else", () => {
    const interpreters = { JAVA_HOME: "/j", ...Object.fromEntries(interpreterVariables.map((name) => [name, "/p"])) };
    const env = {
      PATH: "/bin",
      HOME: "/h",
      CI: "1",
      LAMBDA_EXT_ISOLATION: "none",
      LAMBDA_EXT_FREEZE: "0",
      LC_ALL: "C",
      AWS_SECRET_ACCESS_KEY: "s",
      NODE_OPTIONS: "--x",
      GITHUB_TOKEN: "t",
      PATHS: "no",
      ...interpreters,
    };
    expect(cleanEnvironment(env)).toEqual({
      PATH: "/bin",
      HOME: "/h",
      CI: "1",
      LAMBDA_EXT_ISOLATION: "none",
      LAMBDA_EXT_FREEZE: "0",
      LC_ALL: "C",
      ...interpreters,
    });
  });
});

describe("a folder with other things in it", () => {
  it("is neither closed to others nor emptied", async () => {
    const directory = temporaryFolder();
    chmodSync(directory, 0o755);
    mkdirSync(join(directory, "store"));
    writeFileSync(join(directory, "store", "mine"), "precious");
    await expect(ensure(directory)).rejects.toMatchObject({ code: "StateFolderUnusable" });
    await expect(resetFolder({ directory, env: {}, pid: process.pid, signal })).rejects.toThrow("other things");
    expect(readdirSync(directory)).toEqual(["store"]);
    expect(readFileSync(join(directory, "store", "mine"), "utf8")).toBe("precious");
    expect(statSync(directory).mode & 0o777).toBe(0o755);
  });
});
