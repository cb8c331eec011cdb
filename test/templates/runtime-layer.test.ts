// The bootstrap of go-runtime-layer: handlers that are right, and every kind of wrong one, as Lambda and the log see it.
import { execFileSync } from "node:child_process";
import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { delimiter, join } from "node:path";
import { text } from "node:stream/consumers";
import { execa } from "execa";
import { describe, expect, onTestFinished, test } from "vitest";
import { templatesFolder } from "../../src/scaffold/template.ts";
import { temporaryFolder } from "../support/temporary.ts";
import { findTool, missing } from "../support/tools.ts";
import { type BrokenProgram, brokenPrograms, otherMachine } from "./broken-programs.ts";

const bootstrap = join(templatesFolder, "go-runtime-layer", "bootstrap");
/** What sh may be: bash on Lambda, dash on Debian and Ubuntu. */
const shells = [
  { shell: "bash", args: ["--posix"] },
  { shell: "dash", args: [] },
];

describe.each(shells)("the bootstrap in $shell", ({ shell, args }) => {
  const skipped = process.platform !== "linux" || missing(shell, "curl", "od");

  /** Runs it with a Runtime API that takes an INIT error, on a folder that has been made so. */
  async function run(handler: string, prepare: (folder: string) => void, env: Record<string, string> = {}) {
    const folder = temporaryFolder();
    prepare(folder);
    const reports: { path: string | undefined; type: unknown; body: string }[] = [];
    const server = createServer(async (request, response) => {
      const type = request.headers["lambda-runtime-function-error-type"];
      reports.push({ path: request.url, type, body: await text(request) });
      response.writeHead(202).end('{"status":"OK"}\n');
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    onTestFinished(() => void server.close());
    const api = `127.0.0.1:${(server.address() as AddressInfo).port}`;
    const { exitCode, stdout, stderr } = await execa(findTool(shell) ?? shell, [...args, bootstrap], {
      env: { PATH: process.env.PATH, AWS_LAMBDA_RUNTIME_API: api, LAMBDA_TASK_ROOT: folder, _HANDLER: handler, ...env },
      extendEnv: false,
      reject: false,
    });
    return { folder, exitCode, stdout, stderr, reports };
  }

  const program = (folder: string) => writeFileSync(join(folder, "hello"), '#!/bin/sh\necho "$0 $#"', { mode: 0o755 });

  test.skipIf(skipped)("becomes the program, in a folder too, and says nothing", async () => {
    const first = await run("hello", program);
    expect(first).toMatchObject({ exitCode: 0, stdout: `${first.folder}/hello 0`, stderr: "", reports: [] });
    const second = await run("bin/hello", (folder) => {
      mkdirSync(join(folder, "bin"));
      program(join(folder, "bin"));
    });
    expect(second).toMatchObject({ exitCode: 0, stdout: `${second.folder}/bin/hello 0`, stderr: "", reports: [] });
  });

  test.skipIf(skipped)("lets a program that ends badly end badly", async () => {
    const result = await run("hello", (folder) =>
      writeFileSync(join(folder, "hello"), "#!/bin/sh\nexit 7", { mode: 0o755 }),
    );
    expect(result).toMatchObject({ exitCode: 7, stdout: "", stderr: "", reports: [] });
  });

  function expectRefusal(result: Awaited<ReturnType<typeof run>>, errorType: string, errorMessage: string): void {
    expect(result.stdout).toBe(`[go-runtime-layer] ${errorType}: ${errorMessage}`);
    expect(result.exitCode).toBe(1);
    expect(result.reports).toHaveLength(1);
    const [report] = result.reports;
    expect(report).toMatchObject({ path: "/2018-06-01/runtime/init/error", type: errorType });
    expect(JSON.parse(report?.body ?? "")).toEqual({ errorMessage, errorType, stackTrace: [] });
  }

  for (const { what, handler, errorType, message, make } of brokenPrograms) {
    test.skipIf(skipped)(`refuses ${what}`, async () => {
      const result = await run(handler, (folder) => make?.(folder));
      expectRefusal(result, errorType, message(result.folder));
    });
  }

  test.skipIf(skipped)("names what would do instead", async () => {
    const result = await run('he"l\\lo', (folder) => {
      program(folder);
      writeFileSync(join(folder, "another"), "", { mode: 0o755 });
      writeFileSync(join(folder, "notes.txt"), "");
      mkdirSync(join(folder, "folder"));
    });
    const missingFile = `There is no ${result.folder}/he"l\\lo, which the function's handler names.`;
    expectRefusal(result, "Runtime.HandlerNotFound", `${missingFile} Executable there: another, hello`);
  });

  test.skipIf(skipped)("refuses what is neither a file nor a folder", async () => {
    const result = await run("pipe", (folder) => void execFileSync("mkfifo", [join(folder, "pipe")]));
    const message = `${result.folder}/pipe is no ordinary file. The function's handler must name a program`;
    expectRefusal(result, "Runtime.HandlerNotFound", message);
  });

  test.skipIf(skipped)("says in the log alone what is wrong where there is no curl", async () => {
    const tools = temporaryFolder();
    for (const name of ["od", "uname"]) symlinkSync(findTool(name) ?? name, join(tools, name));
    const wrong = brokenPrograms.find(({ handler }) => handler === "another-processor") as BrokenProgram;
    const { folder, exitCode, stdout, reports } = await run(wrong.handler, (path) => wrong.make?.(path), {
      PATH: tools,
    });
    expect(stdout.split("\n")).toEqual([
      `[go-runtime-layer] Runtime.InvalidEntrypoint: ${wrong.message(folder)}`,
      "[go-runtime-layer] There is no curl to tell Lambda with: all that it sees is the exit status",
    ]);
    expect({ exitCode, reports }).toEqual({ exitCode: 1, reports: [] });
  });

  test.skipIf(skipped)("does without od: the shell's own words have to do", async () => {
    const tools = temporaryFolder();
    for (const name of ["curl", "uname"]) symlinkSync(findTool(name) ?? name, join(tools, name));
    const result = await run(
      "hello",
      (folder) => writeFileSync(join(folder, "hello"), otherMachine("none"), { mode: 0o755 }),
      {
        PATH: [tools].join(delimiter),
      },
    );
    expect(result.stderr).toMatch(/Exec format error/);
    const words = "cannot be started. The line above says why. A Go program needs CGO_ENABLED=0";
    expectRefusal(
      result,
      "Runtime.InvalidEntrypoint",
      `${result.folder}/hello ${words} where it was built on another system`,
    );
  });

  test.skipIf(skipped)("says that Lambda could not be told", async () => {
    const { stdout, stderr, exitCode } = await run("hello", () => {}, { AWS_LAMBDA_RUNTIME_API: "127.0.0.1:1" });
    expect(stdout).toMatch(
      /^\[go-runtime-layer\] Runtime\.HandlerNotFound: .*\n\[go-runtime-layer\] Lambda could not be told of it \(status 000\)$/,
    );
    expect(stderr).toMatch(/^curl: \(7\)/);
    expect(exitCode).toBe(1);
  });
});
