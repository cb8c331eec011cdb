// What goes wrong in Node.js functions: AWS's error types, what is posted and logged of an error, what ends the process.
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { levels } from "./support/levels.ts";
import { file, openRuntimeWorld, type RuntimeWorld } from "./support/runtime-world.ts";

const runtime = `nodejs${process.versions.node.split(".")[0]}.x`;

for (const { level, skip, why } of levels) {
  describe.skipIf(skip)(`${runtime}, isolation ${level}${why}`, () => {
    let node: RuntimeWorld;
    const define: RuntimeWorld["define"] = (...input) => node.define(...input);
    const value: RuntimeWorld["value"] = (...input) => node.value(...input);
    const invoke: RuntimeWorld["world"]["invoke"] = (...input) => node.world.invoke(...input);
    beforeAll(async () => {
      node = await openRuntimeWorld({ level, defaults: { runtime } });
    });
    afterAll(() => node.world.close());

    test.each([
      ["Runtime.ImportModuleError", [file("other.js", "")], {}, /Cannot find module 'index'/],
      // As on Lambda: only what `require` does not find is an ImportModuleError.
      ["Error", [file("index.mjs", "import 'nowhere';")], {}, /Cannot find package 'nowhere'/],
      [
        "Runtime.HandlerNotFound",
        [file("index.js", "exports.other = 1;")],
        {},
        /index.handler is undefined or not exported/,
      ],
      ["Runtime.HandlerNotFound", [file("index.js", "exports.handler = 1;")], {}, /index.handler is not a function/],
      ["Runtime.MalformedHandlerName", [file("index.js", "")], { handler: "index" }, /Bad handler/],
      [
        "Runtime.MalformedHandlerName",
        [file("index.js", "")],
        { handler: "../index.handler" },
        /is not a valid handler name/,
      ],
      ["Runtime.UserCodeSyntaxError", [file("index.js", "exports.handler = ;")], {}, /SyntaxError: Unexpected token/],
      ["Error", [file("index.js", "throw new Error('at load');")], {}, /at load/],
    ])("%s", async (errorType, files, changes, message) => {
      const result = await invoke(await define(files, changes), {});
      expect(JSON.parse(result.payload.toString())).toMatchObject({
        errorType,
        errorMessage: expect.stringMatching(message),
      });
      expect(result.functionError).toBe("Unhandled");
      const recorded = errorType === "Error" ? "Runtime.Unknown" : errorType;
      expect(result.logTail).toMatch(
        new RegExp(`INIT_REPORT .*\tPhase: init\tStatus: error\tError Type: ${recorded}\n`),
      );
      expect(result.logTail).toContain("\tundefined\tERROR\tUncaught Exception \t{");
    });

    test("an error of the handler is its answer, logged with the request's id, and the process goes on", async () => {
      const snapshot = await define([
        file(
          "index.js",
          "let n = 0; exports.handler = async () => { if (n++ === 0) throw new TypeError('bad'); return n; };",
        ),
      ]);
      const result = await invoke(snapshot, {}, { requestId: "the-id" });
      expect(JSON.parse(result.payload.toString())).toMatchObject({
        ...{ errorType: "TypeError", errorMessage: "bad" },
        trace: expect.arrayContaining(["TypeError: bad"]),
      });
      expect(result.logTail).toMatch(
        /^\S+Z\tthe-id\tERROR\tInvoke Error \t\{"errorType":"TypeError","errorMessage":"bad","stack":\[/m,
      );
      expect(await value(snapshot)).toBe(2);
    });

    test.each([
      [
        "a rejected promise nobody handles",
        "Promise.reject(new Error('lost')); await new Promise(() => setTimeout(() => {}, 1000));",
        "Runtime.UnhandledPromiseRejection",
      ],
      [
        "an exception nobody catches",
        "setTimeout(() => { throw new RangeError('thrown'); }); await new Promise(() => setTimeout(() => {}, 1000));",
        "RangeError",
      ],
    ])("%s ends the process", async (_what, body, errorType) => {
      const snapshot = await define([
        file("index.js", `exports.handler = async (event) => { if (event.fine) return 1; ${body} };`),
      ]);
      const result = await invoke(snapshot, {});
      expect(JSON.parse(result.payload.toString()).errorType).toBe(errorType);
      expect(result.logTail).toContain("Status: error\tError Type: Runtime.ExitError");
      expect(await value(snapshot, { fine: true })).toBe(1);
    });

    test("a promise that is never settled is an error; a function that is not async and never calls back says null", async () => {
      const source = (kind: string) => `let n = 0;
        exports.handler = ${kind}(event) => { n++; return event.fine ? Promise.resolve(n) : new Promise(() => {}); };`;
      const async_ = await define([file("index.js", source("async "))]);
      const result = await invoke(async_, {});
      expect(JSON.parse(result.payload.toString()).errorType).toBe("Runtime.NodeJsExit");
      expect(await value(async_, { fine: true })).toBe(2);
      expect(await value(await define([file("index.js", source(""))]))).toBeNull();
    });

    test.each([
      ["a string", "throw 'bad';", { errorType: "string", errorMessage: "bad", trace: [] }],
      ["nothing", "throw undefined;", { errorType: "string", errorMessage: "handled", trace: [] }],
      ["an object", "throw { a: 1 };", { errorType: "object", errorMessage: "[object Object]", trace: [] }],
      ["an object without a text", "throw Object.create(null);", { errorType: "handled" }],
      ["an answer that JSON can't hold", "return { n: 1n };", { errorMessage: "Unable to stringify response body" }],
      [
        "an error with a name, a code and a DEL in it",
        "throw Object.assign(new Error('a\\x7fb'), { name: 'Mine' });",
        { errorType: "Mine", errorMessage: "a%7Fb" },
      ],
    ])("thrown: %s", async (_what, body, expected) => {
      const result = await invoke(await define([file("index.js", `exports.handler = async () => { ${body} };`)]), {});
      expect(result.functionError).toBe("Unhandled");
      expect(JSON.parse(result.payload.toString())).toMatchObject(expected);
    });

    test("what a logged error holds: code, cause and its own properties", async () => {
      const source =
        "exports.handler = async () => { throw Object.assign(new Error('outer'), { code: 'E1', inner: new TypeError('in') }); };";
      const { logTail } = await invoke(await define([file("index.js", source)]), {});
      const logged = JSON.parse(/Invoke Error \t(.*)\n/.exec(logTail)?.[1] ?? "");
      expect(logged).toMatchObject({
        ...{ errorType: "Error", errorMessage: "outer", code: "E1" },
        inner: { errorType: "TypeError", errorMessage: "in", stack: expect.any(Array) },
      });
    });
  });
}
