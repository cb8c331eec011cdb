// The processes of a function, at every level: that freezing freezes, that nothing is left when they end.
import { randomUUID } from "node:crypto";
import { readdir } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { FunctionSnapshot } from "../../../src/emulator/execution.ts";
import { isAlive } from "../../../src/emulator/sandbox/proc.ts";
import { livingWith } from "./support/family.ts";
import { createGate } from "./support/gate.ts";
import { everyLevel } from "./support/levels.ts";
import { buildPrograms, type Programs } from "./support/programs.ts";
import { openWorld, type World } from "./support/world.ts";

let programs: Programs;
let mark: string;

beforeAll(async () => {
  programs = await buildPrograms();
});
beforeEach(() => {
  mark = randomUUID();
});

const living = () => livingWith(mark);

async function define(world: World, words: Readonly<Record<string, string>>): Promise<FunctionSnapshot> {
  const names = Object.keys(words);
  return world.define({
    functionName: `sandboxed-${mark.slice(0, 8)}`,
    code: await world.zip([{ path: "bootstrap", content: programs.bootstrap }]),
    layers: [await world.zip(names.map((name) => ({ path: `extensions/${name}`, content: programs.extension })))],
    environment: {
      TEST_MARK: mark,
      ...Object.fromEntries(Object.entries(words).map(([name, text]) => [`EXTENSION_${name.toUpperCase()}`, text])),
    },
  });
}

