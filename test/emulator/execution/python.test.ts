// Python functions, with AWS's own client: the context, layers' modules, errors, log records.
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { pythonWithClient } from "../../support/tools.ts";
import { levels } from "./support/levels.ts";
import { file, openRuntimeWorld, type RuntimeWorld } from "./support/runtime-world.ts";

const python = pythonWithClient();

for (const { level, skip, why } of levels) {
  const reason = python ? why : " (needs a Python with awslambdaric)";
  describe.skipIf(skip || !python)(`python, isolation ${level}${reason}`, () => {
    let py: RuntimeWorld;
    const define: RuntimeWorld["define"] = (...input) => py.define(...input);
    const invoke: RuntimeWorld["world"]["invoke"] = (...input) => py.world.invoke(...input);
    beforeAll(async () => {
      const defaults = { runtime: "python3.12", handler: "app.handler" };
      py = await openRuntimeWorld({ level, env: { LAMBDA_EXT_PYTHON: python }, defaults });
    });
    afterAll(() => py.world.close());

    test("a handler, its context and a module of a layer", async () => {
      const source = [
        "import greeting",
        "def handler(event, context):",
        "    print('printed')",
        "    return {'got': event['a'], 'id': context.aws_request_id, 'name': context.function_name, 'greeting': greeting.text}",
      ].join("\n");
      const layers = [
        await py.world.zip([
          file("python/greeting.py", "text = 'plain'\n"),
          file("python/lib/python3.12/site-packages/greeting.py", "text = 'for this version'\n"),
        ]),
      ];
      const snapshot = await define([file("app.py", source)], { layers });
      const result = await invoke(snapshot, { a: 1 }, { requestId: "the-id" });
      expect(JSON.parse(result.payload.toString())).toEqual({
        ...{ got: 1, id: "the-id", name: snapshot.functionName, greeting: "for this version" },
      });
      expect(result.logTail).toMatch(/START .*\nprinted\nEND/s);
    });

    test("a wrapper puts options before the program, the last word of the command as on Lambda", async () => {
      const source = "import sys\ndef handler(event, context):\n    return sys.flags.dev_mode\n";
      const wrapper = '#!/bin/sh\n[ $# = 2 ] || exit 9\nexec "$1" -X dev "$2"\n';
      const snapshot = await define([file("app.py", source)], {
        layers: [await py.world.zip([{ path: "wrapper", content: wrapper }])],
        environment: { AWS_LAMBDA_EXEC_WRAPPER: "/opt/wrapper" },
      });
      expect((await invoke(snapshot, {})).payload.toString()).toBe("true");
    });

    test("an import that fails, and an error of the handler", async () => {
      const broken = await invoke(await define([file("app.py", "import nowhere\n")]), {});
      expect(JSON.parse(broken.payload.toString())).toMatchObject({
        ...{
          errorType: "Runtime.ImportModuleError",
          errorMessage: expect.stringContaining("No module named 'nowhere'"),
        },
      });
      const failing = await define([file("app.py", "def handler(event, context):\n    raise ValueError('bad')\n")]);
      const result = await invoke(failing, {});
      expect(JSON.parse(result.payload.toString())).toMatchObject({ errorType: "ValueError", errorMessage: "bad" });
      expect(result.functionError).toBe("Unhandled");
      // One event for the whole trace.
      const messages = py.messages();
      expect(messages).toContainEqual(
        expect.stringMatching(/^\[ERROR\] ValueError: bad\nTraceback .*raise ValueError/s),
      );
    });
  });
}
