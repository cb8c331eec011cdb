// The README of every template, and what its CI workflow runs, typed in a project that is called and set up otherwise than the template: so that
// what `init` writes into them is tried too, and a template that comes tomorrow.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { listTemplates } from "../../src/scaffold/template.ts";
import { workflowFile } from "../../src/scaffold/workflow.ts";
import { runCli } from "../support/run-cli.ts";
import { missing, networksWork, pythonWithClient } from "../support/tools.ts";
import { levels, startLocalTarget } from "./local-target.ts";
import { readmeLines } from "./readme-lines.ts";

/** What a project chooses where a template lets it. */
const choices: Readonly<Record<string, string>> = { parameter: "/mine/config" };

const level = levels.find(({ unsupported }) => !unsupported);
const python = pythonWithClient();
const templates = await listTemplates();

describe.skipIf(!level || missing("go", "curl"))("in a project of another name (needs Linux, Go and curl)", () => {
  test.each(templates)("$id: every line of README and workflow", { timeout: 300_000 }, async ({ id, options }) => {
    const { isolation } = level ?? { isolation: "none" as const };
    const target = await startLocalTarget(isolation, {
      // As the workflow has it; other flags would compile all of it anew.
      ...{ CGO_ENABLED: "0", GOFLAGS: "-trimpath" },
      // Other tests are after the same ports.
      ...(isolation === "bwrap" && networksWork(isolation) && { LAMBDA_EXT_NETWORK: "private" }),
      ...(python && { LAMBDA_EXT_PYTHON: python }),
    });
    onTestFinished(() => target.close());
    const wishes = options.flatMap(({ name }) => {
      const choice = choices[name];
      return choice === undefined ? [] : ["--option", `${name}=${choice}`];
    });
    const argv = ["init", "project", "--template", id, "--name", "mine", ...wishes];
    expect(await runCli(argv, { cwd: target.folder })).toMatchObject({ code: 0, stderr: "" });
    const project = join(target.folder, "project");

    const lines = runnable(readmeLines(project)).map((line) => inPlace(line, isolation, target.folder));
    // What is removed in the end is there for the workflow.
    const end = lines.findIndex((line) => line.startsWith("lambda-ext delete-function"));
    const middle = end === -1 ? lines.length : end;
    const workflow = readFileSync(join(project, workflowFile), "utf8");
    const commands = [...workflow.matchAll(/- run: (.*)/g)].map(([, line = ""]) => line);
    const ours = commands
      .filter((line) => !line.startsWith("npm install "))
      .map((line) => (/^lambda-ext (publish|update-function)/.test(line) ? `${line} --local` : line));
    expect(ours.length).toBeGreaterThan(2);
    const results = await target.type("project", [...lines.slice(0, middle), ...ours, ...lines.slice(middle)]);
    expect(results.length).toBeGreaterThan(8);
    for (const result of results) expect(result.stderr).not.toContain("demo/config");
  });
});

/** Those whose programs are here; what belongs to AWS's own tools is for the tests of its template. */
function runnable(lines: readonly string[]): readonly string[] {
  const functions = lines.flatMap((line) => /create-function (\S+) .*--runtime python/.exec(line)?.[1] ?? []);
  return lines.filter((line) => {
    if (line.startsWith("aws ")) return false;
    return python || !functions.some((name) => line.includes(` ${name} `));
  });
}

/** Run in place, /tmp is everybody's. */
function inPlace(line: string, isolation: string, folder: string): string {
  const attaches = isolation === "none" && line.startsWith("lambda-ext attach ") && !line.includes("--env");
  return attaches ? `${line} --env CONFIG_FILE=${join(folder, "config.json")}` : line;
}
