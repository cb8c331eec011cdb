// Java functions, with AWS's own client: handlers of each kind, layers, errors, log records.
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { compileJava, javaEnv, javaMissing } from "./support/java.ts";
import { levels } from "./support/levels.ts";
import { openRuntimeWorld, type RuntimeWorld } from "./support/runtime-world.ts";
import type { FixtureFile } from "./support/world.ts";

const imports = "import com.amazonaws.services.lambda.runtime.*; import java.io.*; import java.util.*;";
const sources = {
  "example/Handler.java": `package example; ${imports}
    public class Handler implements RequestHandler<Map<String, Object>, Map<String, Object>> {
      public Map<String, Object> handleRequest(Map<String, Object> event, Context context) {
        if ("throw".equals(event.get("do"))) throw new IllegalStateException("bad");
        context.getLogger().log("grave", com.amazonaws.services.lambda.runtime.logging.LogLevel.ERROR);
        if ("deep".equals(event.get("do"))) return handleRequest(event, context);
        if ("exit".equals(event.get("do"))) System.exit(3);
        context.getLogger().log("one record");
        context.getLogger().log("another,\\nof two lines");
        System.out.println("printed");
        Map<String, Object> answer = new TreeMap<>();
        answer.put("got", event.get("a"));
        answer.put("id", context.getAwsRequestId());
        answer.put("memory", context.getMemoryLimitInMB());
        answer.put("name", context.getFunctionName());
        answer.put("heap", Runtime.getRuntime().maxMemory() / 1024 / 1024);
        answer.put("property", System.getProperty("mine"));
        answer.put("left", context.getRemainingTimeInMillis() > 0);
        return answer;
      }
      public Integer add(Pair pair) { return pair.getA() + pair.getB(); }
    }`,
  "example/Pair.java": `package example; public class Pair {
    private int a, b;
    public int getA() { return a; } public void setA(int a) { this.a = a; }
    public int getB() { return b; } public void setB(int b) { this.b = b; }
  }`,
  "example/Stream.java": `package example; ${imports}
    public class Stream implements RequestStreamHandler {
      public void handleRequest(InputStream in, OutputStream out, Context context) throws IOException {
        out.write("\\"".getBytes()); int b; while ((b = in.read()) >= 0) if (b != '"') out.write(Character.toUpperCase(b)); out.write("\\"".getBytes());
      }
    }`,
  "example/Broken.java": `package example; ${imports}
    public class Broken implements RequestHandler<Object, Object> {
      public Broken() { throw new IllegalArgumentException("in the constructor"); }
      public Object handleRequest(Object event, Context context) { return null; }
    }`,
};
const greeting = {
  "greet/Greeting.java":
    'package greet; public class Greeting { public static String text() { return "from a layer"; } }',
};
const greeter = {
  ...greeting,
  "example/Greeter.java": `package example; ${imports}
    public class Greeter implements RequestHandler<Object, Object> {
      public Object handleRequest(Object event, Context context) { return greet.Greeting.text(); }
    }`,
};

