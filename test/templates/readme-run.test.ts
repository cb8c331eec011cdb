// The READMEs of the templates, typed line by line on the local target.
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type LeadingEndpoint, leadEndpoint } from "../../src/emulator/background/lead.ts";
import { type CliResult, runCli } from "../support/run-cli.ts";
import { bubblewrapWorks, missing, pythonWithClient } from "../support/tools.ts";
import { readmeLines, wordsOf } from "./readme-lines.ts";

const python = pythonWithClient();
const levels = [
  { isolation: "bwrap", unsupported: !bubblewrapWorks(), needs: "Go and bubblewrap" },
  { isolation: "none", unsupported: process.platform !== "linux", needs: "Go and Linux" },
] as const;

describe.each(levels)("on the local target, isolation $isolation (needs $needs)", ({ isolation, unsupported }) => {
  const skipped = unsupported || missing("go");
  let folder: string;
  let endpoint: LeadingEndpoint | undefined;
  const env = () => ({
    LAMBDA_EXT_LOCAL_DIR: join(folder, "local"),
    LAMBDA_EXT_ISOLATION: isolation,
    ...(python && { LAMBDA_EXT_PYTHON: python }),
  });

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "lambda-ext-test-"));
    if (skipped) return;
    const surroundings = { ...process.env, ...env() };
    endpoint = await leadEndpoint({ directory: join(folder, "local"), isolation, env: surroundings, pid: process.pid });
  });
  afterAll(async () => {
    await endpoint?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  /** Types the lines in the project; every one must succeed. Gives back what they printed. */
  async function type(project: string, lines: readonly string[]): Promise<readonly CliResult[]> {
    const results: CliResult[] = [];
    for (const line of lines) {
      const result = await runCli(argv(line), { cwd: join(folder, project), env: env() });
      expect(result, line).toMatchObject({ code: 0 });
      results.push(result);
    }
    return results;
  }

  function argv(line: string): string[] {
    const words = wordsOf(line).slice(1);
    // Run in place, /tmp is everybody's.
    if (isolation === "none" && words[0] === "attach" && !words.includes("--env")) {
      words.push("--env", `CONFIG_FILE=${join(folder, "config.json")}`);
    }
    return words;
  }

  async function init(template: string): Promise<readonly string[]> {
    const { code } = await runCli(["init", template, "--template", template], { cwd: folder });
    expect(code).toBe(0);
    return readmeLines(join(folder, template)).filter((line) => line.startsWith("lambda-ext "));
  }

  test.skipIf(skipped)("function-go", { timeout: 240_000 }, async () => {
    const lines = await init("function-go");
    const results = await type("function-go", lines);
    expect(results[lines.indexOf("lambda-ext check")]?.stdout).toMatch(/^(✓ .*: nothing found\n){2}$/);
    const said = results[lines.findIndex((line) => line.includes(" invoke "))]?.stderr ?? "";
    // The context's values are this invocation's.
    const request = /START RequestId: (\S+)/.exec(said)?.[1];
    expect(said).toMatch(new RegExp(`request ${request} has (2\\.\\d+|3)s left`));
    const response = readFileSync(join(folder, "function-go", "response.json"), "utf8");
    expect(response).toBe('"{ID:tpaschalis Val:100 Flag:true}"');
  });

  test.skipIf(skipped)("parameter-store, with its example in Node.js", { timeout: 240_000 }, async () => {
    const lines = (await init("parameter-store")).filter((line) => !line.includes("demo-python"));
    const results = await type("parameter-store", lines);
    const invoked = results[lines.findIndex((line) => line.includes(" invoke "))];
    const answer = JSON.parse(invoked?.stdout ?? "");
    expect(answer.statusCode).toBe(200);
    expect(JSON.parse(answer.body)).toMatchObject({ config: { greeting: "hello" } });
    const said = invoked?.stderr ?? "";
    for (const line of ["INIT start", "Registered with ID: ", "Fetching parameter: /lambda-ext/demo/config"]) {
      expect(said).toContain(`[parameter-store-extension] ${line}`);
    }
  });

  test.skipIf(skipped || !python)("its example in Python (needs awslambdaric)", { timeout: 60_000 }, async () => {
    const lines = readmeLines(join(folder, "parameter-store")).filter((line) => line.includes("demo-python"));
    const results = await type("parameter-store", lines);
    const answer = JSON.parse(results.at(-1)?.stdout ?? "");
    expect(answer.statusCode).toBe(200);
    expect(JSON.parse(answer.body)).toMatchObject({ config: { greeting: "hello" } });
  });

  test.skipIf(skipped).each([
    ["/lambda-ext/demo/config/below", /ParameterNotFound.*Create the parameter in us-east-1/],
    ["/somebody/elses", /AccessDenied.*Allow the function's role ssm:GetParameter on the parameter/],
  ])("the function runs without %s, and the log says why", async (parameter, reason) => {
    const attach = `lambda-ext attach --function demo --env PARAMETER_NAME=${parameter} --local`;
    const [, invoked] = await type("parameter-store", [attach, "lambda-ext invoke --function demo --log --local"]);
    expect(JSON.parse(invoked?.stdout ?? "")).toMatchObject({ statusCode: 503 });
    expect(invoked?.stderr).toMatch(reason);
  });
});
