// What all runtimes share: exec wrappers, bootstraps of layers, the variables of runtime and extensions; and what is said where a runtime is not there.
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { FunctionSnapshot } from "../../../src/emulator/execution.ts";
import { levels } from "./support/levels.ts";
import { buildPrograms, type Programs } from "./support/programs.ts";
import { type FixtureFile, openWorld, type World } from "./support/world.ts";

const nodeRuntime = `nodejs${process.versions.node.split(".")[0]}.x`;
let programs: Programs;

beforeAll(async () => {
  programs = await buildPrograms();
});

for (const { level, skip, why } of levels) {
  describe.skipIf(skip)(`isolation ${level}${why}`, () => {
    let world: World;
    beforeAll(async () => {
      world = await openWorld({ isolation: level, env: { PATH: process.env.PATH } });
    });
    afterAll(() => world.close());

    const value = async (snapshot: FunctionSnapshot, payload: unknown = {}) =>
      JSON.parse((await world.invoke(snapshot, payload)).payload.toString());
    const wrapped = async (files: readonly FixtureFile[]) =>
      world.define({
        ...{ functionName: "wrapped", runtime: nodeRuntime, environment: { AWS_LAMBDA_EXEC_WRAPPER: "/opt/wrapper" } },
        code: await world.zip([{ path: "index.js", content: "exports.handler = async () => process.env.WRAPPED;" }]),
        layers: files.length > 0 ? [await world.zip(files)] : [],
      });

    test.each([
      ["a script", '#!/bin/sh\nexport WRAPPED="$(basename "$1")"\nexec "$@"\n'],
      ["a script without a shebang", 'export WRAPPED="$(basename "$1")"\nexec "$@"\n'],
    ])("an exec wrapper starts the runtime: %s", async (_what, content) => {
      expect(await value(await wrapped([{ path: "wrapper", content }]))).toBe("node");
    });

    test.each([
      ["is missing", [], "/opt/wrapper: does not exist", "exit status 127"],
      [
        "is not executable",
        [{ path: "wrapper", content: "#!/bin/sh\n", mode: 0o644 }],
        "/opt/wrapper: is not an executable",
        "exit status 126",
      ],
    ])("an exec wrapper that %s: in the words of AWS's bootstrap", async (_what, files, words, status) => {
      const result = await world.invoke(await wrapped(files), {}, { requestId: "the-id" });
      expect(JSON.parse(result.payload.toString())).toEqual({
        ...{
          errorType: "Runtime.ExitError",
          errorMessage: `RequestId: the-id Error: Runtime exited with error: ${status}`,
        },
      });
      expect(result.logTail).toContain(`${words}\n`);
    });

    test("programs of a layer's bin, and its lib, are on the paths of a managed runtime", async () => {
      const source = `const { execFileSync } = require("node:child_process");
        exports.handler = async () => [execFileSync("layer-tool").toString(), process.env.PATH, process.env.LD_LIBRARY_PATH];`;
      const snapshot = world.define({
        ...{
          functionName: "paths",
          runtime: nodeRuntime,
          code: await world.zip([{ path: "index.js", content: source }]),
        },
        layers: [await world.zip([{ path: "bin/layer-tool", content: "#!/bin/sh\nprintf found\n" }])],
      });
      const [found, path, libraries] = await value(snapshot);
      expect(found).toBe("found");
      expect(libraries.split(":").at(-1)).toMatch(level === "none" ? /\/lib$/ : /^\/opt\/lib$/);
      if (level === "none") return;
      expect(path).toBe("/var/lang/bin:/usr/local/bin:/usr/bin/:/bin:/opt/bin");
      expect(libraries).toBe(
        "/var/lang/lib:/lib64:/usr/lib64:/var/runtime:/var/runtime/lib:/var/task:/var/task/lib:/opt/lib",
      );
    });

    test("a managed runtime of the other architecture runs with this machine's interpreter, and says so", async () => {
      const architecture = process.arch === "arm64" ? "x86_64" : "arm64";
      const code = await world.zip([{ path: "index.js", content: "exports.handler = async () => process.arch;" }]);
      expect(await value(world.define({ functionName: "other", runtime: nodeRuntime, architecture, code }))).toBe(
        process.arch,
      );
      expect(world.warnings).toContain(
        `Functions of ${nodeRuntime} for ${architecture} run with this machine's interpreter, as ${architecture === "arm64" ? "x86_64" : "arm64"}: programs and native modules built for ${architecture} do not.`,
      );
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

test("an interpreter of another version is told of once", async () => {
  const world = await openWorld({ isolation: "none", env: { PATH: process.env.PATH } });
  try {
    const code = await world.zip([{ path: "index.js", content: "exports.handler = async () => 1;" }]);
    await world.invoke(world.define({ functionName: "one", runtime: "nodejs18.x", code }), {});
    await world.invoke(world.define({ functionName: "two", runtime: "nodejs18.x", code }), {});
    expect(world.warnings).toEqual([
      `Functions of nodejs18.x run with Node.js ${process.versions.node}, the one of this machine.`,
    ]);
  } finally {
    await world.close();
  }
});
