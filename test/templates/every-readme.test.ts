// The README of every template, and what its CI workflow runs, typed in a project that is called and set up otherwise than the template: so that
// what `init` writes into them is tried too, and a template that comes tomorrow.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { listTemplates } from "../../src/scaffold/template.ts";
import { workflowFile } from "../../src/scaffold/workflow.ts";
import { startDynamoDb } from "../support/dynamodb.ts";
import { freePort } from "../support/free-port.ts";
import { runCli } from "../support/run-cli.ts";
import { missing, networksWork, pythonWithClient } from "../support/tools.ts";
import { levels, startLocalTarget } from "./local-target.ts";
import { readmeLines } from "./readme-lines.ts";

/** What a project chooses where a template lets it. */
const choices: Readonly<Record<string, string>> = { parameter: "/mine/config", table: "Mine" };

/** What a README takes for granted on the reader's machine: a DynamoDB. The AWS CLI's lines, which make its table, are not typed here. */
const tableAddress = "127.0.0.1:8000";

const level = levels.find(({ unsupported }) => !unsupported);
const python = pythonWithClient();
const templates = await listTemplates();

describe.skipIf(!level || missing("go", "curl"))("in a project of another name (needs Linux, Go and curl)", () => {
  test.each(templates)("$id: every line of README and workflow", { timeout: 300_000 }, async ({ id, options }) => {
    const { isolation } = level ?? { isolation: "none" as const };
    const ownNetwork = isolation === "bwrap" && networksWork(isolation);
    const db = options.some(({ name }) => name === "table") ? await startDynamoDb(choices.table ?? "") : undefined;
    onTestFinished(() => db?.close());
    const target = await startLocalTarget(isolation, {
      // As the workflow has it; other flags would compile all of it anew.
      ...{ CGO_ENABLED: "0", GOFLAGS: "-trimpath" },
      // Other tests are after the same ports.
      ...(ownNetwork && { LAMBDA_EXT_NETWORK: "private", LAMBDA_EXT_FORWARD: `${db?.port ?? "none"}` }),
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

    const port = ownNetwork ? undefined : await freePort();
    const lines = runnable(readmeLines(project))
      .map((line) => inPlace(line, isolation, target.folder))
      .map((line) => (db ? besideTable(line, db.port, port) : line));
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

/** With the table where it is, and with a port of the test's own where somebody else may listen on the usual one. */
function besideTable(line: string, tablePort: number, port: string | undefined): string {
  const moved = line.replaceAll(tableAddress, `127.0.0.1:${tablePort}`);
  return port && line.startsWith("lambda-ext attach ") ? `${moved} --env CACHE_PORT=${port}` : moved;
}
