// Streamed responses: real Node.js and Go functions, chunk by chunk, and what ends them in the middle.
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { FunctionSnapshot, ResponseReceiver } from "../../../src/emulator/execution.ts";
import { createGate, type Gate } from "./support/gate.ts";
import { levels } from "./support/levels.ts";
import { buildPrograms, type Programs } from "./support/programs.ts";
import { openWorld, type World } from "./support/world.ts";

const nodeRuntime = `nodejs${process.versions.node.split(".")[0]}.x`;

/** What a streaming function does, by the event's `do`; everything that it writes comes from here. */
const actions = `
  const wait = (url) => new Promise((resolve, reject) => {
    get(url, { agent: false }, (answer) => answer.resume().on("end", resolve)).on("error", reject);
  });
  const actions = {
    chunks: async ({ gate }, stream) => { stream.write("one "); await wait(gate); stream.write("two"); stream.end(); },
    pipe: async (event, stream) => { await pipeline(Readable.from(["a", "b"]), stream); },
    throws: async ({ gate }, stream) => { stream.write("one "); await wait(gate); throw new RangeError("broke off"); },
    early: async () => { throw new RangeError("at once"); },
    exits: async ({ gate }, stream) => { stream.write("one "); await wait(gate); process.exit(3); },
    uncaught: async ({ gate }, stream) => {
      stream.write("one ");
      await wait(gate);
      setImmediate(() => { throw new TypeError("out of the blue"); });
      await new Promise(() => {});
    },
    hangs: async (event, stream) => { stream.write("one "); await new Promise((resolve) => setTimeout(resolve, 60000)); },
    unended: async (event, stream) => { stream.write("one "); },
    cuts: async ({ gate }, stream) => { stream.write("one "); await wait(gate); stream.destroy(); },
    destroys: async (event, stream) => { stream.write("one "); stream.destroy(); },
    after: async (event, stream) => { stream.end("one"); stream.write("two"); },
    returns: async (event, stream) => { stream.end("one"); return 1; },
    http: async (event, stream) => {
      const http = awslambda.HttpResponseStream.from(stream, { statusCode: 201, headers: { a: "b" }, cookies: ["c=d"] });
      http.write("body");
      http.end();
    },
    unwritten: async (event, stream) => {
      awslambda.HttpResponseStream.from(stream, { statusCode: 204 }).end();
    },
    late: async (event, stream) => { stream.write("one "); stream.setContentType("text/plain"); },
    object: async (event, stream) => { stream.write({ a: 1 }); stream.end(); },
    mark: async (event, stream) => { stream.end(String(stream.writableHighWaterMark)); },
    large: async ({ size }, stream) => {
      await pipeline(Readable.from((function* () { for (let i = 0; i < size; i++) yield Buffer.alloc(65536, i); })()), stream);
    },
    synchronous: (event, stream) => { stream.end("one"); },
  };`;
const moduleSource = `import { get } from "node:http"; import { Readable } from "node:stream"; import { pipeline } from "node:stream/promises";
  ${actions}
  export const handler = awslambda.streamifyResponse((event, ...rest) => actions[event.do](event, ...rest), { highWaterMark: 1234 });
  export const malformed = Object.assign(async () => {}, { [Symbol.for("aws.lambda.runtime.handler.streaming")]: "request" });`;
const commonSource = `const { get } = require("node:http"); const { Readable } = require("node:stream"); const { pipeline } = require("node:stream/promises");
  ${actions}
  exports.handler = awslambda.streamifyResponse((event, ...rest) => actions[event.do](event, ...rest));`;

/** The end of the process and that of its connection are noticed in either order. */
const either = expect.stringMatching(/^Runtime\.(TruncatedResponse|ExitError)$/);

/** Remembers what came, and says when something has. */
class Recorder implements ResponseReceiver {
  begun = 0;
  text = "";
  bytes = 0;
  private waiting: { readonly text: string; readonly resolve: () => void }[] = [];

  begin(): void {
    this.begun++;
  }

  write(chunk: Buffer): undefined {
    this.bytes += chunk.length;
    if (this.bytes < 10_000) this.text += chunk.toString();
    for (const { text, resolve } of this.waiting) if (this.text.includes(text)) resolve();
  }

