// Types what the README says, line by line, on this machine.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { packageRoot } from "../src/model/package.ts";
import { type CliResult, runCli } from "./support/run-cli.ts";
import { temporaryFolder } from "./support/temporary.ts";
import { missing } from "./support/tools.ts";

const readme = readFileSync(join(packageRoot, "README.md"), "utf8");

/** The lines of the first block of shell, without comments. */
function typedLines(): string[][] {
  const block = /```sh\n([\s\S]*?)```/.exec(readme)?.[1] ?? "";
  return block
    .split("\n")
    .map((line) => line.replace(/\s+#.*$/, "").trim())
    .filter((line) => line !== "")
    .map((line) => line.split(/\s+/).map((word) => word.replace(/^'(.*)'$/, "$1")));
}

describe.skipIf(missing("go") || process.platform !== "linux")(
  "what the README says to type (needs Go, on Linux)",
  () => {
    it("works as it stands", { timeout: 180_000 }, async () => {
      const folder = temporaryFolder();
      const local = join(folder, "local");
      const env = { LAMBDA_EXT_TARGET: "local", LAMBDA_EXT_LOCAL_DIR: local, AWS_REGION: "us-east-1" };
      onTestFinished(async () => void (await runCli(["local", "stop"], { env })));
      let cwd = folder;
      const run = async (...argv: string[]): Promise<CliResult> => {
        const result = await runCli(argv, { cwd, env });
        expect(result, argv.join(" ")).toMatchObject({ code: 0 });
        return result;
      };
      const results = new Map<string, CliResult>();
      for (const [program = "", ...argv] of typedLines()) {
        if (program === "cd") {
          cwd = join(cwd, argv[0] ?? "");
          continue;
        }
        expect(program).toBe("lambda-ext");
        if (argv[0] === "attach") {
          // The reader's own function, which the README takes for granted.
          await run("create-role", "my-role");
          await run(
            "create-function",
            "my-function",
            "--source",
            "examples/nodejs",
            "--runtime",
            "nodejs22.x",
            "--role",
            "my-role",
          );
        }
        results.set(argv[0] ?? "", await run(...argv));
      }
      expect([...results.keys()]).toEqual(["init", "build", "check", "publish", "attach", "invoke"]);
      expect(results.get("build")?.stdout).toBe("dist/my-extension-amd64.zip\ndist/my-extension-arm64.zip\n");
      expect(results.get("publish")?.stdout.trim().split("\n")).toHaveLength(4);
      expect(results.get("invoke")?.stderr).toContain("REPORT RequestId");
    });
  },
);
