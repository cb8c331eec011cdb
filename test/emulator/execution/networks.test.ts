// Networks of environments' own: fixed ports, what can be reached from inside and from outside, and what happens when one breaks down.
import { randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";
import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, onTestFinished, test, vi } from "vitest";
import type { FunctionSnapshot } from "../../../src/emulator/execution.ts";
import { isAlive, processesWith, startTimeOf } from "../../../src/emulator/sandbox/proc.ts";
import { temporaryFolder } from "../../support/temporary.ts";
import { type Collector, openCollector } from "./support/collector.ts";
import { descendantsOf, helpersBelow } from "./support/helpers.ts";
import { networkLevels } from "./support/levels.ts";
import { type Meeting, openMeeting } from "./support/meeting.ts";
import { buildPrograms, type Programs } from "./support/programs.ts";
import { startTool } from "./support/start-tool.ts";
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
  expect(helpersBelow(process.pid)).toEqual([]);
});

async function open(options: Parameters<typeof openWorld>[0]): Promise<World> {
  world = await openWorld({ forward: [meeting.port], ...options });
  return world;
}

async function define(name: string, changes: Partial<FunctionSnapshot> = {}): Promise<FunctionSnapshot> {
  return zipper.define({
    functionName: name,
    code: await zipper.zip([{ path: "bootstrap", content: programs.bootstrap }]),
    layers: [await zipper.zip([{ path: "extensions/one", content: programs.extension }])],
    ...changes,
  });
}

const words = (text: string) => ({ environment: { EXTENSION_ONE: text } });

async function value(snapshot: FunctionSnapshot, payload: unknown) {
  const result = await world?.invoke(snapshot, payload);
  return JSON.parse(result?.payload.toString() ?? "");
}

const times = <T>(count: number, make: (index: number) => Promise<T>) =>
  Promise.all(Array.from({ length: count }, (_, index) => make(index)));

let meeting: Meeting;
beforeEach(async () => {
  meeting = await openMeeting();
});
afterEach(() => meeting.close());

/** Starts so many environments of a function, all at work at the same time. */
async function warmUp(snapshot: FunctionSnapshot, count: number): Promise<void> {
  const running = times(count, () => value(snapshot, { do: "get", text: meeting.url }));
  await Promise.race([meeting.gathered(count), running]);
  meeting.release();
  expect(await running).toEqual(Array(count).fill("met"));
}

/** A server of this machine. */
async function serve(listener: RequestListener): Promise<{ port: number; url: string }> {
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  const { port } = server.address() as AddressInfo;
  return { port, url: `http://127.0.0.1:${port}` };
}

