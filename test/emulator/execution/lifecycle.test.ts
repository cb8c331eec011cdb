// A Go function with Go extensions through INIT, INVOKE and SHUTDOWN.
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { FunctionSnapshot } from "../../../src/emulator/execution.ts";
import { levels } from "./support/levels.ts";
import { buildPrograms, type Programs } from "./support/programs.ts";
import { openWorld, type World } from "./support/world.ts";

let programs: Programs;

beforeAll(async () => {
  programs = await buildPrograms();
});

for (const { level, skip, why } of levels) {
  describe.skipIf(skip)(`isolation ${level}${why}`, () => {
    let world: World;
    let snapshot: FunctionSnapshot;
    beforeAll(async () => {
      world = await openWorld({ isolation: level });
      snapshot = world.define({
        code: await world.zip([{ path: "bootstrap", content: programs.bootstrap }]),
        layers: [
          await world.zip([
            { path: "extensions/one", content: programs.extension },
            { path: "extensions/.two", content: programs.extension },
            { path: "extensions/folder/three", content: programs.extension },
          ]),
        ],
      });
    });
    afterAll(() => world.close());

    test("a cold invocation logs the phases in AWS's order", async () => {
      const result = await world.invoke(
        snapshot,
        { text: "hello" },
        { requestId: "11111111-2222-3333-4444-555555555555" },
      );
      expect(JSON.parse(result.payload.toString())).toEqual({ count: 1, text: "hello" });
      expect(result.functionError).toBeUndefined();
      const registered =
        'registered 200 {"functionName":"fixture","functionVersion":"$LATEST","handler":"index.handler","accountId":"000000000000"}';
      const lines = result.logTail.split("\n");
      expect(lines[0]).toBe("INIT_START Runtime Version: provided:al2023.local");
      expect(lines.slice(1, 3).sort()).toEqual([`[.two] ${registered}`, `[one] ${registered}`]);
      expect(lines.slice(3, 6)).toEqual([
        "EXTENSION\tName: .two\tState: Ready\tEvents: [INVOKE, SHUTDOWN]",
        "EXTENSION\tName: one\tState: Ready\tEvents: [INVOKE, SHUTDOWN]",
        "START RequestId: 11111111-2222-3333-4444-555555555555 Version: $LATEST",
      ]);
      expect(lines.slice(6, 8).sort()).toEqual([
        "[.two] INVOKE 11111111-2222-3333-4444-555555555555",
        "[one] INVOKE 11111111-2222-3333-4444-555555555555",
      ]);
      expect(lines[8]).toBe("END RequestId: 11111111-2222-3333-4444-555555555555");
      expect(lines[9]).toMatch(
        /^REPORT RequestId: 11111111-\S+\tDuration: \d+\.\d\d ms\tBilled Duration: \d+ ms\tMemory Size: 512 MB\tMax Memory Used: \d+ MB\tInit Duration: \d+\.\d\d ms\t$/,
      );
      expect(lines.slice(10)).toEqual([""]);
      const [, duration = "", billed = "", init = ""] =
        /Duration: (\S+) ms\tBilled Duration: (\d+) .*Init Duration: (\S+) ms/.exec(lines[9] ?? "") ?? [];
      // The line is rounded to hundredths, the bill is not.
      const sum = Number(duration) + Number(init);
      expect(Number(billed)).toBeGreaterThanOrEqual(sum - 0.01);
      expect(Number(billed)).toBeLessThan(sum + 1.01);
    });

    test("a warm one has no Init Duration and the same processes", async () => {
      const result = await world.invoke(snapshot, { text: "again" });
      expect(JSON.parse(result.payload.toString())).toEqual({ count: 2, text: "again" });
      expect(result.logTail).toMatch(/^START.*END.*REPORT [^\n]*Max Memory Used: \d+ MB\t\n$/s);
    });

    test("without a tail the answer comes at once, and the log all the same", async () => {
      const requestId = "22222222-2222-3333-4444-555555555555";
      const result = await world.invoke(snapshot, { text: "quick" }, { logTail: false, requestId });
      expect(result.logTail).toBe("");
      // The next one waits for the end of that one.
      await world.invoke(snapshot, {});
      expect(world.log()).toContain(`END RequestId: ${requestId}\nREPORT RequestId: ${requestId}`);
    });

    test("a function's own error is an answer, and the processes go on", async () => {
      const before = JSON.parse((await world.invoke(snapshot, {})).payload.toString()).count;
      const failed = await world.invoke(snapshot, { do: "error", text: "no such thing" });
      expect(failed.functionError).toBe("Unhandled");
      expect(JSON.parse(failed.payload.toString())).toEqual({
        errorMessage: "no such thing",
        errorType: "errorString",
      });
      expect(failed.logTail).not.toContain("Status:");
      expect(JSON.parse((await world.invoke(snapshot, {})).payload.toString()).count).toBe(before + 2);
    });

    test("what a function prints without a newline is there before END, and huge lines are cut", async () => {
      const { logTail } = await world.invoke(snapshot, { do: "print", text: "no newline" });
      expect(logTail).toContain("no newlineEND RequestId");
      const before = world.log().length;
      await world.invoke(snapshot, { do: "print", text: `${"é".repeat(200_000)}\n` });
      expect(world.log().slice(before)).toContain(`${"é".repeat(200_000)}\n`);
      const messages = [...world.streams.values()].flat();
      expect(
        messages.filter((message) => message.startsWith("éé")).map((message) => Buffer.byteLength(message)),
      ).toEqual([262_144, 400_001 - 262_144]);
    });

    test("the tail is the last 4 KB, cut between characters", async () => {
      const { logTail } = await world.invoke(snapshot, { do: "print", text: `${"ééééééé\n".repeat(1000)}` });
      expect(Buffer.byteLength(logTail)).toBeLessThanOrEqual(4096);
      expect(Buffer.byteLength(logTail)).toBeGreaterThan(4090);
      expect(logTail).not.toContain("\uFFFD");
      expect(logTail).toMatch(/REPORT .*\n$/);
    });

    test("context, deadline and trace reach the function", async () => {
      const before = Date.now();
      const { payload } = await world.invoke(
        snapshot,
        { do: "context" },
        {
          requestId: "33333333-2222-3333-4444-555555555555",
          clientContext: '{"custom":\n{"a":"bücher 日本"}}',
          traceId: "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1",
          invokedFunctionArn: `${snapshot.functionArn}:live`,
        },
      );
      const context = JSON.parse(payload.toString());
      expect(context).toMatchObject({
        id: "33333333-2222-3333-4444-555555555555",
        arn: `${snapshot.functionArn}:live`,
        client: { a: "bücher 日本" },
        trace: "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1",
      });
      expect(context.deadline).toBeGreaterThanOrEqual(before + 10_000);
      expect(context.deadline).toBeLessThan(Date.now() + 10_000);
    });

    test("a sampled trace has a line of its own behind the report", async () => {
      const traceId = "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1";
      const { logTail } = await world.invoke(snapshot, {}, { traceId });
      expect(logTail).toMatch(
        /REPORT .*\t\nXRAY TraceId: 1-5759e988-bd862e3fe1be46a994272793\tSegmentId: 53995c3f42cd8ad8\tSampled: true\t\n$/,
      );
      const quiet = await world.invoke(snapshot, {}, { traceId: traceId.replace("Sampled=1", "Sampled=0") });
      expect(quiet.logTail).not.toContain("XRAY");
    });

    test("a response that is too large is the function's error, and the runtime is told 413", async () => {
      const { payload, functionError, logTail } = await world.invoke(snapshot, { do: "large", size: 6_291_556 });
      expect(functionError).toBe("Unhandled");
      expect(JSON.parse(payload.toString())).toEqual({
        errorType: "Function.ResponseSizeTooLarge",
        errorMessage: "Response payload size (6291558 bytes) exceeded maximum allowed payload size (6291556 bytes).",
      });
      // Go's runtime client ends over a 413.
      expect(logTail).toContain("Status: error\tError Type: Runtime.ExitError");
      const after = await world.invoke(snapshot, { do: "large", size: 6_291_554 });
      expect(after.payload.length).toBe(6_291_556);
    });

    test("retiring sends SHUTDOWN to every extension and ends the credentials", async () => {
      const before = world.revoked.length;
      await world.invoke(snapshot, {});
      const logged = world.log().length;
      await world.executor.retire(snapshot.functionArn);
      const log = world.log().slice(logged);
      for (const name of ["one", ".two"]) {
        expect(log).toContain(`[${name}] SHUTDOWN spindown true\n`);
        expect(log).toContain(`[${name}] goodbye\n`);
      }
      expect(world.revoked.length).toBe(before + 1);
      // Another environment, another stream.
      const streams = world.streams.size;
      await world.invoke(snapshot, {});
      expect(world.streams.size).toBe(streams + 1);
      for (const name of world.streams.keys()) expect(name).toMatch(/^\d{4}\/\d\d\/\d\d\/\[\$LATEST\][0-9a-f]{32}$/);
    });
  });
}
