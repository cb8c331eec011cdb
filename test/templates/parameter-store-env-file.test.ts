// The .env file that the parameter-store extension writes, read by those who are to read it.
import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { findTool, missing } from "../support/tools.ts";
import { buildParameterStore } from "./build-extension.ts";
import { startSession } from "./extension-session.ts";
import { answer } from "./fake-lambda.ts";

const execute = promisify(execFile);
const python = await withDotenv();

/** A Python that has python-dotenv, which AWS's and moto's packages bring along where they are. */
async function withDotenv(): Promise<string | undefined> {
  for (const name of ["python", "python3"]) {
    const program = findTool(name);
    const works = program && (await execute(program, ["-c", "import dotenv"]).catch(() => undefined));
    if (works) return program;
  }
}

/** By name below the path; every one of them must come out as it went in. */
const values: Readonly<Record<string, string>> = {
  plain: "value",
  empty: "",
  spaces: "  both ends\t",
  "db/host-name": "db.internal",
  lines: "-----BEGIN KEY-----\nabc+/=\n-----END KEY-----\n",
  dollar: "$HOME $(id) $1 `id`",
  hash: "#not a comment # either",
  double: 'say "so"',
  single: "it's #1, isn't it?\nyes",
  backslash: "C:\\new\\table \\$HOME",
  json: '{"user":"me","password":"p$w\\"d"}',
  url: "postgres://u:p@h:5432/db?a=b&c=d;e",
  foreign: "grüß dich 日本 😀 \u00a0\u2028",
  assignment: "export A=1\nPLAIN=other",
  glob: "* ? [a] ~ ! % ^ { }",
  control: "bell\u0007 escape\u001b",
};
const nameOf = (key: string) => key.toUpperCase().replaceAll(/[^A-Z0-9]/g, "_");
const wanted = Object.fromEntries(Object.entries(values).map(([key, value]) => [nameOf(key), value]));
const names = Object.keys(wanted);

describe.skipIf(process.platform !== "linux" || missing("go"))("the .env file (needs Go and Linux)", () => {
  let folder: string;
  let binary: string;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "lambda-ext-test-"));
    binary = await buildParameterStore(folder);
  }, 240_000);
  afterAll(() => rm(folder, { recursive: true, force: true }));

  /** A file with these values, as the extension writes it; what it logs where there is none. */
  async function write(these: Readonly<Record<string, string>>) {
    const session = await startSession(binary, {
      env: { PARAMETER_PATH: "/app", CONFIG_FORMAT: "env" },
      parameterStore: (call, response) => {
        const all = Object.entries(these).map(([key, Value]) => ({ Name: `/app/${key}`, Value }));
        const from = Number(JSON.parse(call.body).NextToken ?? 0);
        const next = from + 10 < all.length ? { NextToken: String(from + 10) } : {};
        answer(response, 200, { Parameters: all.slice(from, from + 10), ...next });
      },
    });
    onTestFinished(() => session.close());
    await session.initialised;
    const { file } = session;
    return { file, content: session.content(), log: (await session.shutDown()).log };
  }

  test.each(["sh", "dash", "bash", "busybox"].filter((shell) => !missing(shell)))("%s reads it", async (shell) => {
    const { file } = await write(values);
    const print = names.map((name) => `printf '%s\\0' "$${name}"`).join("; ");
    const words = [...(shell === "busybox" ? ["sh"] : []), "-c", `. "$0"; ${print}`, file];
    const { stdout } = await execute(findTool(shell) ?? shell, words, { env: {} });
    expect(Object.fromEntries(stdout.split("\0").map((value, index) => [names[index], value]))).toMatchObject(wanted);
  });

  const print = "process.stdout.write(JSON.stringify(process.env))";
  test.each([
    ["--env-file", (file: string) => [`--env-file=${file}`, "-e", print]],
    ["process.loadEnvFile", (file: string) => ["-e", `process.loadEnvFile(process.argv[1]); ${print}`, file]],
  ] as const)("Node.js reads it with %s", async (_, words) => {
    const { file } = await write(values);
    const { stdout } = await execute(process.execPath, words(file), { env: {} });
    expect(JSON.parse(stdout)).toMatchObject(wanted);
  });

  test.skipIf(!python)("python-dotenv reads it (needs python-dotenv)", async () => {
    const { file } = await write(values);
    const read = "import dotenv, json, sys; print(json.dumps(dotenv.dotenv_values(sys.argv[1])))";
    const { stdout } = await execute(python ?? "", ["-c", read, file]);
    expect(JSON.parse(stdout)).toEqual(wanted);
  });

  test.each([
    ["a\r\nb", "a carriage return"],
    ["a$" + "{HOME}", "python-dotenv would replace"],
    ["C:\\", "ends in a backslash"],
    ["it's $5", "a single quote and besides"],
  ])("what they would read differently is refused: %j", async (value, reason) => {
    const { content, log } = await write({ plain: "x", "db/password": value });
    expect(content).toBeUndefined();
    expect(log).toContain("parameter /app/db/password cannot be written as DB_PASSWORD to a .env file");
    expect(log).toContain(reason);
    expect(log).toContain("Set CONFIG_FORMAT to json");
    expect(log).not.toContain(value);
  });
});