for (const { level, skip, why } of networkLevels) {
  describe.skipIf(skip)(`isolation ${level}${why}`, () => {
    test("an extension listens on its fixed port in each of four environments at a time", async () => {
      const { streams, warnings, log } = await open({ isolation: level });
      const snapshot = await define("fixed", words("listen=127.0.0.1:4825"));
      await warmUp(snapshot, 4);
      expect(streams.size).toBe(4);
      const answers = await times(4, () => value(snapshot, { do: "get", text: "http://127.0.0.1:4825/", sleep: 100 }));
      expect(answers).toEqual(Array(4).fill("from one"));
      expect(streams.size).toBe(4);
      expect(log()).not.toContain("listen:");
      expect(helpersBelow(process.pid).length).toBeGreaterThanOrEqual(3);
      expect(warnings.filter((text) => text.includes("has a network of its own"))).toEqual([
        expect.stringMatching(/^fixed runs more than once at a time: the later one .* See --network and --forward/),
      ]);
    });

    test("the first and the second environment see the same, the endpoint included", async () => {
      const { url } = await serve((request, response) => void response.end(`endpoint ${request.url}`));
      const { streams } = await open({ isolation: level, endpointUrl: url });
      const snapshot = await define("same");
      await warmUp(snapshot, 2);
      const both = await times(2, () => value(snapshot, { do: "environment", sleep: 100 }));
      expect(streams.size).toBe(2);
      const [first, second] = both.map((lines: string[]) =>
        lines
          .map((line) => line.replace(/^(AWS_ACCESS_KEY_ID|AWS_LAMBDA_LOG_STREAM_NAME)=.*/, "$1"))
          .map((line) => line.replace(/^(AWS_LAMBDA_RUNTIME_API=127\.0\.0\.1):\d+$/, "$1"))
          .sort(),
      );
      expect(second).toEqual(first);
      expect(first).toContain(`AWS_ENDPOINT_URL=${url}`);
      expect(first).toContain("AWS_LAMBDA_RUNTIME_API=127.0.0.1");
      const pages = await times(2, () => value(snapshot, { do: "get", text: `${url}/x`, sleep: 300 }));
      expect(pages).toEqual(["endpoint /x", "endpoint /x"]);
      expect(streams.size).toBe(2);
    });

    test("a function that invokes itself is answered", async () => {
      const { url } = await serve(async (_request, response) => {
        response.end(JSON.stringify(await value(snapshot, { text: "inner" })));
      });
      await open({ isolation: level, endpointUrl: url });
      const snapshot = await define("recursive", { timeout: 5 });
      expect(JSON.parse(await value(snapshot, { do: "get", text: url }))).toEqual({ count: 1, text: "inner" });
    });

    test("of this machine's ports only those that are forwarded can be reached, with all that is sent", async () => {
      const large = "x".repeat(3_000_000);
      const forwarded = await serve((_request, response) => void response.end(large));
      const other = await serve((_request, response) => void response.end("secret"));
      await open({ isolation: level, network: "private", forward: [forwarded.port] });
      const snapshot = await define("forwarded");
      expect(await value(snapshot, { do: "get", text: forwarded.url })).toBe(large);
      expect((await value(snapshot, { do: "get", text: other.url })).errorMessage).toMatch(/connection refused$/);
      const [interfaces, sandbox] = [
        await value(snapshot, { do: "run", Command: ["cat", "/proc/net/dev"] }),
        await value(snapshot, { do: "run", Command: ["getent", "hosts", "sandbox.localdomain"] }),
      ];
      expect(interfaces.match(/^ *\w+:/gm)).toEqual([expect.stringContaining("lo:")]);
      expect(sandbox).toMatch(/^127\.0\.0\.1/);
    });

    test("a forwarded port at which nobody listens resets its connections", async () => {
      const { port } = await serve(() => {});
      const gone = port === 65_535 ? 65_534 : port + 1;
      await open({ isolation: level, network: "private", forward: [gone] });
      const { errorMessage } = await value(await define("nobody"), { do: "get", text: `http://127.0.0.1:${gone}/` });
      expect(errorMessage).toMatch(/reset by peer|EOF$/);
    });

    test("freezing, a crash and the next start go on in it", async () => {
      const { log } = await open({ isolation: level, network: "private" });
      const snapshot = await define("frozen", words("tick,listen=127.0.0.1:4826"));
      const ticks = () => log().match(/\[one\] tick/g)?.length ?? 0;
      await value(snapshot, { sleep: 50 });
      await new Promise((resolve) => setTimeout(resolve, 100));
      const frozen = ticks();
      await new Promise((resolve) => setTimeout(resolve, 100));
      expect(ticks()).toBe(frozen);
      const [helper] = helpersBelow(process.pid);
      expect((await value(snapshot, { do: "exit", size: 1 })).errorType).toBe("Runtime.ExitError");
      expect(await value(snapshot, { do: "get", text: "http://127.0.0.1:4826/" })).toBe("from one");
      expect(helpersBelow(process.pid)).toContain(helper);
    });

    describe("telemetry", () => {
      let collector: Collector;
      beforeAll(async () => {
        collector = await openCollector();
      });
      afterAll(() => collector.close());

      test.each([
        ["HTTP", { protocol: "HTTP", URI: "http://sandbox.localdomain:PORT/" }],
        ["TCP", { protocol: "TCP", port: "PORT" }],
      ])("arrives over %s, through freezes, to the end", async (protocol, destination) => {
        await open({ isolation: level, network: "private", forward: [collector.port] });
        collector.batches.splice(0);
        const buffering = { timeoutMs: 25 };
        const body = JSON.stringify({
          ...{ schemaVersion: "2022-12-13", types: ["platform", "function"], destination, buffering },
        }).replace('"port":"PORT"', '"port":PORT');
        const subscription = Buffer.from(body).toString("base64url");
        const snapshot = await define(
          "telling",
          words(`collect=${collector.port},slow-shutdown=300,telemetry=${subscription}`),
        );
        await value(snapshot, { do: "print", text: "hello\n" });
        await new Promise((resolve) => setTimeout(resolve, 50));
        await value(snapshot, { do: "print", text: "again\n" });
        await world?.executor.retire(snapshot.functionArn);
        const wanted = ["platform.initStart", "platform.start", "function", "platform.report", "function"];
        const types = collector.types("one").filter((type) => wanted.includes(type));
        const invocation = ["platform.start", "function", "platform.report"];
        expect(types).toEqual(["platform.initStart", ...invocation, ...invocation]);
        expect(collector.batches[0]?.method).toBe(protocol === "TCP" ? "TCP" : "POST");
      });
    });

    test("where the helper is killed the invocation fails, and the next one has another environment", async () => {
      const { warnings, streams, revoked } = await open({ isolation: level, network: "private" });
      const snapshot = await define("broken");
      const running = value(snapshot, { sleep: 5000 });
      await vi.waitFor(() => expect(world?.log()).toContain("] INVOKE"), 15_000);
      const kill = () => {
        const [helper] = helpersBelow(process.pid);
        if (helper !== undefined) process.kill(helper, "SIGKILL");
      };
      kill();
      const answer = await running;
      expect(answer.errorType).toBe("Sandbox.Failure");
      expect(answer.errorMessage).toContain("The network of the environment broke down");
      expect(warnings.at(-1)).toMatch(/^The network of broken broke down: \S/);
      expect((await value(snapshot, {})).count).toBe(1);
      expect(streams.size).toBe(2);
      // One that is idle, or its spare, goes without a word to anybody who invokes.
      for (const helper of helpersBelow(process.pid)) process.kill(helper, "SIGKILL");
      await vi.waitFor(() => expect(revoked).toHaveLength(2), 15_000);
      expect((await value(snapshot, {})).count).toBe(1);
    });

    test("two functions whose extensions listen: side by side in two networks, one after the other in this machine's", async () => {
      const { url } = await serve((_request, response) => void response.end("here"));
      const { warnings } = await open({ isolation: level });
      const listening = words("listen=127.0.0.1:0");
      const [one, two] = [await define("one", listening), await define("two", listening)];
      for (const snapshot of [one, two, one]) expect(await value(snapshot, { do: "get", text: url })).toBe("here");
      const busy = value(one, { do: "get", text: meeting.url });
      await meeting.gathered(1);
      expect((await value(two, { do: "get", text: url })).errorMessage).toMatch(/connection refused$/);
      expect(warnings.at(-1)).toMatch(/^two and one run at a time, and both have extensions, which may/);
      const functionArn = one.functionArn.replace(one.region, "eu-west-3");
      await value({ ...one, region: "eu-west-3", functionArn }, {});
      expect(warnings.at(-1)).toMatch(new RegExp(`^one of eu-west-3 and one of ${one.region} run at a time`));
      // Without extensions nothing clashes.
      const plain = await define("plain", { layers: [] });
      expect(await value(plain, { do: "get", text: url })).toBe("here");
      meeting.release();
      expect(await busy).toBe("met");
    });

    test("who listens to nothing clashes with nobody: all share this machine's network, and stay warm", async () => {
      const { url } = await serve((_request, response) => void response.end("here"));
      await open({ isolation: level });
      const [one, two] = [await define("one"), await define("two")];
      expect((await value(one, {})).count).toBe(1);
      expect((await value(two, {})).count).toBe(1);
      expect((await value(one, {})).count).toBe(2);
      expect((await value(two, {})).count).toBe(2);
      // A second one of the same function too, once the first has shown that it listens to nothing.
      const busy = value(one, { do: "get", text: meeting.url });
      await meeting.gathered(1);
      expect(await value(one, { do: "get", text: url })).toBe("here");
      expect(helpersBelow(process.pid)).toEqual([]);
      meeting.release();
      expect(await busy).toBe("met");
    });

    test("in the machine's own network they are never apart, if that is wanted", async () => {
      const { url } = await serve((_request, response) => void response.end("here"));
      await open({ isolation: level, network: "host" });
      const snapshot = await define("host", { layers: [] });
      await warmUp(snapshot, 3);
      expect(await times(3, () => value(snapshot, { do: "get", text: url }))).toEqual(["here", "here", "here"]);
      expect(world?.streams.size).toBe(3);
      expect(helpersBelow(process.pid)).toEqual([]);
    });

    describe("where the machine refuses them", () => {
      const words = "nsenter: reassociate to namespace 'ns/net' failed: Operation not permitted";

      async function refusing(): Promise<NodeJS.ProcessEnv> {
        const folder = temporaryFolder();
        await writeFile(join(folder, "nsenter"), `#!/bin/sh\necho "${words}" >&2\nexit 1\n`, { mode: 0o755 });
        return { ...process.env, PATH: `${folder}:${process.env.PATH}` };
      }

      test("invocations of one function queue, and the person is told why", async () => {
        const { streams, warnings } = await open({ isolation: level, env: await refusing() });
        const snapshot = await define("refused", { environment: { EXTENSION_ONE: "listen=127.0.0.1:0" } });
        const answers = await times(4, () => value(snapshot, {}));
        // Each found out by itself; from then on the order is that of their coming.
        expect(answers.map(({ count }) => count).sort()).toEqual([1, 2, 3, 4]);
        const later = await times(4, () => value(snapshot, {}));
        expect(later.map(({ count }) => count)).toEqual([5, 6, 7, 8]);
        expect(streams.size).toBe(1);
        expect(warnings).toEqual([
          `Environments cannot have networks of their own here: ${words} Invocations of one function wait for each other.`,
        ]);
      });

      test("who asks for them is told why", async () => {
        await expect(open({ isolation: level, network: "private", env: await refusing() })).rejects.toMatchObject({
          ...{ kind: "usage", code: "PrivateNetworkUnavailable", message: expect.stringContaining(words) },
        });
      });
    });

    test("fifteen of them, one after the other and at a time, leave no file descriptor and no process", async () => {
      const { executor } = await open({ isolation: level, network: "private" });
      const snapshot = await define("many");
      const descriptors = async () => (await readdir("/proc/self/fd")).length;
      await value(snapshot, {});
      await executor.retire(snapshot.functionArn);
      const before = await descriptors();
      for (let round = 0; round < 5; round++) {
        await warmUp(snapshot, 3);
        await executor.retire(snapshot.functionArn);
      }
      // A supply of pipes and a spare network may be at work.
      await vi.waitFor(() => expect(descendantsOf(process.pid).length).toBeLessThanOrEqual(3), 15_000);
      expect(await descriptors()).toBeLessThanOrEqual(before + 8);
      await executor.close();
      expect(helpersBelow(process.pid)).toEqual([]);
      expect(await descriptors()).toBeLessThanOrEqual(before);
    });

    test("kill -9 of the tool takes networks, helpers and environments with it", async () => {
      const folder = await mkdtemp(join(tmpdir(), "lambda-ext-killed-"));
      onTestFinished(() => rm(folder, { recursive: true, force: true }));
      const mark = randomUUID();
      const snapshot = await define("killed", { environment: { TEST_MARK: mark } });
      const tool = await startTool(folder, {
        ...{ workDirectory: join(folder, "work"), isolation: level, snapshot, payload: { sleep: 600 }, times: 3 },
      });
      onTestFinished(() => void tool.kill("SIGKILL"));
      const all = descendantsOf(tool.pid ?? 0).map((pid) => ({ pid, startTime: startTimeOf(pid) }));
      expect(helpersBelow(tool.pid ?? 0).length).toBeGreaterThanOrEqual(2);
      expect(processesWith("TEST_MARK").filter(({ value }) => value === mark)).toHaveLength(6);
      const ended = new Promise((resolve) => tool.once("exit", resolve));
      tool.kill("SIGKILL");
      await ended;
      const left = () => all.filter(({ pid, startTime }) => isAlive(pid) && startTimeOf(pid) === startTime);
      await vi.waitFor(
        () => expect(left().map(({ pid }) => readFileSync(`/proc/${pid}/cmdline`, "utf8"))).toEqual([]),
        15_000,
      );
      expect(processesWith("TEST_MARK").filter(({ value, pid }) => value === mark && isAlive(pid))).toEqual([]);
    });
  });
}
