// The runtime-api-proxy extension under AWS's clients for Python, Java and Go, and ours for Node.js: alone, and two in a row.
import { readFileSync } from "node:fs";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { FunctionSnapshot } from "../../src/emulator/execution.ts";
import { templatesFolder } from "../../src/scaffold/template.ts";
import { createGate, type Gate } from "../emulator/execution/support/gate.ts";
import { compileJava, javaEnv, javaMissing } from "../emulator/execution/support/java.ts";
import { levels } from "../emulator/execution/support/levels.ts";
import { buildPrograms, type Programs } from "../emulator/execution/support/programs.ts";
import { type FixtureFile, openWorld, type World } from "../emulator/execution/support/world.ts";
import { freePort } from "../support/free-port.ts";
import { runGo } from "../support/go.ts";
import { missing, pythonWithClient } from "../support/tools.ts";
import { buildProxy, type ProxyLayer } from "./proxy-layer.ts";

const python = pythonWithClient();
const nodeRuntime = `nodejs${process.versions.node.split(".")[0]}.x`;
/** The largest answer that Lambda takes is 6 MB and a little; with its quotes this one is just below. */
const large = 6 * 1024 * 1024;

const nodeSource = `import { get } from "node:http";
  const wait = (url) => new Promise((resolve, reject) => {
    get(url, { agent: false }, (answer) => answer.resume().on("end", resolve)).on("error", reject);
  });
  export const handler = async ({ do: what, size }, context) => {
    if (what === "error") throw new RangeError("bad");
    if (what === "large") return "x".repeat(size);
    if (what === "circle") { const circle = {}; circle.circle = circle; return circle; }
    return { id: context.awsRequestId, api: process.env.AWS_LAMBDA_RUNTIME_API };
  };
  export const stream = awslambda.streamifyResponse(async ({ do: what, gate }, out) => {
    out.write("one ");
    await wait(gate);
    if (what === "error") throw new RangeError("broke off");
    out.write("two");
    out.end();
  });`;
const pythonSource = `
import os
def handler(event, context):
    what = event.get("do")
    if what == "error": raise IndexError("bad")
    if what == "large": return "x" * event["size"]
    return {"id": context.aws_request_id, "api": os.environ["AWS_LAMBDA_RUNTIME_API"]}
`;
const javaSource = {
  "example/Handler.java": `package example; import com.amazonaws.services.lambda.runtime.*; import java.util.*;
    public class Handler implements RequestHandler<Map<String, Object>, Object> {
      public Object handleRequest(Map<String, Object> event, Context context) {
        if ("error".equals(event.get("do"))) throw new IndexOutOfBoundsException("bad");
        if ("large".equals(event.get("do"))) return new String(new char[(Integer) event.get("size")]).replace('\\0', 'x');
        Map<String, Object> answer = new TreeMap<>();
        answer.put("id", context.getAwsRequestId());
        answer.put("api", System.getenv("AWS_LAMBDA_RUNTIME_API"));
        return answer;
      }
    }`,
};
/** What the README has functions on provided.* do by themselves, as AWS_LAMBDA_EXEC_WRAPPER is for the managed runtimes. */
const bootstrap = /^```\n(#!\/bin\/sh\n.*?)^```$/ms.exec(
  readFileSync(join(templatesFolder, "runtime-api-proxy", "README.md"), "utf8"),
)?.[1] as string;

interface Language {
  readonly name: string;
  readonly why: string;
  readonly runtime: string;
  readonly handler: string;
  readonly errorType: string;
  files(): Promise<readonly FixtureFile[]> | readonly FixtureFile[];
}

/** The hooks of a firewall, in the template's place for them. */
const refusingHooks = `package main

import (
	"bytes"
	"errors"
	"fmt"
	"log"

	"example.com/m/internal/proxy"
)

type hookOptions struct{}

func hookOptionsFromEnv(func(string) string) hookOptions { return hookOptions{} }

func newHooks(hookOptions, *log.Logger) proxy.Hooks {
	return proxy.Hooks{
		OnEvent: proxy.Hook{WholeBody: true, Run: func(event *proxy.Message) error {
			if bytes.Contains(event.Body, []byte("forbidden")) {
				return fmt.Errorf("event %s is forbidden", event.RequestID)
			}
			return nil
		}},
		OnResponse: proxy.Hook{WholeBody: true, Run: func(response *proxy.Message) error {
			if bytes.Count(response.Body, []byte("x")) > 50 {
				return errors.New("too many x")
			}
			return nil
		}},
	}
}
`;

