// Several environments of a function at a time: how many, which one is used again, when there are too many, how they end.
import { randomUUID } from "node:crypto";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import type { FunctionSnapshot } from "../../../src/emulator/execution.ts";
import { isAlive, processesWith } from "../../../src/emulator/sandbox/proc.ts";
import { levels, networkLevels } from "./support/levels.ts";
import { type Meeting, openMeeting } from "./support/meeting.ts";
import { buildPrograms, type Programs } from "./support/programs.ts";
import { openWorld, type World } from "./support/world.ts";

let programs: Programs;
/** Makes the zips, once for all tests. */
let zipper: World;
beforeAll(async () => {
  programs = await buildPrograms();
  zipper = await openWorld({ isolation: "none" });
});
afterAll(() => zipper.close());

let world: World | undefined;
afterEach(async () => {
  await world?.close();
  world = undefined;
});

const mark = randomUUID();

function living(): number[] {
  return processesWith("TEST_MARK")
    .filter(({ pid, value }) => value === mark && isAlive(pid))
    .map(({ pid }) => pid);
}

let meeting: Meeting;
beforeEach(async () => {
  meeting = await openMeeting();
});
afterEach(() => meeting.close());

async function open(options: Parameters<typeof openWorld>[0]): Promise<World> {
  world = await openWorld({ forward: [meeting.port], ...options });
  return world;
}

/** So many invocations that are at work at the same time; ended by `meeting.release`. */
async function occupy(snapshot: FunctionSnapshot, count: number) {
  const running = times(count, () => value(snapshot, { do: "get", text: meeting.url }));
  await Promise.race([meeting.gathered(count), running]);
  return { running };
}

async function define(name: string, changes: Partial<FunctionSnapshot> = {}): Promise<FunctionSnapshot> {
  return zipper.define({
    functionName: name,
    code: await zipper.zip([{ path: "bootstrap", content: programs.bootstrap }]),
    layers: [await zipper.zip([{ path: "extensions/one", content: programs.extension }])],
    environment: { TEST_MARK: mark },
    ...changes,
  });
}

async function value(snapshot: FunctionSnapshot, payload: unknown) {
  const result = await world?.invoke(snapshot, payload);
  return JSON.parse(result?.payload.toString() ?? "");
}

const counts = (answers: readonly { count: number }[]) => answers.map(({ count }) => count);
const times = <T>(count: number, make: (index: number) => Promise<T>) =>
  Promise.all(Array.from({ length: count }, (_, index) => make(index)));
/** The log streams whose environment has been told to end. */
const ended = () =>
  [...(world?.streams.values() ?? [])].filter((lines) => lines.join("").includes("SHUTDOWN spindown"));

const [noneLevel] = levels;
const tested = [noneLevel, ...networkLevels].filter(({ level }) => levels.some((one) => one.level === level));

