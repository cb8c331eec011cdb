// Node.js functions: handlers of every kind, the context, the console, layers' modules, the command line.
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
      ["async, CommonJS", "index.js", "exports.handler = async (event) => ({ got: event.a });"],
      ["async, ES module", "index.mjs", "export const handler = async (event) => ({ got: event.a });"],
      ["synchronous promise", "index.cjs", "exports.handler = (event) => Promise.resolve({ got: event.a });"],
      [
        "callback",
        "index.js",
        "exports.handler = (event, context, callback) => { setTimeout(() => callback(null, { got: event.a }), 20); };",
      ],
      ["context.succeed", "index.js", "exports.handler = (event, context) => context.succeed({ got: event.a });"],
      ["context.done", "index.js", "exports.handler = (event, context) => context.done(null, { got: event.a });"],
    ])("%s", async (_kind, path, content) => {
      const snapshot = await define([file(path, content)]);
      expect(await value(snapshot, { a: 1 })).toEqual({ got: 1 });
      expect(await value(snapshot, { a: 2 })).toEqual({ got: 2 });
    });

    test("an ES module by package.json, in a folder, with a nested handler", async () => {
      const snapshot = await define(
        [
          file("src/package.json", '{"type":"module"}'),
          file("src/app.js", "export const api = { v1: { run: async () => import.meta.url.split('/').pop() } };"),
        ],
        { handler: "src/app.api.v1.run" },
      );
      expect(await value(snapshot)).toBe("app.js");
    });

    test("the callback waits for an empty event loop, unless told not to", async () => {
      const source = (waits: boolean) => `let done = "";
          exports.handler = (event, context, callback) => {
            context.callbackWaitsForEmptyEventLoop = ${waits};
            if (event.ask) return callback(null, done);
            setTimeout(() => { done += "later"; }, 100);
            callback(null, done);
          };`;
      const waiting = await define([file("index.js", source(true))]);
      await invoke(waiting, {});
      expect(await value(waiting, { ask: true })).toBe("later");
      const hasty = await define([file("index.js", source(false))]);
      await invoke(hasty, {});
      expect(await value(hasty, { ask: true })).toBe("");
    });

    test("nothing returned is null", async () => {
      expect(await value(await define([file("index.js", "exports.handler = async () => {};")]))).toBeNull();
    });

    test("of files that differ in their ending the one without comes first, then .js, .mjs, .cjs", async () => {
      const files = [
        file("index", "exports.handler = async () => 'no ending';"),
        file("index.js", "exports.handler = async () => 'js';"),
        file("index.mjs", "export const handler = async () => 'mjs';"),
        file("index.cjs", "exports.handler = async () => 'cjs';"),
      ];
      for (const expected of ["no ending", "js", "mjs", "cjs"]) {
        expect(await value(await define(files))).toBe(expected);
        files.shift();
      }
    });

    test("top-level await, and a module of a layer for one Node.js alone", async () => {
      const major = process.versions.node.split(".")[0];
      const layer = await node.world.zip([
        file("nodejs/node_modules/which/index.js", "module.exports = 'any';"),
        file(`nodejs/node${major}/node_modules/which/index.js`, "module.exports = 'this one';"),
      ]);
      const source = `import { createRequire } from "node:module";
        const late = await new Promise((resolve) => setTimeout(() => resolve("late"), 20));
        export const handler = async () => [late, createRequire(import.meta.url)("which")];`;
      expect(await value(await define([file("index.mjs", source)], { layers: [layer] }))).toEqual(["late", "this one"]);
    });

    test("the command line has as many words as Lambda's, and the heap is the function's", async () => {
      const wrapper =
        '#!/bin/sh\nexport WORDS="$#"\nexec $1 $2 $3 $4 $5 $6 --require "$LAMBDA_TASK_ROOT/early.js" $7\n';
      const layers = [await node.world.zip([{ path: "wrapper", content: wrapper }])];
      const source = `const { heap_size_limit: limit } = require("node:v8").getHeapStatistics();
        exports.handler = async () => [process.env.WORDS, process.execArgv, limit / 1024 / 1024, typeof gc, globalThis.early];`;
      const files = [file("index.js", source), file("early.js", "globalThis.early = true;")];
      const environment = { AWS_LAMBDA_EXEC_WRAPPER: "/opt/wrapper" };
      const answer = await value(await define(files, { layers, environment, memorySize: 128 }));
      expect(answer).toEqual([
        "7",
        expect.arrayContaining(["--expose-gc", "--max-semi-space-size=6", "--max-old-space-size=116"]),
        expect.any(Number),
        ...["function", true],
      ]);
      const [, , limit] = answer as readonly unknown[];
      expect(limit).toBeGreaterThan(110);
      expect(limit).toBeLessThan(150);
    });

    test("a callback handler is warned of, once, unless that is switched off", async () => {
      const files = [file("index.js", "exports.handler = (event, context, callback) => callback(null, 1);")];
      const { logTail } = await invoke(await define(files), {});
      expect(logTail).toMatch(/\tundefined\tWARN\tThis handler takes a callback/);
      const environment = { AWS_LAMBDA_NODEJS_DISABLE_CALLBACK_WARNING: "1" };
      expect((await invoke(await define(files, { environment }), {})).logTail).not.toContain("callback");
    });

    test("console lines have AWS's form, and a message of several lines is one event", async () => {
      const snapshot = await define([
        file(
          "index.js",
          "exports.handler = async () => { console.log('a\\nb %d', 1); console.warn({ x: 1 }); console.log(); process.stdout.write('raw\\n'); };",
        ),
      ]);
      await invoke(snapshot, {}, { requestId: "the-id" });
      const messages = node.messages();
      expect(messages).toContainEqual(expect.stringMatching(/^\S+Z\tthe-id\tINFO\ta\nb 1\n$/));
      expect(messages).toContainEqual(expect.stringMatching(/^\S+Z\tthe-id\tWARN\t\{ x: 1 \}\n$/));
      expect(messages).toContainEqual(expect.stringMatching(/\tINFO\tundefined\n$/));
      expect(messages).toContain("raw\n");
    });

    test("the context", async () => {
      const source = `exports.handler = async (event, context) => ({ ...context, left: context.getRemainingTimeInMillis(), trace: process.env._X_AMZN_TRACE_ID });`;
      const snapshot = await define([file("index.js", source)]);
      const more = {
        requestId: "the-id",
        traceId: "Root=1",
        clientContext: '{"client":{}}',
        invokedFunctionArn: "the-arn",
      };
      const context = JSON.parse((await invoke(snapshot, {}, more)).payload.toString());
      expect(context).toMatchObject({
        ...{
          functionName: snapshot.functionName,
          functionVersion: "$LATEST",
          memoryLimitInMB: "512",
          awsRequestId: "the-id",
        },
        ...{
          logGroupName: snapshot.logGroup,
          invokedFunctionArn: "the-arn",
          clientContext: { client: {} },
          trace: "Root=1",
        },
      });
      expect(context.left).toBeGreaterThan(9000);
      expect(context.left).toBeLessThanOrEqual(10_000);
      expect([...node.world.streams.keys()]).toContain(context.logStreamName);
    });

    test("modules of a layer, for CommonJS", async () => {
      const layer = await node.world.zip([
        file("nodejs/node_modules/greeting/index.js", "module.exports = 'hello from a layer';"),
        file("nodejs/node_modules/over/index.js", "module.exports = 'first';"),
      ]);
      const over = await node.world.zip([file("nodejs/node_modules/over/index.js", "module.exports = 'second';")]);
      const source = "exports.handler = async () => [require('greeting'), require('over')];";
      const snapshot = await define([file("index.js", source)], { layers: [layer, over] });
      expect(await value(snapshot)).toEqual(["hello from a layer", "second"]);
    });

    test("a handler that a layer brings: by its module's name, and by its path", async () => {
      const module = "nodejs/node_modules/whole";
      const layers = [
        await node.world.zip([
          file(`${module}/index.js`, "exports.handler = async () => 'by name';"),
          file(`${module}/esm/package.json`, '{"type":"module"}'),
          file(`${module}/esm/inner.js`, "export const handler = async () => import.meta.url;"),
        ]),
      ];
      const files = [file("other.js", "")];
      expect(await value(await define(files, { layers, handler: "whole.handler" }))).toBe("by name");
      // Without isolation nothing lies at this path.
      if (level === "none") return;
      const handler = `/opt/${module}/esm/inner.handler`;
      expect(await value(await define(files, { layers, handler }))).toBe(`file:///opt/${module}/esm/inner.js`);
    });

    test("a shell script as extension, with a client in Node.js beside it", async () => {
      const client = `
          const { request } = require("node:http");
          const call = (method, path, headers, body) => new Promise((resolve, reject) => {
            const [host, port] = process.env.AWS_LAMBDA_RUNTIME_API.split(":");
            const sent = request({ host, port, method, path: "/2020-01-01/extension/" + path, headers }, (answer) => {
              let text = ""; answer.on("data", (chunk) => { text += chunk; }); answer.on("end", () => resolve([answer, text]));
            });
            sent.on("error", reject); sent.end(body);
          });
          (async () => {
            const [answer] = await call("POST", "register", { "Lambda-Extension-Name": process.argv[2] }, '{"events":["INVOKE","SHUTDOWN"]}');
            const headers = { "Lambda-Extension-Identifier": answer.headers["lambda-extension-identifier"] };
            for (;;) {
              const event = JSON.parse((await call("GET", "event/next", headers))[1]);
              console.log("[shell] " + event.eventType);
              if (event.eventType === "SHUTDOWN") return;
            }
          })();`;
      const script = `#!/bin/sh\ncd "$(dirname "$0")" || exit 1\nexec '${process.execPath}' ../client/main.js "$(basename "$0")"\n`;
      const layer = await node.world.zip([
        { path: "extensions/shell.sh", content: script },
        file("client/main.js", client),
      ]);
      const snapshot = await define([file("index.js", "exports.handler = async () => 1;")], { layers: [layer] });
      const { logTail } = await invoke(snapshot, {});
      expect(logTail).toContain("EXTENSION\tName: shell.sh\tState: Ready\tEvents: [INVOKE, SHUTDOWN]");
      expect(logTail).toContain("[shell] INVOKE\n");
      await node.world.executor.retire(snapshot.functionArn);
      expect(node.world.log()).toContain("[shell] SHUTDOWN\n");
    });
  });
}
