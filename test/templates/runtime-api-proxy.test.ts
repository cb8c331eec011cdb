// The runtime-api-proxy template from init to SHUTDOWN: its README typed line by line, and what it claims.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type LeadingEndpoint, leadEndpoint } from "../../src/emulator/background/lead.ts";
import { readZip } from "../../src/layer/zip/read.ts";
import { freePort } from "../support/free-port.ts";
import { runGo } from "../support/go.ts";
import { type CliResult, runCli } from "../support/run-cli.ts";
import { bubblewrapWorks, missing } from "../support/tools.ts";
import { readmeLines, wordsOf } from "./readme-lines.ts";

const levels = [
  { isolation: "bwrap", unsupported: !bubblewrapWorks(), needs: "Go and bubblewrap" },
  { isolation: "none", unsupported: process.platform !== "linux", needs: "Go and Linux" },
] as const;

for (const { isolation, unsupported, needs } of levels) {
  describe.skipIf(unsupported || missing("go", "gofmt"))(
    `the template runtime-api-proxy, isolation ${isolation} (needs ${needs})`,
    { timeout: 240_000 },
    () => {
      const folder = mkdtempSync(join(tmpdir(), "lambda-ext-test-"));
      const project = join(folder, "project");
      const env = { LAMBDA_EXT_LOCAL_DIR: join(folder, "local"), LAMBDA_EXT_ISOLATION: isolation };
      let endpoint: LeadingEndpoint | undefined;
      let port: string;

      beforeAll(async () => {
        const surroundings = { ...process.env, ...env };
        const directory = env.LAMBDA_EXT_LOCAL_DIR;
        endpoint = await leadEndpoint({ directory, isolation, env: surroundings, pid: process.pid });
        port = await freePort();
      });
      afterAll(async () => {
        await endpoint?.close();
        rmSync(folder, { recursive: true, force: true });
      });

      async function type(line: string): Promise<CliResult> {
        const words = wordsOf(line).slice(1);
        // Two tests at once on one machine would be after the same port.
        if (words[0] === "attach") words.push("--env", `LRAP_LISTENER_PORT=${port}`);
        const result = await runCli(words, { cwd: project, env });
        expect(result, line).toMatchObject({ code: 0 });
        return result;
      }

      const results = new Map<string, CliResult>();

      test("every line of its README works", async () => {
        const made = await runCli(["init", project, "--template", "runtime-api-proxy"], { cwd: folder });
        expect(made.code).toBe(0);
        expect(await runGo(project, ["gofmt", "-l", "."])).toBe("");
        for (const line of readmeLines(project)) {
          if (line.startsWith("go ")) await runGo(project, ["go", ...line.split(" ").slice(1)]);
          else results.set(line, await type(line));
        }
        const checked = results.get("lambda-ext check");
        expect(`${checked?.stdout}${checked?.stderr}`).not.toMatch(/error|warning/i);
      });

      test("the proxy saw the event and the response, and left them as they were", () => {
        const invoked = [...results].find(([line]) => line.includes("--log"))?.[1];
        expect(JSON.parse(invoked?.stdout ?? "")).toMatchObject({ greeting: "Hello, Ada", token: /./ });
        const [, id] = /^START RequestId: (\S+)/m.exec(invoked?.stderr ?? "") ?? [];
        for (const what of [`Event ${id}`, `Response ${id}`, `Passing on from 127.0.0.1:${port} to `]) {
          expect(invoked?.stderr).toContain(`[runtime-api-proxy] ${what}`);
        }
      });

      test("a field is redacted, and nothing else is touched", () => {
        const last = [...results.values()].filter(({ stdout }) => stdout.includes("greeting")).at(-1);
        expect(JSON.parse(last?.stdout ?? "")).toMatchObject({ greeting: "Hello, Ada", token: "***" });
      });

      test("an event without a trace gets one", async () => {
        await type("lambda-ext attach --function demo --env LRAP_TRACE_HEADER=Lambda-Runtime-Trace-Id --local");
        const { stdout } = await type("lambda-ext invoke --function demo --local");
        expect(JSON.parse(stdout).trace).toMatch(/^Root=1-[0-9a-f]{8}-[0-9a-f]{24}/);
      });

      test("it ends at SHUTDOWN by itself", async () => {
        const { stderr, stdout } = await type("lambda-ext invoke --function demo --log --local");
        expect(stdout).toContain("greeting");
        expect(stderr).not.toContain("SHUTDOWN");
        const executor = await endpoint?.executor();
        await executor?.retire("arn:aws:lambda:us-east-1:123456789012:function:demo");
        const logged = await type("lambda-ext logs --function demo --local");
        expect(logged.stdout).toContain("[runtime-api-proxy] SHUTDOWN: spindown");
      });

      test("its layers hold the script beside the extension, both executable", async () => {
        for (const goarch of ["amd64", "arm64"]) {
          const zip = await readZip(join(project, "dist", `runtime-api-proxy-${goarch}.zip`));
          const found = zip.entries.map(({ path, mode }) => [path, mode & 0o777]);
          zip.close();
          expect(found).toEqual(expect.arrayContaining([["wrapper-script.sh", 0o755]]));
          expect(found).toEqual(expect.arrayContaining([["extensions/runtime-api-proxy", 0o755]]));
        }
      });
    },
  );
}