let layer: ProxyLayer;
let refusing: ProxyLayer;
let programs: Programs;
let sigterm: Buffer;
beforeAll(async () => {
  if (missing("go") || process.platform !== "linux") return;
  [layer, programs, sigterm] = await Promise.all([buildProxy(), buildPrograms(), buildSigterm()]);
  refusing = await buildProxy(refusingHooks);
}, 240_000);

const languages: readonly Language[] = [
  {
    ...{ name: "Node.js", why: "", runtime: nodeRuntime, handler: "index.handler", errorType: "RangeError" },
    files: () => [{ path: "index.mjs", content: nodeSource }],
  },
  {
    ...{ name: "Python", why: python ? "" : " (needs awslambdaric)", runtime: "python3.12", handler: "app.handler" },
    errorType: "IndexError",
    files: () => [{ path: "app.py", content: pythonSource }],
  },
  {
    ...{ name: "Java", why: javaMissing, runtime: "java17", handler: "example.Handler" },
    errorType: "java.lang.IndexOutOfBoundsException",
    files: () => compileJava(javaSource),
  },
  {
    ...{ name: "Go", why: "", runtime: "provided.al2023", handler: "main", errorType: "errorString" },
    files: () => [
      { path: "main", content: programs.bootstrap },
      { path: "bootstrap", content: bootstrap },
    ],
  },
];