for (const { level, skip, why } of tested) {
  // Without isolation environments of one function can't be kept from each other's ports, and wait unless told otherwise.
  const network = level === "none" ? "host" : "auto";

  describe.skipIf(skip)(`isolation ${level}, network ${network}${why}`, () => {
    test("each of three invocations at a time has an environment of its own, and those are used again", async () => {
      const { streams, revoked, executor } = await open({ isolation: level, network });
      const snapshot = await define("three");
      for (let round = 0; round < 2; round++) {
        const { running } = await occupy(snapshot, 3);
        meeting.release();
        expect(await running).toEqual(["met", "met", "met"]);
        expect(streams.size).toBe(3);
      }
      // One after the other: always the same one.
      for (const count of [3, 4, 5]) expect((await value(snapshot, {})).count).toBe(count);
      expect(streams.size).toBe(3);
      expect(living()).toHaveLength(6);
      await executor.retire(snapshot.functionArn);
      expect(living()).toEqual([]);
      expect(ended()).toHaveLength(3);
      expect(new Set(revoked).size).toBe(3);
    });

    test("a loop of invocations has one environment, unless extensions take long after the answer", {
      retry: 2,
    }, async () => {
      const { streams, invoke } = await open({ isolation: level, network });
      const snapshot = await define("loop", { environment: { EXTENSION_ONE: "slow-invoke=20" } });
      for (let i = 0; i < 5; i++) await invoke(snapshot, {}, { logTail: false });
      expect(streams.size).toBe(1);
      // Longer than that is as on Lambda: the next one starts cold.
      const slow = await define("slow", { environment: { EXTENSION_ONE: "slow-invoke=1500" } });
      await invoke(slow, {}, { logTail: false });
      await invoke(slow, {}, { logTail: false });
      expect(streams.size).toBe(3);
    });

    test("too many at a time are refused, unless an idle one can make room", async () => {
      const { invoke, warnings } = await open({ isolation: level, network, environments: 2 });
      const one = await define("one");
      const two = await define("two");
      const { running } = await occupy(one, 2);
      const refusal = { code: "ConcurrentInvocationLimitExceeded", hint: expect.stringContaining("--environments") };
      await expect(invoke(one, {})).rejects.toMatchObject(refusal);
      await expect(invoke(two, {})).rejects.toMatchObject({
        ...refusal,
        message: "two was not run: all 2 environments of the local endpoint are busy.",
      });
      // Who runs the endpoint is told by the side that answers the caller, which does so once a minute.
      expect(warnings.filter((text) => text.includes("--environments"))).toEqual([]);
      meeting.release();
      await running;
      expect(ended()).toHaveLength(0);
      expect((await value(two, {})).count).toBe(1);
      expect(ended().length).toBeGreaterThanOrEqual(1);
      expect(living().length).toBeLessThanOrEqual(4);
    });

    test("reserved concurrency limits all versions of a function together, and nobody else", async () => {
      const { invoke } = await open({ isolation: level, network });
      const snapshot = await define("reserved", { reservedConcurrency: 1 });
      const published = { ...snapshot, version: "1" };
      const code = "ReservedFunctionConcurrentInvocationLimitExceeded";
      const occupied = occupy(snapshot, 1);
      await expect(invoke(snapshot, {})).rejects.toMatchObject({
        ...{ code, message: "reserved was not run: it runs once already, which is its reserved concurrency." },
      });
      await expect(invoke(published, {})).rejects.toMatchObject({ code });
      const { running } = await occupied;
      await expect(invoke(snapshot, {})).rejects.toMatchObject({ code });
      expect((await value(await define("other"), {})).count).toBe(1);
      meeting.release();
      expect(await running).toEqual(["met"]);
      expect((await value(snapshot, {})).count).toBe(2);
      expect((await value(published, {})).count).toBe(1);
      await expect(invoke({ ...snapshot, reservedConcurrency: 0 }, {})).rejects.toMatchObject({
        ...{ code, message: expect.stringContaining("which forbids it to run") },
      });
    });

    test("a refused or failed start gives its place back", async () => {
      const { invoke } = await open({ isolation: level, network, environments: 1 });
      const whole = await define("whole");
      const code = { ...whole.code, zip: "/nowhere.zip", codeSha256: randomUUID() };
      const bad = { ...whole, code };
      for (let i = 0; i < 3; i++)
        await expect(invoke(bad, {})).rejects.toMatchObject({ code: "InvalidZipFileException" });
      expect((await value({ ...whole, revisionId: randomUUID() }, {})).count).toBe(1);
    });

    test("each ends by itself when it has been idle for long enough", async () => {
      const { streams, revoked } = await open({ isolation: level, network, idleMilliseconds: 1500 });
      const snapshot = await define("idle");
      const { running } = await occupy(snapshot, 2);
      meeting.release();
      await running;
      // One is kept busy: the other one goes.
      const deadline = Date.now() + 10_000;
      while (revoked.length === 0 && Date.now() < deadline) await value(snapshot, { sleep: 50 });
      expect(revoked).toHaveLength(1);
      expect(ended()).toHaveLength(1);
      expect(streams.size).toBe(2);
      await vi.waitFor(() => expect(revoked).toHaveLength(2), 5000);
      expect(living()).toEqual([]);
    });

    test("after an update the old ones finish what they do, and end", async () => {
      const { streams } = await open({ isolation: level, network });
      const old = await define("updated");
      const { running } = await occupy(old, 2);
      const updated = { ...old, revisionId: randomUUID() };
      expect((await value(updated, {})).count).toBe(1);
      meeting.release();
      expect(await running).toEqual(["met", "met"]);
      await vi.waitFor(() => expect(ended()).toHaveLength(2), 5000);
      expect((await value(updated, {})).count).toBe(2);
      expect(streams.size).toBe(3);
      expect(living()).toHaveLength(2);
    });

    test("close ends several at work, and leaves nothing", async () => {
      const { executor } = await open({ isolation: level, network });
      const snapshot = await define("closed");
      const { running } = await occupy(snapshot, 3);
      await executor.close();
      const answers = await running;
      expect(answers.map(({ errorType }) => errorType)).toEqual(Array(3).fill("Sandbox.Failure"));
      expect(living()).toEqual([]);
      await expect(world?.invoke(snapshot, {})).rejects.toMatchObject({ code: "ServiceException" });
    });

    test("close in the middle of a start leaves nothing either", async () => {
      const { executor } = await open({ isolation: level, network });
      const snapshot = await define("early");
      const running = times(3, () => value(snapshot, {}).catch((error: unknown) => error));
      await executor.close();
      for (const outcome of await running) {
        expect(outcome.code ?? outcome.errorType).toMatch(/^(ServiceException|Sandbox.Failure)$/);
      }
      expect(living()).toEqual([]);
    });
  });
}