for (const { level, skip, why } of levels) {
  describe.skipIf(skip || javaMissing !== "")(`java, isolation ${level}${javaMissing || why}`, () => {
    let java: RuntimeWorld;
    let classes: readonly FixtureFile[];
    beforeAll(async () => {
      const defaults = { runtime: "java17", handler: "example.Handler", timeout: 30 };
      java = await openRuntimeWorld({ level, env: javaEnv, defaults });
      classes = await compileJava(sources);
    });
    afterAll(() => java.world.close());

    test("a RequestHandler, its context, JAVA_TOOL_OPTIONS, and log records as events of their own", async () => {
      const snapshot = await java.define(classes, { environment: { JAVA_TOOL_OPTIONS: "-Dmine=yes" } });
      const { payload, logTail } = await java.world.invoke(snapshot, { a: 1 }, { requestId: "the-id" });
      const answer = JSON.parse(payload.toString());
      expect(answer).toMatchObject({
        ...{ got: 1, id: "the-id", memory: 512, name: snapshot.functionName, property: "yes", left: true },
      });
      // 85 % of 512 MB, less what the collector keeps to itself.
      expect(answer.heap).toBeGreaterThan(400);
      expect(answer.heap).toBeLessThanOrEqual(435);
      await java.world.executor.retire(snapshot.functionArn);
      const messages = java.messages();
      expect(messages).toEqual(expect.arrayContaining(["one record\n", "another,\nof two lines\n", "printed\n"]));
      expect(messages.indexOf("one record\n")).toBeLessThan(messages.indexOf("printed\n"));
      expect(logTail).toContain("INIT_START Runtime Version: java:17.local\n");
    });

    test("a method with a POJO, and a RequestStreamHandler", async () => {
      expect(await java.value(await java.define(classes, { handler: "example.Handler::add" }), { a: 1, b: 2 })).toBe(3);
      expect(await java.value(await java.define(classes, { handler: "example.Stream::handleRequest" }), "x")).toBe("X");
    });

    test("a jar in lib/, and one of a layer", async () => {
      const layers = [await java.world.zip(await compileJava(greeting, { jar: "java/lib/greeting.jar" }))];
      const code = (await compileJava(greeter)).filter(({ path }) => path.startsWith("example/"));
      const handler = "example.Greeter";
      expect(await java.value(await java.define(code, { handler, layers }))).toBe("from a layer");
      const bundled = await java.define([...code, ...(await compileJava(greeting, { jar: "lib/greeting.jar" }))], {
        handler,
      });
      expect(await java.value(bundled)).toBe("from a layer");
    });

    test("an exception is the answer, and the process goes on; an exit ends it", async () => {
      const snapshot = await java.define(classes);
      const result = await java.world.invoke(snapshot, { do: "throw" });
      expect(result.functionError).toBe("Unhandled");
      expect(JSON.parse(result.payload.toString())).toMatchObject({
        ...{ errorType: "java.lang.IllegalStateException", errorMessage: "bad", stackTrace: expect.any(Array) },
      });
      expect(result.logTail).toMatch(
        /^bad: java\.lang\.IllegalStateException\njava\.lang\.IllegalStateException: bad\n\tat /m,
      );
      expect(await java.value(snapshot, { a: 2 })).toMatchObject({ got: 2 });
      const gone = JSON.parse(
        (await java.world.invoke(snapshot, { do: "exit" }, { requestId: "x" })).payload.toString(),
      );
      expect(gone).toEqual({
        ...{
          errorType: "Runtime.ExitError",
          errorMessage: "RequestId: x Error: Runtime exited with error: exit status 3",
        },
      });
    });

    test("a stack that overflows, whose cause is too long for most servers' headers", async () => {
      const result = await java.world.invoke(await java.define(classes), { do: "deep" });
      expect(JSON.parse(result.payload.toString()).errorType).toBe("java.lang.StackOverflowError");
    });

    test("a constructor that throws fails INIT; a class that is not there fails the invocation", async () => {
      const broken = await java.world.invoke(await java.define(classes, { handler: "example.Broken" }), {});
      expect(JSON.parse(broken.payload.toString())).toMatchObject({
        errorMessage: expect.stringContaining("in the constructor"),
      });
      expect(broken.logTail).toMatch(/INIT_REPORT .*\tStatus: error/);
      const missing = await java.world.invoke(await java.define(classes, { handler: "example.Nowhere" }), {});
      expect(JSON.parse(missing.payload.toString())).toMatchObject({
        ...{ errorType: "java.lang.ClassNotFoundException", errorMessage: "Class not found: example.Nowhere" },
      });
    });

    test("the JSON format: records with their level, those of the function's", async () => {
      const jsonLogging = { applicationLogLevel: "ERROR", systemLogLevel: "WARN" } as const;
      const { logTail } = await java.world.invoke(
        await java.define(classes, { jsonLogging }),
        {},
        { requestId: "the-id" },
      );
      const [grave, ...rest] = logTail.split("\n").filter((line) => line.startsWith("{"));
      expect(JSON.parse(grave ?? "")).toMatchObject({ level: "ERROR", message: "grave", AWSRequestId: "the-id" });
      expect(rest.filter((line) => line.includes("one record"))).toEqual([]);
    });

    test("an exec wrapper starts java", async () => {
      const wrapper = '#!/bin/sh\nprogram=$1; shift\nexec "$program" "-Dmine=$(basename "$program")" "$@"\n';
      const layers = [await java.world.zip([{ path: "wrapper", content: wrapper }])];
      const environment = { AWS_LAMBDA_EXEC_WRAPPER: "/opt/wrapper" };
      expect(await java.value(await java.define(classes, { layers, environment }))).toMatchObject({ property: "java" });
    });
  });
}
