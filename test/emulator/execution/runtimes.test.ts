// Node.js and Python functions: handlers of every kind, official error types, layers' modules, exec wrappers, variables.
import { execFileSync } from "node:child_process";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { FunctionSnapshot } from "../../../src/emulator/execution.ts";
import { createRuntimes } from "../../../src/emulator/runtimes/resolve.ts";
import { findTool } from "../../support/tools.ts";
import { levels } from "./support/levels.ts";
import { buildPrograms, type Programs } from "./support/programs.ts";
import { type FixtureFile, openWorld, type World } from "./support/world.ts";

const nodeRuntime = `nodejs${process.versions.node.split(".")[0]}.x`;
const python = findTool("python3");
const pythonWorks = python !== undefined && canImport(python);

function canImport(program: string): boolean {
  try {
    execFileSync(program, ["-c", "import awslambdaric"], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}

let programs: Programs;

beforeAll(async () => {
  programs = await buildPrograms();
});

for (const { level, skip, why } of levels) {
  describe.skipIf(skip)(`isolation ${level}${why}`, () => {
    let world: World;
    let functions = 0;
    beforeAll(async () => {
      const { PATH } = process.env;
      world = await openWorld({ isolation: level, env: { PATH, ...(python && { LAMBDA_EXT_PYTHON: python }) } });
    });
    afterAll(() => world.close());

    const file = (path: string, content: string): FixtureFile => ({ path, content, mode: 0o644 });
    async function define(files: readonly FixtureFile[], changes: Partial<FunctionSnapshot> = {}) {
      const functionName = `runtime${functions++}`;
      return world.define({ functionName, runtime: nodeRuntime, code: await world.zip(files), ...changes });
    }
    const value = async (snapshot: FunctionSnapshot, payload: unknown = {}) =>
      JSON.parse((await world.invoke(snapshot, payload)).payload.toString());

    describe(nodeRuntime, () => {
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
        await world.invoke(waiting, {});
        expect(await value(waiting, { ask: true })).toBe("later");
        const hasty = await define([file("index.js", source(false))]);
        await world.invoke(hasty, {});
        expect(await value(hasty, { ask: true })).toBe("");
      });

      test("nothing returned is null", async () => {
        expect(await value(await define([file("index.js", "exports.handler = async () => {};")]))).toBeNull();
      });

      test.each([
        ["Runtime.ImportModuleError", [file("other.js", "")], {}, /Cannot find module 'index'/],
        ["Runtime.ImportModuleError", [file("index.mjs", "import 'nowhere';")], {}, /Cannot find package 'nowhere'/],
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
        const result = await world.invoke(await define(files, changes), {});
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
        const result = await world.invoke(snapshot, {}, { requestId: "the-id" });
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
          "exit status 128",
        ],
        [
          "an exception nobody catches",
          "setTimeout(() => { throw new RangeError('thrown'); }); await new Promise(() => setTimeout(() => {}, 1000));",
          "RangeError",
          "exit status 129",
        ],
        ["a promise that is never settled", "await new Promise(() => {});", "Runtime.NodeJsExit", "exit status 13"],
      ])("%s", async (_what, body, errorType, _status) => {
        const snapshot = await define([
          file("index.js", `exports.handler = async (event) => { if (event.fine) return 1; ${body} };`),
        ]);
        const result = await world.invoke(snapshot, {});
        expect(JSON.parse(result.payload.toString()).errorType).toBe(errorType);
        expect(result.logTail).toContain("Status: error\tError Type: Runtime.ExitError");
        expect(await value(snapshot, { fine: true })).toBe(1);
      });

      test("console lines have AWS's form, and a message of several lines is one event", async () => {
        const snapshot = await define([
          file(
            "index.js",
            "exports.handler = async () => { console.log('a\\nb %d', 1); console.warn({ x: 1 }); process.stdout.write('raw\\n'); };",
          ),
        ]);
        await world.invoke(snapshot, {}, { requestId: "the-id" });
        const messages = [...world.streams.values()].at(-1) ?? [];
        expect(messages).toContainEqual(expect.stringMatching(/^\S+Z\tthe-id\tINFO\ta\nb 1\n$/));
        expect(messages).toContainEqual(expect.stringMatching(/^\S+Z\tthe-id\tWARN\t\{ x: 1 \}\n$/));
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
        const context = JSON.parse((await world.invoke(snapshot, {}, more)).payload.toString());
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
        expect([...world.streams.keys()]).toContain(context.logStreamName);
      });

      test("modules of a layer, for CommonJS", async () => {
        const layer = await world.zip([
          file("nodejs/node_modules/greeting/index.js", "module.exports = 'hello from a layer';"),
          file("nodejs/node_modules/over/index.js", "module.exports = 'first';"),
        ]);
        const over = await world.zip([file("nodejs/node_modules/over/index.js", "module.exports = 'second';")]);
        const source = "exports.handler = async () => [require('greeting'), require('over')];";
        const snapshot = await define([file("index.js", source)], { layers: [layer, over] });
        expect(await value(snapshot)).toEqual(["hello from a layer", "second"]);
      });

      test("an exec wrapper starts the runtime; a missing one is named", async () => {
        const wrapper = '#!/bin/sh\nexport WRAPPED="$(basename "$1")"\nexec "$@"\n';
        const layers = [await world.zip([{ path: "wrapper", content: wrapper }])];
        const files = [file("index.js", "exports.handler = async () => process.env.WRAPPED;")];
        const environment = { AWS_LAMBDA_EXEC_WRAPPER: "/opt/wrapper" };
        expect(await value(await define(files, { layers, environment }))).toBe("node");
        const result = await world.invoke(await define(files, { environment }), {}, { requestId: "the-id" });
        expect(JSON.parse(result.payload.toString())).toEqual({
          errorType: "Runtime.InvalidEntrypoint",
          errorMessage: "RequestId: the-id Error: fork/exec /opt/wrapper: no such file or directory",
        });
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
        const layer = await world.zip([
          { path: "extensions/shell.sh", content: script },
          file("client/main.js", client),
        ]);
        const snapshot = await define([file("index.js", "exports.handler = async () => 1;")], { layers: [layer] });
        const { logTail } = await world.invoke(snapshot, {});
        expect(logTail).toContain("EXTENSION\tName: shell.sh\tState: Ready\tEvents: [INVOKE, SHUTDOWN]");
        expect(logTail).toContain("[shell] INVOKE\n");
        await world.executor.retire(snapshot.functionArn);
        expect(world.log()).toContain("[shell] SHUTDOWN\n");
      });
    });

    describe.skipIf(!pythonWorks)(`python${pythonWorks ? "" : " (needs a Python with awslambdaric)"}`, () => {
      const changes = { runtime: "python3.12", handler: "app.handler" };

      test("a handler, its context and a module of a layer", async () => {
        const source = [
          "import greeting",
          "def handler(event, context):",
          "    print('printed')",
          "    return {'got': event['a'], 'id': context.aws_request_id, 'name': context.function_name, 'greeting': greeting.text}",
        ].join("\n");
        const layers = [
          await world.zip([
            file("python/greeting.py", "text = 'plain'\n"),
            file("python/lib/python3.12/site-packages/greeting.py", "text = 'for this version'\n"),
          ]),
        ];
        const snapshot = await define([file("app.py", source)], { ...changes, layers });
        const result = await world.invoke(snapshot, { a: 1 }, { requestId: "the-id" });
        expect(JSON.parse(result.payload.toString())).toEqual({
          ...{ got: 1, id: "the-id", name: snapshot.functionName, greeting: "for this version" },
        });
        expect(result.logTail).toMatch(/START .*\nprinted\nEND/s);
      });

      test("an import that fails, and an error of the handler", async () => {
        const broken = await world.invoke(await define([file("app.py", "import nowhere\n")], changes), {});
        expect(JSON.parse(broken.payload.toString())).toMatchObject({
          ...{
            errorType: "Runtime.ImportModuleError",
            errorMessage: expect.stringContaining("No module named 'nowhere'"),
          },
        });
        const failing = await define(
          [file("app.py", "def handler(event, context):\n    raise ValueError('bad')\n")],
          changes,
        );
        const result = await world.invoke(failing, {});
        expect(JSON.parse(result.payload.toString())).toMatchObject({ errorType: "ValueError", errorMessage: "bad" });
        expect(result.functionError).toBe("Unhandled");
        // One event for the whole trace.
        const messages = [...world.streams.values()].at(-1) ?? [];
        expect(messages).toContainEqual(
          expect.stringMatching(/^\[ERROR\] ValueError: bad\nTraceback .*raise ValueError/s),
        );
      });

      test("an exec wrapper", async () => {
        const layers = [await world.zip([{ path: "wrapper", content: '#!/bin/sh\nexport WRAPPED=yes\nexec "$@"\n' }])];
        const source = "import os\ndef handler(event, context):\n    return os.environ['WRAPPED']\n";
        const environment = { AWS_LAMBDA_EXEC_WRAPPER: "/opt/wrapper" };
        expect(await value(await define([file("app.py", source)], { ...changes, layers, environment }))).toBe("yes");
      });
    });

    test("a wrapper for provided.* does nothing and is warned about", async () => {
      const snapshot = world.define({
        functionName: "wrapped",
        code: await world.zip([{ path: "bootstrap", content: programs.bootstrap }]),
        environment: { AWS_LAMBDA_EXEC_WRAPPER: "/opt/nothing" },
      });
      expect((await world.invoke(snapshot, {})).functionError).toBeUndefined();
      expect(world.warnings).toContain(
        "wrapped: AWS_LAMBDA_EXEC_WRAPPER does nothing with provided.al2023, here as on Lambda.",
      );
    });

    test("a bootstrap of a layer runs what the handler names", async () => {
      const bootstrap = '#!/bin/sh\nset -eu\nexec "$LAMBDA_TASK_ROOT/$_HANDLER"\n';
      const snapshot = world.define({
        ...{ functionName: "layered", handler: "hello" },
        code: await world.zip([{ path: "hello", content: programs.bootstrap }]),
        layers: [await world.zip([{ path: "bootstrap", content: bootstrap }])],
      });
      expect(await value(snapshot, { text: "x" })).toEqual({ count: 1, text: "x" });
    });

    test("the exact variables of the runtime and of extensions", async () => {
      const snapshot = world.define({
        functionName: "variables",
        code: await world.zip([{ path: "bootstrap", content: programs.bootstrap }]),
        layers: [await world.zip([{ path: "extensions/one", content: programs.extension }])],
        environment: { EXTENSION_ONE: "environment", MINE: 'it\'s\n$HOME `x` \\ "é"', _HIDDEN: "1", TZ: "Europe/Bern" },
      });
      const variables: string[] = await value(snapshot, { do: "environment" });
      const names = (list: readonly string[]) => list.map((text) => text.split("=", 1)[0] ?? "").sort();
      const both = [
        ...["AWS_ACCESS_KEY_ID", "AWS_DEFAULT_REGION", "AWS_ENDPOINT_URL", "AWS_LAMBDA_FUNCTION_MEMORY_SIZE"],
        ...[
          "AWS_LAMBDA_FUNCTION_NAME",
          "AWS_LAMBDA_FUNCTION_VERSION",
          "AWS_LAMBDA_INITIALIZATION_TYPE",
          "AWS_LAMBDA_RUNTIME_API",
        ],
        ...[
          "AWS_REGION",
          "AWS_SECRET_ACCESS_KEY",
          "AWS_SESSION_TOKEN",
          "EXTENSION_ONE",
          "LANG",
          "LD_LIBRARY_PATH",
          "MINE",
          "PATH",
          "TZ",
        ],
      ];
      const runtimeOnly = [
        ...[
          "AWS_LAMBDA_LOG_GROUP_NAME",
          "AWS_LAMBDA_LOG_STREAM_NAME",
          "AWS_XRAY_CONTEXT_MISSING",
          "AWS_XRAY_DAEMON_ADDRESS",
        ],
        ...[
          "LAMBDA_RUNTIME_DIR",
          "LAMBDA_TASK_ROOT",
          "PWD",
          "_AWS_XRAY_DAEMON_ADDRESS",
          "_AWS_XRAY_DAEMON_PORT",
          "_HANDLER",
        ],
      ];
      // Go's runtime client sets this one itself.
      const byClient = ["_X_AMZN_TRACE_ID"];
      // Our mark, without isolation.
      const ours = level === "none" ? ["_LAMBDA_EXT_SANDBOX"] : [];
      expect(names(variables)).toEqual([...both, ...runtimeOnly, ...byClient, ...ours].sort());
      expect(variables).toContain('MINE=it\'s\n$HOME `x` \\ "é"');
      expect(variables).toContain("TZ=Europe/Bern");
      expect(variables).toContain("AWS_ENDPOINT_URL=http://127.0.0.1:1");
      expect(variables).toContain("AWS_SESSION_TOKEN=token of variables");
      if (level === "bwrap") {
        expect(variables).toContain("PATH=/usr/local/bin:/usr/bin/:/bin:/opt/bin");
        expect(variables).toContain("LAMBDA_TASK_ROOT=/var/task");
        expect(variables).toContain(
          "LD_LIBRARY_PATH=/lib64:/usr/lib64:/var/runtime:/var/runtime/lib:/var/task:/var/task/lib:/opt/lib",
        );
      }
      const shown = [...world.log().matchAll(/^\[one\] env (\w+)=/gm)].map(([, name = ""]) => name);
      expect(shown.sort()).toEqual([...both, ...ours].sort());
    });
  });
}

test("a runtime that is not there, a Python without its client, an interpreter of another version", async () => {
  const warnings: string[] = [];
  const runtimes = createRuntimes({
    env: { PATH: "/nonexistent", LAMBDA_EXT_PYTHON: "/bin/true" },
    warn: (message) => warnings.push(message),
  });
  const find = (runtime: string) => runtimes.find({ functionName: "f", runtime } as FunctionSnapshot);
  await expect(find("java21")).rejects.toMatchObject({
    code: "InvalidRuntimeException",
    message: expect.stringContaining("java21"),
  });
  await expect(find("python3.12")).rejects.toMatchObject({
    code: "InvalidRuntimeException",
    message: expect.stringContaining("/bin/true"),
    hint: expect.stringContaining("pip install awslambdaric"),
  });
  await find("nodejs12.x");
  await find("nodejs12.x");
  expect(warnings).toEqual([
    `Functions of nodejs12.x run with Node.js ${process.versions.node}, the one of this machine.`,
  ]);
});