describe.skipIf(noneLevel.skip)("where there are no networks of their own", () => {
  test("invocations of one function queue for its environment, and none is refused", async () => {
    const { streams } = await open({ isolation: "none", environments: 2 });
    const snapshot = await define("queue");
    expect(counts(await times(5, () => value(snapshot, { sleep: 20 })))).toEqual([1, 2, 3, 4, 5]);
    expect(streams.size).toBe(1);
    const other = await define("beside");
    const both = Promise.all([occupy(snapshot, 1), value(other, { do: "get", text: meeting.url })]);
    await meeting.gathered(2);
    meeting.release();
    await both;
  });

  test("another revision waits for the end of the old one", async () => {
    const { log } = await open({ isolation: "none" });
    const old = await define("revised", { environment: { EXTENSION_ONE: "listen=127.0.0.1:4823", TEST_MARK: mark } });
    const running = value(old, { sleep: 300 });
    const next = value({ ...old, revisionId: randomUUID() }, { do: "get", text: "http://127.0.0.1:4823/" });
    expect((await running).count).toBe(1);
    expect(await next).toBe("from one");
    expect(log()).not.toContain("listen:");
  });

  test("who has waited with an old revision leaves its environment to nobody", async () => {
    await open({ isolation: "none" });
    const old = await define("waited", { environment: { REVISION: "old", TEST_MARK: mark } });
    const revised = { ...old, revisionId: randomUUID(), environment: { ...old.environment, REVISION: "new" } };
    const seen = [old, old, revised, revised].map(async (snapshot) =>
      /REVISION=(\w+)/.exec(String(await value(snapshot, { do: "environment", sleep: 50 })))?.at(1),
    );
    expect(await Promise.all(seen)).toEqual(["old", "old", "new", "new"]);
  });

  test("idle extensions of one function give their ports to those of another", async () => {
    await open({ isolation: "none" });
    const environment = { EXTENSION_ONE: "listen=127.0.0.1:4824", TEST_MARK: mark };
    for (const name of ["first", "second", "first"]) {
      const snapshot = await define(name, { environment });
      expect(await value(snapshot, { do: "get", text: "http://127.0.0.1:4824/" })).toBe("from one");
    }
  });

  test("who asks for them is told why", async () => {
    await expect(openWorld({ isolation: "none", network: "private" })).rejects.toMatchObject({
      ...{ kind: "usage", code: "PrivateNetworkUnavailable" },
      message: "Environments cannot have networks of their own here: isolation none has none to give.",
      hint: "`lambda-ext local start --network auto` does without.",
    });
  });
});
