// nodejs24.x and later have another client: no callbacks, no handlers for what nobody catches, a store for libraries.
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { levels } from "./support/levels.ts";
import { file, openRuntimeWorld, type RuntimeWorld } from "./support/runtime-world.ts";

// The function's runtime decides, not the Node.js of this machine.
for (const { level, skip, why } of levels.filter((one) => one.level === "none")) {
  describe.skipIf(skip)(`nodejs24.x${why}`, () => {
    let node: RuntimeWorld;
    beforeAll(async () => {
      node = await openRuntimeWorld({ level, defaults: { runtime: "nodejs24.x" } });
    });
    afterAll(() => node.world.close());
    const run = async (source: string, path = "index.js") => {
      const result = await node.world.invoke(
        await node.define([file(path, source)]),
        {},
        { requestId: "the-id", traceId: "Root=1" },
      );
      return { ...result, answer: JSON.parse(result.payload.toString()) };
    };

    test("a handler with a callback is refused", async () => {
      const { answer, logTail } = await run("exports.handler = async (event, context, callback) => 1;");
      expect(answer).toMatchObject({
        errorType: "Runtime.CallbackHandlerDeprecated",
        errorMessage: expect.stringContaining("removed support for callback-based function handlers"),
      });
      expect(logTail).toContain("\t-\tERROR\tInit Error \t{");
    });

    test("the context has no functions of old, and a trace id", async () => {
      const { answer } = await run(
        "exports.handler = async (event, context) => [Object.keys(context).sort(), context.xRayTraceId, awslambda.InvokeStore.getRequestId()];",
      );
      expect(answer[0]).not.toEqual(expect.arrayContaining(["done"]));
      expect(answer[0]).not.toEqual(expect.arrayContaining(["callbackWaitsForEmptyEventLoop"]));
      expect(answer.slice(1)).toEqual(["Root=1", "the-id"]);
    });

    test("handlers of a default export, and those that are not async", async () => {
      expect((await run("export default { handler: () => 'found' };", "index.mjs")).answer).toBe("found");
    });

    test.each([
      [
        "a rejection that nobody handles",
        "Promise.reject(new Error('lost')); await new Promise((done) => setTimeout(done, 1000));",
        "exit status 1",
      ],
      ["a promise that is never settled", "await new Promise(() => {});", "Runtime exited without providing a reason"],
    ])("%s ends the process in Node.js's own way", async (_what, body, words) => {
      const { answer } = await run(`exports.handler = async () => { ${body} };`);
      expect(answer).toMatchObject({ errorType: "Runtime.ExitError", errorMessage: expect.stringContaining(words) });
    });

    test("everything is imported: a folder of the handler's name is in the way", async () => {
      const files = [file("index/x.js", ""), file("index.js", "exports.handler = async () => 1;")];
      const result = await node.world.invoke(await node.define(files), {});
      expect(JSON.parse(result.payload.toString())).toMatchObject({
        ...{ errorType: "Error", errorMessage: expect.stringContaining("Directory import") },
      });
    });

    test("an answer that JSON can't hold", async () => {
      const { answer } = await run("exports.handler = async () => 1n;");
      expect(answer.errorType).toBe("Runtime.JSONStringifyError");
    });

    test("says once which Node.js it is that runs it", () => {
      expect(node.world.warnings).toEqual([
        `Functions of nodejs24.x run with Node.js ${process.versions.node}, the one of this machine.`,
      ]);
    });
  });
}