for (const { level, skip, why } of levels) {
  const unsupported = skip || missing("go");
  describe.skipIf(unsupported)(`the proxy, isolation ${level} (needs Go)${why}`, { timeout: 120_000 }, () => {
    let world: World;
    let gate: Gate;

    beforeAll(async () => {
      const env = { PATH: process.env.PATH, ...javaEnv, ...(python && { LAMBDA_EXT_PYTHON: python }) };
      world = await openWorld({ isolation: level, env });
      gate = await createGate();
    });
    afterAll(async () => {
      await gate?.close();
      await world?.close();
    });

    /** A function behind so many proxies; the one that it talks to says what passes. */
    async function define(
      name: string,
      proxies: number,
      changes: Partial<FunctionSnapshot> & { readonly files: readonly FixtureFile[] },
    ) {
      const { files, environment, ...others } = changes;
      const [outer, inner] = [await freePort(), await freePort()];
      const chain = {
        LRAP_RUNTIME_API_ENDPOINT_OUTER: `127.0.0.1:${inner}`,
        LRAP_LISTENER_PORT_INNER: inner,
      };
      const layers = [await world.zip(layer("outer"))];
      if (proxies === 2) layers.push(await world.zip(layer("inner")));
      const snapshot = world.define({
        ...{ functionName: name, code: await world.zip(files), layers, timeout: 30, ...others },
        environment: {
          AWS_LAMBDA_EXEC_WRAPPER: "/opt/wrapper-script.sh",
          ...{ LRAP_LISTENER_PORT: outer, LRAP_LOG_MESSAGES: "true" },
          ...(proxies === 2 && chain),
          ...environment,
        },
      });
      return { snapshot, api: `127.0.0.1:${outer}` };
    }

    async function call(snapshot: FunctionSnapshot, payload: object, requestId: string) {
      const result = await world.invoke(snapshot, payload, { requestId });
      return { ...result, value: JSON.parse(result.payload.toString()) };
    }

    describe.each([1, 2])("%i in a row", (proxies) => {
      describe.each(languages)("$name$why", ({ name, why: absent, runtime, handler, errorType, files }) => {
        test.skipIf(absent)("answers, fails, and answers with 6 MB; the proxies end with the environment", async () => {
          const title = `${name.replace(".", "")}${proxies}`;
          const { snapshot, api } = await define(title, proxies, { files: await files(), runtime, handler });
          const id = (count: number) => `${title}-${count}`;
          if (name === "Go") {
            const first = await call(snapshot, { do: "context" }, id(1));
            expect(first.value).toMatchObject({ id: id(1) });
            expect((await call(snapshot, { do: "environment" }, id(2))).value).toContain(
              `AWS_LAMBDA_RUNTIME_API=${api}`,
            );
          } else {
            expect((await call(snapshot, {}, id(1))).value).toEqual({ id: id(1), api });
            expect((await call(snapshot, {}, id(2))).value).toEqual({ id: id(2), api });
          }
          const failed = await call(snapshot, { do: "error", text: "bad" }, id(3));
          expect(failed.functionError).toBe("Unhandled");
          expect(failed.value).toMatchObject({ errorType, errorMessage: "bad" });
          const whole = await call(snapshot, { do: "large", size: large }, id(4));
          expect([whole.functionError, whole.value.length, whole.payload.length]).toEqual([
            undefined,
            large,
            large + 2,
          ]);
          const tooMuch = await call(snapshot, { do: "large", size: large + 200 }, id(5));
          expect(tooMuch.functionError).toBe("Unhandled");
          expect(tooMuch.value.errorType).toBe("Function.ResponseSizeTooLarge");

          await world.executor.retire(snapshot.functionArn);
          const logged = world.log();
          for (const proxy of proxies === 2 ? ["outer", "inner"] : ["outer"]) {
            for (const count of [1, 2, 3, 4, 5]) {
              expect(logged).toContain(`[${proxy}] Event ${id(count)}\n`);
              expect(logged).toContain(`[${proxy}] ${count === 3 ? "Error" : "Response"} ${id(count)}\n`);
            }
          }
          expect(logged).not.toMatch(/connect to the Runtime API|read from/);
        });
      });

      test.each([
        ["Node.js", { runtime: nodeRuntime, handler: "index.stream" }],
        ["Go", { runtime: "provided.al2023" }],
      ])("%s streams: the first chunk is there before the second is written", async (name, changes) => {
        const files = (await languages.find((language) => language.name === name)?.files()) ?? [];
        const { snapshot } = await define(`stream-${name.replace(".", "")}${proxies}`, proxies, { files, ...changes });
        let text = "";
        let seen = () => {};
        const first = new Promise<void>((resolve) => {
          seen = resolve;
        });
        const receiver = {
          begin: () => {},
          write: (chunk: Buffer) => {
            text += chunk.toString();
            if (text.includes("one ")) seen();
            return undefined;
          },
        };
        const payload = { do: "stream", gate: gate.url, text: gate.url };
        const result = world.invoke(snapshot, payload, { receiver });
        await Promise.all([first, gate.reached()]);
        expect(text).toBe("one ");
        gate.open();
        expect((await result).functionError).toBeUndefined();
        expect(text).toBe("one two");

        // It breaks off in the middle: the error is in the trailers.
        text = "";
        gate.open();
        const broken = await world.invoke(
          snapshot,
          { ...payload, ...(name === "Go" ? { size: 1 } : { do: "error" }) },
          { receiver },
        );
        expect([text, broken.functionError]).toEqual(["one ", "Unhandled"]);
        expect(JSON.parse(broken.payload.toString())).toMatchObject({ errorMessage: "broke off" });
        await world.executor.retire(snapshot.functionArn);
      });

      test.each([
        ["exits", { do: "exit", size: 3 }, "Runtime.ExitError"],
        ["panics", { do: "panic", text: "broken" }, "string"],
        ["takes too long", { sleep: 60_000 }, "Sandbox.Timedout"],
      ])("a runtime that %s fails as it would without, and the next invocation works", async (what, payload, type) => {
        const files = (await languages.find(({ name }) => name === "Go")?.files()) ?? [];
        const name = `fails-${what.replaceAll(" ", "-")}${proxies}`;
        const { snapshot } = await define(name, proxies, { files, timeout: 2 });
        const { functionError, value } = await call(snapshot, payload, `${name}-1`);
        expect([functionError, value.errorType]).toEqual(["Unhandled", type]);
        expect((await call(snapshot, { text: "again" }, `${name}-2`)).value).toMatchObject({ text: "again" });
        await world.executor.retire(snapshot.functionArn);
      });

      test("an INIT that fails is the function's failure, with its words", async () => {
        const files = [{ path: "index.mjs", content: "throw new SyntaxError('at the top')" }];
        const { snapshot } = await define(`broken${proxies}`, proxies, {
          ...{ files, runtime: nodeRuntime, handler: "index.handler" },
        });
        const { functionError, value } = await call(snapshot, {}, "broken");
        expect(functionError).toBe("Unhandled");
        expect(value).toMatchObject({ errorMessage: expect.stringContaining("at the top") });
      });

      test("an internal extension in the runtime registers, and gets its SIGTERM", async () => {
        const files = [
          { path: "main", content: sigterm },
          { path: "bootstrap", content: bootstrap },
        ];
        const { snapshot, api } = await define(`sigterm${proxies}`, proxies, { files });
        expect((await call(snapshot, {}, "sigterm")).value).toBe(api);
        const before = world.log().split("goodbye\n").length;
        await world.executor.retire(snapshot.functionArn);
        expect(world.log().split("goodbye\n")).toHaveLength(before + 1);
      });
    });

    test("SHUTDOWN is clean, and told by every proxy", async () => {
      const files = [{ path: "index.mjs", content: nodeSource }];
      const { snapshot } = await define("clean", 2, { files, runtime: nodeRuntime, handler: "index.handler" });
      await call(snapshot, {}, "clean");
      const before = world.log().length;
      const start = performance.now();
      await world.executor.retire(snapshot.functionArn);
      // At the deadline, two seconds after SHUTDOWN, they would be killed.
      expect(performance.now() - start).toBeLessThan(1900);
      const said = world.log().slice(before);
      for (const proxy of ["outer", "inner"]) expect(said).toContain(`[${proxy}] SHUTDOWN: spindown\n`);
    });

    test("an event that a hook refuses ends in its words, and so does a response", async () => {
      const files = [{ path: "index.mjs", content: nodeSource }];
      const layers = [await world.zip(refusing("outer"))];
      const { snapshot } = await define("refused", 1, {
        ...{ files, layers, runtime: nodeRuntime, handler: "index.handler" },
      });
      const first = await call(snapshot, { do: "forbidden" }, "refused-1");
      expect(first.functionError).toBe("Unhandled");
      const errorType = "Function.RefusedByProxy";
      expect(first.value).toEqual({ errorType, errorMessage: "event refused-1 is forbidden" });
      expect((await call(snapshot, {}, "refused-2")).value).toMatchObject({ id: "refused-2" });
      const third = await call(snapshot, { do: "large", size: 100 }, "refused-3");
      expect([third.functionError, third.value]).toEqual(["Unhandled", { errorType, errorMessage: "too many x" }]);
      // The runtime went on all the while.
      expect((await call(snapshot, {}, "refused-4")).value).toMatchObject({ id: "refused-4" });
      expect(world.log().match(/\[outer\] Passing on/g)?.length).toBeGreaterThan(0);
    });

    test("a port that is taken fails INIT with the reason", async () => {
      const files = [{ path: "index.mjs", content: nodeSource }];
      const port = new URL(gate.url).port;
      const { snapshot } = await define("taken", 1, {
        ...{ files, runtime: nodeRuntime, handler: "index.handler", environment: { LRAP_LISTENER_PORT: port } },
      });
      const { functionError, value } = await call(snapshot, {}, "taken");
      expect(functionError).toBe("Unhandled");
      expect(value).toMatchObject({ errorType: "Extension.InitError" });
      expect(world.log()).toContain("address already in use. Set LRAP_LISTENER_PORT to a port that is free");
    });
  });
}

async function buildSigterm(): Promise<Buffer> {
  const out = await mkdtemp(join(tmpdir(), "lambda-ext-test-"));
  try {
    const source = fileURLToPath(new URL("fixtures/sigterm", import.meta.url));
    await runGo(source, ["go", "build", "-trimpath", "-ldflags=-s -w", "-o", join(out, "sigterm"), "."]);
    return await readFile(join(out, "sigterm"));
  } finally {
    await rm(out, { recursive: true, force: true });
  }
}
