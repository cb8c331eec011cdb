// A local target for one template: what is typed goes to an endpoint of its own, whose environments can be shut down in between.
import { execFile } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect } from "vitest";
import { type LeadingEndpoint, leadEndpoint } from "../../src/emulator/background/lead.ts";
import { type CliResult, runCli } from "../support/run-cli.ts";
import { bubblewrapWorks } from "../support/tools.ts";
import { readmeLines, wordsOf } from "./readme-lines.ts";

const execute = promisify(execFile);

/** The isolation levels that every template is tried in; a level skips where `unsupported`. */
export const levels = [
  { isolation: "bwrap", unsupported: !bubblewrapWorks(), needs: "Go and bubblewrap" },
  { isolation: "none", unsupported: process.platform !== "linux", needs: "Go and Linux" },
] as const;

/** A folder with an endpoint. */
export interface LocalTarget {
  /** Projects lie below it. */
  readonly folder: string;
  /** Makes a project from the template in a folder of that name; gives back the lines of its README. */
  init(template: string, ...choices: readonly string[]): Promise<readonly string[]>;
  /** Types lines in the project: ours to the bundle, others to a shell. Every one must succeed. */
  type(project: string, lines: readonly string[]): Promise<readonly CliResult[]>;
  /** One command of ours, whatever comes of it. */
  run(project: string, args: readonly string[]): Promise<CliResult>;
  /** Shuts all environments down, as after a long time without invocations; functions and logs stay. */
  shutDown(): Promise<void>;
  close(): Promise<void>;
}

/** Starts it. */
export async function startLocalTarget(
  isolation: (typeof levels)[number]["isolation"],
  variables: Readonly<Record<string, string>> = {},
): Promise<LocalTarget> {
  const folder = mkdtempSync(join(tmpdir(), "lambda-ext-test-"));
  const directory = join(folder, "local");
  const env = { LAMBDA_EXT_LOCAL_DIR: directory, LAMBDA_EXT_ISOLATION: isolation, ...variables };
  const lead = () => leadEndpoint({ directory, isolation, env: { ...process.env, ...env }, pid: process.pid });
  let endpoint: LeadingEndpoint | undefined = await lead();

  const run = (project: string, args: readonly string[]) => runCli(args, { cwd: join(folder, project), env });
  const typeOne = async (project: string, line: string): Promise<CliResult> => {
    const words = wordsOf(line);
    if (words[0] === "lambda-ext") return run(project, words.slice(1));
    const options = { cwd: join(folder, project), env: { ...process.env, ...env } };
    return execute("/bin/sh", ["-c", line], options).then(
      (said) => ({ code: 0, ...said }),
      ({ code, stdout, stderr }: CliResult) => ({ code, stdout, stderr }),
    );
  };
  return {
    folder,
    run,
    async init(template, ...choices) {
      const made = await runCli(["init", template, "--template", template, ...choices], { cwd: folder });
      expect(made).toMatchObject({ code: 0 });
      return readmeLines(join(folder, template));
    },
    async type(project, lines) {
      const results: CliResult[] = [];
      for (const line of lines) {
        const result = await typeOne(project, line);
        expect(result.code, `${line}\n${result.stdout}${result.stderr}`).toBe(0);
        results.push(result);
      }
      return results;
    },
    async shutDown() {
      await endpoint?.close();
      endpoint = await lead();
    },
    async close() {
      await endpoint?.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
