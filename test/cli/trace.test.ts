// invoke --trace and --trace-file: the bundle against the local endpoint, with a Go function and Go extensions.
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { InvocationTrace } from "../../src/model/invocation-trace.ts";
import { buildPrograms } from "../emulator/execution/support/programs.ts";
import { type CliResult, runCli } from "../support/run-cli.ts";

describe.skipIf(process.platform !== "linux")("invoke --trace (needs Linux)", () => {
  let folder: string;
  let env: Record<string, string | undefined>;
  const run = (...args: string[]): Promise<CliResult> => runCli(args, { cwd: folder, env });
  const invoke = (payload: object, ...args: string[]) =>
    run("invoke", "--function", "traced", "--payload", JSON.stringify(payload), ...args);

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "lambda-ext-trace-"));
    env = {
      LAMBDA_EXT_LOCAL_DIR: join(folder, "account"),
      AWS_REGION: undefined,
      AWS_DEFAULT_REGION: undefined,
      AWS_ENDPOINT_URL: undefined,
      CI: "1",
    };
    const programs = await buildPrograms();
    mkdirSync(join(folder, "function"));
    mkdirSync(join(folder, "extensions"));
    writeFileSync(join(folder, "function", "bootstrap"), programs.bootstrap);
    for (const name of ["one", "two"]) writeFileSync(join(folder, "extensions", name), programs.extension);
    chmodSync(join(folder, "function", "bootstrap"), 0o755);
    writeFileSync(
      join(folder, "lambda-ext.jsonc"),
      JSON.stringify({
        ...{ name: "traced-extensions", kind: "layer", target: "local", layer: { name: "{name}" } },
        contents: [{ from: "extensions", to: "extensions", mode: "0755" }],
      }),
    );
    const arch = process.arch === "arm64" ? "arm64" : "amd64";
    for (const args of [
      ["publish", "--arch", arch],
      ["create-role", "traced-role"],
      [
        ...["create-function", "traced", "--source", "function", "--role", "traced-role", "--arch", arch],
        ...["--runtime", "provided.al2023", "--timeout", "1"],
      ],
      ["attach", "--function", "traced", "--layer", "traced-extensions", "--env", "EXTENSION_TWO=slow-invoke=40"],
    ]) {
      const { code, stderr } = await run(...args);
      expect([args[0], code, code === 0 ? "" : stderr]).toEqual([args[0], 0, ""]);
    }
  }, 120_000);
  afterAll(async () => {
    await runCli(["local", "stop"], { cwd: folder, env });
    rmSync(folder, { recursive: true, force: true });
  });

  it("tells of a cold start on stderr, and leaves stdout to the answer", async () => {
    const { code, stdout, stderr } = await invoke({ text: "hello" }, "--trace");
    expect([code, stdout]).toEqual([0, '{"count":1,"text":"hello"}']);
    expect(stderr).toMatch(/^traced \$LATEST · cold start · success · \d+\.\d\d ms in all$/m);
    for (const row of ["PREPARE  code and layers", "INIT", "INVOKE", "FREEZE"]) {
      expect(stderr).toMatch(new RegExp(`^${row} +\\d`, "m"));
    }
    for (const row of ["one +start → register", "two +register → next", "runtime +start → next"]) {
      expect(stderr).toMatch(new RegExp(`^ {2}${row} +\\d+\\.\\d\\d +\\d+\\.\\d\\d {2}.*[━╸╺]$`, "m"));
    }
    // It was waited for: the runtime takes no 40 ms.
    expect(stderr).toMatch(/^ {2}two +INVOKE → next {2}\+\d+\.\d\d/m);
    // The log comes only with --log, although the invocation asks for it.
    expect(stderr).not.toContain("REPORT");
    for (const line of stderr.split("\n")) expect(line.length).toBeLessThanOrEqual(80);
  });

  it("--json has the events, and prints nothing else", async () => {
    const { code, stdout, stderr } = await invoke({}, "--trace", "--json");
    const document = JSON.parse(stdout);
    const trace: InvocationTrace = document.trace;
    expect(code).toBe(0);
    expect(Object.keys(document)).toEqual([
      "schemaVersion",
      "statusCode",
      "executedVersion",
      "requestId",
      "payload",
      "trace",
    ]);
    expect(trace).toMatchObject({
      ...{ requestId: document.requestId, functionName: "traced", version: "$LATEST" },
      ...{ coldStart: false, status: "success", complete: true },
    });
    expect(trace.events.find(({ kind, name }) => kind === "extension-invoke" && name === "two")).toEqual({
      ...{ kind: "extension-invoke", name: "two", at: expect.any(Number) },
      ...{ durationMs: expect.any(Number), afterRuntimeMs: expect.any(Number) },
    });
    expect(trace.events.at(-1)).toEqual({ kind: "freeze", name: "platform", at: trace.durationMs });
    expect(stderr).not.toContain("INVOKE");
  });

  it("without either flag there is no trace in the document", async () => {
    expect(JSON.parse((await invoke({}, "--json")).stdout)).not.toHaveProperty("trace");
  });

  it("--trace-file writes a page, alone or beside the rest", async () => {
    const alone = await invoke({}, "--trace-file", "alone.html");
    expect([alone.code, alone.stdout]).toEqual([0, expect.stringMatching(/^\{"count":\d,"text":""\}$/)]);
    expect(alone.stderr).toMatch(/^✓ Wrote the trace to .*alone\.html$/m);
    expect(alone.stderr).not.toContain("INVOKE");
    const page = readFileSync(join(folder, "alone.html"), "utf8");
    expect(page).toMatch(/^<!doctype html>.*<h2>INVOKE<\/h2>.*INVOKE → next.*<\/html>\n$/s);
    const all = await invoke({}, "--trace-file", "all.html", "--trace", "--json", "--log");
    const document = JSON.parse(all.stdout);
    expect(document.trace.complete).toBe(true);
    expect(document.log).toContain("REPORT");
    expect(readFileSync(join(folder, "all.html"), "utf8")).toContain(document.requestId);
  });

  it("goes with --stream", async () => {
    const { code, stdout, stderr } = await invoke({ text: "drip" }, "--stream", "--trace");
    expect([code, JSON.parse(stdout).text]).toEqual([0, "drip"]);
    expect(stderr).toMatch(/^FREEZE/m);
  });

  it("shows a function's error, a crash with its reset, a time-out, and the INIT that follows", async () => {
    const error = await invoke({ do: "error", text: "told to" }, "--trace");
    expect([error.code, error.stdout]).toEqual([4, expect.stringContaining("told to")]);
    expect(error.stderr).toMatch(/^traced \$LATEST · error · /m);

    const crash = await invoke({ do: "exit", size: 3 }, "--trace");
    expect(crash.code).toBe(4);
    expect(crash.stderr).toMatch(/^ {2}runtime +event → ✗/m);
    expect(crash.stderr).toMatch(/^ {2}✗ +Runtime\.ExitError/m);
    expect(crash.stderr).toMatch(/^SHUTDOWN {2}reset after a failure/m);
    expect(crash.stderr).toMatch(/^ {2}one +SHUTDOWN → exit 0/m);

    const late = await invoke({ sleep: 3000 }, "--trace");
    expect(late.code).toBe(4);
    expect(late.stderr).toMatch(/· timeout \(Sandbox\.Timedout: Task timed out after 1\.00 seconds\)/);
    expect(late.stderr).toMatch(/^ {2}INIT +inside the invocation/m);
    expect(late.stderr).toMatch(/^ {2}runtime +SIGTERM → terminated/m);
  });

  it("is refused where there is nothing to be seen, before anything is invoked", async () => {
    const refused = async (code: string, ...args: string[]) => {
      const { code: status, stdout } = await invoke({}, ...args, "--json");
      expect([status, JSON.parse(stdout).error.code]).toEqual([2, code]);
    };
    await refused("TraceNeedsLocal", "--trace", "--no-local", "--region", "us-east-1");
    await refused(
      "TraceNeedsLocal",
      "--trace-file",
      "never.html",
      "--endpoint-url",
      "http://127.0.0.1:1",
      "--no-local",
    );
    await refused("NothingToTrace", "--trace", "--type", "async");
    await refused("NothingToTrace", "--trace-file", "never.html", "--type", "dry-run");
    await refused("CannotWrite", "--trace-file", "no-such-folder/never.html");
    expect(existsSync(join(folder, "never.html"))).toBe(false);
  });
});