for (const { level, skip, why } of everyLevel) {
  describe.skipIf(skip)(`isolation ${level}${why}`, () => {
    let world: World;
    beforeAll(async () => {
      world = await openWorld({ isolation: level });
    });
    afterAll(() => world.close());
    const value = async (snapshot: FunctionSnapshot, payload: unknown) =>
      JSON.parse((await world.invoke(snapshot, payload)).payload.toString());

    test("between invocations everything stands still", async () => {
      const snapshot = await define(world, { one: "tick" });
      const ticks = () => world.log().match(/\[one\] tick/g)?.length ?? 0;
      await world.invoke(snapshot, { sleep: 300 });
      expect(ticks()).toBeGreaterThan(3);
      // What was written before the stop has arrived after this.
      await new Promise((resolve) => setTimeout(resolve, 100));
      const frozen = ticks();
      await new Promise((resolve) => setTimeout(resolve, 150));
      expect(ticks()).toBe(frozen);
      await world.invoke(snapshot, { sleep: 300 });
      expect(ticks()).toBeGreaterThan(frozen + 3);
    });

    test("nothing is left after a reset but what the next invocation starts, and nothing after the end", async () => {
      const snapshot = await define(world, { one: "", two: "" });
      await world.invoke(snapshot, { do: "daemon", Command: ["setsid", "sleep", "60"] });
      const first = living();
      // The function, two extensions, and what the function left behind.
      expect(first).toHaveLength(4);
      await world.invoke(snapshot, { do: "exit", size: 1 });
      await world.invoke(snapshot, {});
      const second = living();
      expect(second).toHaveLength(3);
      expect(first.filter(isAlive)).toEqual([]);
      await world.executor.retire(snapshot.functionArn);
      expect(living()).toEqual([]);
    });

    test("300 invocations and 20 environments leave no file descriptor and no folder", async () => {
      const snapshot = await define(world, { one: "" });
      const descriptors = async () => (await readdir("/proc/self/fd")).length;
      await world.invoke(snapshot, {});
      await world.executor.retire(snapshot.functionArn);
      const before = await descriptors();
      for (let i = 0; i < 300; i++) await world.invoke(snapshot, {}, { logTail: i % 2 === 0 });
      for (let i = 0; i < 10; i++) await world.invoke(snapshot, { do: "exit" });
      for (let i = 0; i < 10; i++) {
        await world.executor.retire(snapshot.functionArn);
        await world.invoke(snapshot, {});
      }
      await world.executor.retire(snapshot.functionArn);
      // The supply of pipes may be at work.
      expect(await descriptors()).toBeLessThanOrEqual(before + 2);
      const [run = ""] = await readdir(join(world.host.workDirectory, "run"));
      expect((await readdir(join(world.host.workDirectory, "run", run, "pipes"))).length).toBeLessThanOrEqual(2);
    });

    test("SIGTERM reaches the runtime's children, and an idle environment ends by itself", async () => {
      const other = await openWorld({ isolation: level, idleMilliseconds: 200 });
      try {
        const bootstrap = [
          "#!/bin/sh",
          `sh -c 'trap "echo child got it; exit 0" TERM; while :; do sleep 0.1; done' &`,
          "child=$!",
          // Nobody but the group's signal ends the child.
          "trap 'wait $child; exit 0' TERM",
          "./real &",
          "wait $!",
        ].join("\n");
        const snapshot = {
          ...(await define(other, { one: "" })),
          code: await other.zip([
            { path: "bootstrap", content: bootstrap },
            { path: "real", content: programs.bootstrap },
          ]),
        };
        await other.invoke(snapshot, {});
        while (other.revoked.length === 0) await new Promise((resolve) => setTimeout(resolve, 20));
        expect(other.log()).toContain("child got it\n");
        expect(other.log()).toContain("[one] SHUTDOWN spindown true\n");
        expect(living()).toEqual([]);
      } finally {
        await other.close();
      }
    });

    test("invocations of two functions run side by side", async () => {
      const one = await define(world, { one: "" });
      await value(one, {});
      const other = { ...one, functionName: "other", functionArn: `${one.functionArn}-other`, revisionId: "other" };
      await value(other, {});
      const gates = [await createGate(), await createGate()] as const;
      const [gate, otherGate] = gates;
      const answers = [value(one, { do: "get", text: gate.url }), value(other, { do: "get", text: otherGate.url })];
      // One after the other, the second would never get there.
      await Promise.all(gates.map(({ reached }) => reached()));
      for (const { open } of gates) open();
      await Promise.all(answers);
      await Promise.all(gates.map(({ close }) => close()));
      expect(world.executor.active).toBe(0);
    });

    test("a new revision gets a new environment", async () => {
      const snapshot = await define(world, {});
      await world.invoke(snapshot, {});
      expect((await value(snapshot, {})).count).toBe(2);
      expect((await value({ ...snapshot, revisionId: "next" }, {})).count).toBe(1);
      expect(living()).toHaveLength(1);
    });

    test("an extension's server is the function's localhost", async () => {
      const { address, close } = await freePort();
      await close();
      const snapshot = await define(world, { one: `listen=${address}` });
      expect(await value(snapshot, { do: "get", text: `http://${address}/` })).toBe("from one");
    });

    test.skipIf(level === "none")(
      "an extension can listen on sandbox.localdomain, and be found as sandbox",
      async () => {
        const { address, close } = await freePort();
        await close();
        const port = address.split(":")[1];
        const snapshot = await define(world, { one: `listen=sandbox.localdomain:${port}` });
        expect(await value(snapshot, { do: "get", text: `http://sandbox:${port}/` })).toBe("from one");
      },
    );

    test("close ends what is running, and refuses what waits", async () => {
      const other = await openWorld({ isolation: level });
      const snapshot = await define(other, { one: "" });
      const running = other.invoke(snapshot, { sleep: 9000 });
      const waiting = other.invoke(snapshot, {}).catch((error: unknown) => error);
      while (!other.log().includes("[one] INVOKE")) await new Promise((resolve) => setTimeout(resolve, 10));
      const started = Date.now();
      await other.close();
      expect(Date.now() - started).toBeLessThan(3000);
      expect(JSON.parse((await running).payload.toString()).errorType).toBe("Sandbox.Failure");
      if (level === "none") expect(await waiting).toMatchObject({ code: "ServiceException" });
      await expect(other.invoke(snapshot, {})).rejects.toMatchObject({ code: "ServiceException" });
      expect(living()).toEqual([]);
      expect(other.revoked).toHaveLength(level === "none" ? 1 : 2);
    });
  });
}

async function freePort(): Promise<{ address: string; close(): Promise<void> }> {
  const server: Server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return { address: `127.0.0.1:${port}`, close: () => new Promise((resolve) => server.close(() => resolve())) };
}