  seen(text: string): Promise<void> {
    return new Promise((resolve) => {
      if (this.text.includes(text)) resolve();
      else this.waiting.push({ text, resolve });
    });
  }
}

let programs: Programs;
beforeAll(async () => {
  programs = await buildPrograms();
});

for (const { level, skip, why } of levels) {
  describe.skipIf(skip)(`isolation ${level}${why}`, () => {
    let world: World;
    let gate: Gate;
    let receiver: Recorder;
    let functions: Record<"module" | "common" | "go", FunctionSnapshot>;

    beforeAll(async () => {
      world = await openWorld({ isolation: level });
      gate = await createGate();
      const define = async (functionName: string, path: string, content: string | Buffer) => {
        const code = await world.zip([{ path, content }]);
        return world.define({ functionName, code, timeout: 10, ...(path !== "bootstrap" && { runtime: nodeRuntime }) });
      };
      functions = {
        module: await define("module", "index.mjs", moduleSource),
        common: await define("common", "index.js", commonSource),
        go: await define("go", "bootstrap", programs.bootstrap),
      };
    });
    afterAll(async () => {
      await gate.close();
      await world.close();
    });
    beforeEach(() => {
      receiver = new Recorder();
    });

    const stream = (snapshot: FunctionSnapshot, payload: object, more = {}) =>
      world.invoke(snapshot, { gate: gate.url, ...payload }, { receiver, ...more });
    const variant = (functionName: string, changes: Partial<FunctionSnapshot>) =>
      world.define({ functionName, runtime: nodeRuntime, code: functions.module.code, ...changes });
    const errorOf = (result: { payload: Buffer }) => JSON.parse(result.payload.toString());

    test.each([
      ["a Node.js ES module", "module", { do: "chunks" }],
      ["a Node.js CommonJS module", "common", { do: "chunks" }],
      ["a Go function that returns a reader", "go", { do: "stream" }],
    ] as const)("%s: the first chunk is there before the second is written", async (_what, name, payload) => {
      const result = stream(functions[name], { ...payload, text: gate.url }, { logTail: false });
      await Promise.all([receiver.seen("one "), gate.reached()]);
      expect(receiver.text).toBe("one ");
      gate.open();
      expect(await result).toMatchObject({ payload: Buffer.alloc(0), logTail: "", contentType: expect.any(String) });
      expect([receiver.text, receiver.begun]).toEqual(["one two", 1]);
    });

    test.each(["module", "common", "go"] as const)("%s: a caller that does not stream gets it whole", async (name) => {
      gate.open();
      const payload = { do: name === "go" ? "stream" : "chunks", gate: gate.url, text: gate.url };
      const result = await world.invoke(functions[name], payload);
      expect([result.payload.toString(), result.functionError]).toEqual(["one two", undefined]);
    });

    test("a handler that does not stream, to a caller that does", async () => {
      const result = await stream(functions.go, { do: "large", size: 100_000 });
      expect([result.payload.length, receiver.bytes, result.functionError]).toEqual([0, 100_002, undefined]);
      expect(result.logTail).toMatch(/^START .*\nEND .*\nREPORT .*\n$/);
    });

    test.each([
      ["Node.js", "module", { do: "throws" }, { errorType: "RangeError", errorMessage: "broke off" }],
      ["Node.js, uncaught", "module", { do: "uncaught" }, { errorType: "TypeError", errorMessage: "out of the blue" }],
      ["Go", "go", { do: "stream", size: 1 }, { errorType: "errorString", errorMessage: "broke off" }],
      ["Node.js ends", "module", { do: "exits" }, { errorType: either }],
      ["Go ends", "go", { do: "stream", size: 2 }, { errorType: either }],
    ] as const)("%s fails in the middle, and the next invocation works", async (_what, name, payload, expected) => {
      gate.open();
      const result = await stream(functions[name], { ...payload, text: gate.url });
      expect(receiver.text).toBe("one ");
      expect(result.functionError).toBe("Unhandled");
      expect(errorOf(result)).toMatchObject(expected);
      const next = await world.invoke(functions[name], { do: name === "go" ? "" : "pipe" });
      expect(next.functionError).toBeUndefined();
    });

    test("the error of a function that streams, where the caller does not", async () => {
      gate.open();
      const result = await world.invoke(functions.module, { do: "throws", gate: gate.url });
      expect([result.functionError, errorOf(result).errorMessage]).toEqual(["Unhandled", "broke off"]);
    });

    test("an error before the first byte", async () => {
      for (const [name, payload] of [
        ["module", { do: "early" }],
        ["go", { do: "error", text: "at once" }],
      ] as const) {
        const result = await stream(functions[name], payload);
        expect([receiver.text, result.functionError, errorOf(result).errorMessage]).toEqual([
          "",
          "Unhandled",
          "at once",
        ]);
      }
    });

    test.each(["hangs", "unended"])("the time-out in the middle (%s)", async (action) => {
      const snapshot = variant(`module-${action}`, { timeout: 1 });
      const result = await stream(snapshot, { do: action });
      expect([receiver.text, result.functionError]).toEqual(["one ", "Unhandled"]);
      expect(errorOf(result)).toMatchObject({
        errorType: "Sandbox.Timedout",
        errorMessage: expect.stringContaining("timed out after 1.00 seconds"),
      });
      expect((await world.invoke(snapshot, { do: "pipe" })).payload.toString()).toBe("ab");
    });

    test("a caller that is full when the time is up holds nobody", async () => {
      const snapshot = variant("module-full", { timeout: 1 });
      const full = { begin: () => {}, write: () => new Promise<void>(() => {}) };
      const result = await world.invoke(snapshot, { do: "large", size: 1000 }, { receiver: full });
      expect(errorOf(result).errorType).toBe("Sandbox.Timedout");
      expect((await world.invoke(snapshot, { do: "pipe" })).payload.toString()).toBe("ab");
    });

    test("more than 6 MB, which a caller that wants it whole does not get", async () => {
      const size = 200;
      const result = await stream(functions.module, { do: "large", size });
      expect([receiver.bytes, result.functionError]).toEqual([size * 65_536, undefined]);
      const whole = await world.invoke(functions.module, { do: "large", size });
      expect(errorOf(whole).errorType).toBe("Function.ResponseSizeTooLarge");
    });

    test.each([
      ["pipe", "ab"],
      ["object", '{"a":1}'],
      ["mark", "1234"],
      ["http", `{"statusCode":201,"headers":{"a":"b"},"cookies":["c=d"]}${"\0".repeat(8)}body`],
      // As AWS's own client: the prelude goes before the first write, and there is none.
      ["unwritten", ""],
      ["returns", "one"],
    ])("what handlers write: %s", async (action, expected) => {
      const result = await stream(functions.module, { do: action });
      expect([receiver.text, result.functionError]).toEqual([expected, undefined]);
      expect(result.logTail.includes("Streaming handlers ignore return values.")).toBe(action === "returns");
    });

    test.each([
      ["late", { errorType: "Runtime.InvalidStreamingOperation", errorMessage: "Cannot set content-type, too late." }],
      ["cuts", { errorType: "Runtime.TruncatedResponse" }],
      ["destroys", { errorType: "Error", errorMessage: "The response stream was destroyed." }],
      ["synchronous", undefined],
    ])("what handlers do wrong: %s", async (action, expected) => {
      if (action === "cuts") gate.open();
      const result = await stream(functions.module, { do: action });
      if (expected) expect(errorOf(result)).toMatchObject(expected);
      // The stream was ended before the mistake was noticed: the caller has its answer, the log has the error.
      else
        expect([receiver.text, result.logTail.includes("does not support non-async handlers")]).toEqual(["one", true]);
      expect((await world.invoke(functions.module, { do: "pipe" })).payload.toString()).toBe("ab");
    });

    test("the same process again, after an answer and after an error", async () => {
      const snapshot = variant("module-again", {});
      let starts = 0;
      for (const action of ["pipe", "late", "chunks", "early", "object", "returns"]) {
        if (action === "chunks") gate.open();
        const { logTail } = await world.invoke(snapshot, { do: action, gate: gate.url });
        if (logTail.includes("INIT_START")) starts++;
      }
      expect(starts).toBe(1);
    });

    test("a handler that is marked with what does not exist", async () => {
      const snapshot = variant("malformed", { handler: "index.malformed" });
      expect(errorOf(await world.invoke(snapshot, {}))).toMatchObject({
        errorType: "Runtime.MalformedStreamingHandler",
        errorMessage: "Only response streaming is supported.",
      });
    });
  });
}
