// The local target by hand, and how its commands find one endpoint: the bundle that ships, in processes of its own.
import { execFile } from "node:child_process";
import { readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { shellLines } from "../../src/cli/shell-lines.ts";
import { packageVersion } from "../../src/model/package.ts";
import { bin, runCli } from "../support/run-cli.ts";
import { temporaryFolder } from "../support/temporary.ts";
import { findTool, missing } from "../support/tools.ts";

const execute = promisify(execFile);

/** A folder of the test's own, whose endpoint ends with the test. */
function localFolder() {
  const directory = temporaryFolder();
  const env = {
    LAMBDA_EXT_LOCAL_DIR: directory,
    LAMBDA_EXT_ISOLATION: undefined,
    LAMBDA_EXT_FREEZE: undefined,
    CI: undefined,
  };
  const local = (...args: string[]) => runCli(["local", ...args], { env });
  onTestFinished(async () => {
    await local("stop");
  });
  return { directory, env, local };
}

/** Whether the process still runs. One that nobody has reaped (in a container without an init) does not. */
function runs(pid: number): boolean {
  try {
    return !readFileSync(`/proc/${pid}/stat`, "utf8").includes(") Z ");
  } catch {
    return false;
  }
}
const documentOf = ({ stdout }: { stdout: string }) => JSON.parse(stdout);

describe("local", () => {
  it("is started, shown, stopped and reset, and says so", { timeout: 60_000 }, async () => {
    const { directory, local } = localFolder();
    expect(await local("status")).toMatchObject({ code: 0, stdout: `No local endpoint runs for ${directory}.\n` });
    expect(documentOf(await local("status", "--json"))).toMatchObject({ schemaVersion: 1, running: false, directory });

    const started = await local("start");
    expect(started).toMatchObject({ code: 0, stdout: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+\n$/) });
    expect(started.stderr).toContain(`Started the local endpoint in the background (folder ${directory})`);
    const again = await local("start", "--json");
    expect(again.stderr).toBe("");
    const url = started.stdout.trim();
    expect(documentOf(again)).toMatchObject({
      schemaVersion: 1,
      started: false,
      url,
      directory,
      version: packageVersion,
    });

    const status = documentOf(await local("status", "--json"));
    expect(status).toMatchObject({
      running: true,
      url,
      directory,
      version: packageVersion,
      functions: 0,
      active: 0,
      isolation: expect.stringMatching(/^(bwrap|namespace|none)$/),
      idleLimitMilliseconds: 600_000,
    });
    expect(status.pid).toBeGreaterThan(1);
    expect((await local("status")).stdout).toMatch(/^url +http:.*\n(.*\n)*idle +\d+ s, ends after 600 s\n$/);

    expect(await local("stop")).toMatchObject({ code: 0, stdout: `Ended the local endpoint of ${directory}.\n` });
    expect(await local("stop")).toMatchObject({ code: 0, stdout: `No local endpoint runs for ${directory}.\n` });
    await vi.waitFor(() => expect(runs(status.pid)).toBe(false), { timeout: 5000 });
  });

  it("removes what it keeps only when that is meant", { timeout: 60_000 }, async () => {
    const { directory, env, local } = localFolder();
    const made = await runCli(["put-parameter", "/a", "--value", "v", "--local"], { env });
    expect(made.code).toBe(0);
    const refused = await local("reset", "--json");
    expect(refused.code).toBe(2);
    expect(documentOf(refused).error).toMatchObject({ code: "NotConfirmed", hint: "Say that it is meant: --yes" });
    expect(readdirSync(join(directory, "store", "parameters"))).toHaveLength(1);
    const reset = await local("reset", "--yes", "--json");
    expect(documentOf(reset)).toEqual({ schemaVersion: 1, reset: true, directory });
    expect(readdirSync(directory).sort()).toEqual(["credentials.json", "endpoint"]);
    const anew = await runCli(["put-parameter", "/a", "--value", "v", "--local", "--json"], { env });
    expect(documentOf(anew)).toMatchObject({ version: 1 });
  });

  it("lets one of many first commands start the endpoint, and the others find it", { timeout: 90_000 }, async () => {
    for (let round = 0; round < 2; round++) {
      const { directory, local } = localFolder();
      const results = await Promise.all(Array.from({ length: 6 }, () => local("start", "--json")));
      expect(results.map(({ code, stderr }) => [code, stderr.includes("✗")])).toEqual(Array(6).fill([0, false]));
      const documents = results.map(documentOf);
      expect(new Set(documents.map(({ url }) => url)).size).toBe(1);
      expect(new Set(documents.map(({ pid }) => pid)).size).toBe(1);
      const log = readFileSync(join(directory, "endpoint", "endpoint.log"), "utf8");
      expect(log.match(/serving/g)).toHaveLength(1);
    }
  });

  it("holds no pipe of the command that started it", { timeout: 60_000 }, async () => {
    const { env } = localFolder();
    const options = { env: { ...process.env, ...env, NO_COLOR: "1" } as NodeJS.ProcessEnv, timeout: 20_000 };
    const { stdout } = await execute(
      "/bin/sh",
      ["-c", `"${process.execPath}" "${bin}" local start 2>&1 | cat`],
      options,
    );
    expect(stdout).toMatch(/http:\/\/127\.0\.0\.1:\d+\n$/);
  });

  it("ends by itself when nobody needs it", { timeout: 60_000 }, async () => {
    const { env, local } = localFolder();
    const started = documentOf(
      await runCli(["local", "start", "--json"], { env: { ...env, LAMBDA_EXT_IDLE_SECONDS: "0.3" } }),
    );
    for (let tries = 0; tries < 100 && documentOf(await local("status", "--json")).running; tries++) await sleep(50);
    await vi.waitFor(() => expect(runs(started.pid)).toBe(false), { timeout: 5000 });
    const build = documentOf(await runCli(["local", "start", "--json"], { env: { ...env, CI: "true" } }));
    expect(build.pid).not.toBe(started.pid);
    expect(documentOf(await local("status", "--json")).idleLimitMilliseconds).toBe(60_000);
  });

  it("is replaced where a flag or a variable chose another setting, and taken as it is otherwise", {
    timeout: 60_000,
  }, async () => {
    const { env, local } = localFolder();
    const first = documentOf(await local("start", "--json"));
    expect(first.settings).toMatchObject({ isolation: "auto", freeze: true });
    const other = await local("start", "--no-freeze", "--json");
    expect(other.stderr).toContain("Replacing the local endpoint: it runs with --freeze, wanted is --no-freeze");
    expect(documentOf(other).pid).not.toBe(first.pid);
    await vi.waitFor(() => expect(runs(first.pid)).toBe(false), { timeout: 5000 });
    const environment = { ...env, LAMBDA_EXT_ISOLATION: "bwrap", LAMBDA_EXT_FREEZE: "1" };
    // A flag wins over its variable.
    const args = ["local", "start", "--isolation", "none", "--no-freeze", "--json"];
    const third = await runCli(args, { env: environment });
    expect(third.stderr).toContain("it runs with --isolation auto, wanted is --isolation none");
    expect(documentOf(third).settings).toMatchObject({ isolation: "none", freeze: false });
    const { pid } = documentOf(third);
    expect(documentOf(await local("start", "--json"))).toMatchObject({ started: false, pid });
    expect(documentOf(await local("status", "--json"))).toMatchObject({
      ...{ pid, isolation: "none", settings: { isolation: "none", freeze: false } },
    });
    expect((await local("status")).stdout).toMatch(/^settings +--isolation none --no-freeze/m);
  });

  it.skipIf(process.platform !== "linux")(
    "says at once that what was chosen is not to be had here (needs Linux)",
    {
      timeout: 60_000,
    },
    async () => {
      const { directory, env, local } = localFolder();
      const nothing = { ...env, PATH: directory };
      const started = await runCli(["local", "start", "--isolation", "bwrap", "--json"], { env: nothing });
      expect(started.code).toBe(2);
      expect(documentOf(started).error).toMatchObject({
        code: "IsolationUnavailable",
        hint: expect.stringContaining("Install bubblewrap"),
      });
      const status = await local("status");
      expect(status.stdout).toMatch(/^settings +--isolation bwrap /m);
      expect(status.stdout).toMatch(/^problem +Isolation bwrap was asked for and does not work here/m);
      expect(status.stdout).not.toMatch(/^isolation/m);
      expect((await local("start", "--isolation", "none")).code).toBe(0);
      expect(documentOf(await local("status", "--json")).executionProblem).toBeUndefined();
    },
  );

  it("refuses settings that can't be had together, and leaves what runs alone", { timeout: 60_000 }, async () => {
    const { local } = localFolder();
    const { url, pid } = documentOf(await local("start", "--isolation", "none", "--json"));
    const refused = await local("start", "--network", "private", "--json");
    expect(refused.code).toBe(2);
    expect(documentOf(refused).error).toMatchObject({
      code: "PrivateNetworkUnavailable",
      hint: expect.stringContaining("--network auto"),
    });
    expect(documentOf(await local("status", "--json"))).toMatchObject({ running: true, url, pid });
  });

  it("refuses a setting that there is not, and names those that there are", { timeout: 60_000 }, async () => {
    const { env, local } = localFolder();
    const flag = await local("start", "--isolation", "docker");
    expect(flag).toMatchObject({ code: 2, stderr: expect.stringMatching(/'docker' is invalid\. It is auto, bwrap/) });
    const variable = await runCli(["local", "start"], { env: { ...env, LAMBDA_EXT_FREEZE: "no way" } });
    expect(variable.code).toBe(2);
    expect(variable.stderr).toContain('LAMBDA_EXT_FREEZE is "no way".');
    const { stdout } = await local("start", "--help");
    for (const words of ["--isolation <level>", "(LAMBDA_EXT_ISOLATION)", "--freeze", "--no-freeze"]) {
      expect(stdout).toContain(words);
    }
  });

  it("names the remedy where there is no folder to keep things in", { timeout: 60_000 }, async () => {
    const nowhere = { LAMBDA_EXT_LOCAL_DIR: undefined, XDG_STATE_HOME: undefined, HOME: undefined };
    const homeless = await runCli(["local", "start", "--json"], { env: nowhere });
    expect(homeless.code).toBe(1);
    expect(documentOf(homeless).error).toMatchObject({
      code: "NoStateFolder",
      hint: expect.stringContaining("LAMBDA_EXT_LOCAL_DIR"),
    });
    const file = join(temporaryFolder(), "home");
    writeFileSync(file, "");
    const unusable = await runCli(["local", "status", "--json"], { env: { ...nowhere, HOME: file } });
    expect(unusable.code).toBe(1);
    expect(documentOf(unusable).error).toMatchObject({
      code: "StateFolderUnusable",
      message: expect.stringContaining(file),
    });
    const home = temporaryFolder();
    const status = documentOf(await runCli(["local", "status", "--json"], { env: { ...nowhere, HOME: home } }));
    expect(status.directory).toBe(join(home, ".local", "state", "lambda-ext"));
    expect(statSync(status.directory).mode & 0o777).toBe(0o700);
  });

  it("has help with examples for each action, and names the right one for a wrong one", async () => {
    const help = await runCli(["local", "--help"]);
    for (const action of ["start", "stop", "status", "env", "reset"])
      expect(help.stdout).toMatch(new RegExp(`^ {2}${action} `, "m"));
    expect((await runCli(["local", "env", "--help"])).stdout).toContain('$ eval "$(lambda-ext local env)"');
    const wrong = await runCli(["local", "stpo"]);
    expect(wrong).toMatchObject({ code: 2, stderr: expect.stringContaining("Did you mean stop?") });
    expect((await runCli(["local"])).code).toBe(2);
  });
});

describe("local env", () => {
  it.skipIf(missing("aws"))(
    "points the AWS CLI at the endpoint, whatever else was set (needs the AWS CLI)",
    { timeout: 60_000 },
    async () => {
      const { env } = localFolder();
      const aws = findTool("aws") ?? "";
      const script = `eval "$("${process.execPath}" "${bin}" local env 2>/dev/null)" && aws sts get-caller-identity --query Arn --output text`;
      const surroundings = {
        ...process.env,
        ...env,
        PATH: `${dirname(aws)}:${process.env.PATH}`,
        AWS_PROFILE: "none-such",
        AWS_SESSION_TOKEN: "left over",
        AWS_ENDPOINT_URL_STS: "http://127.0.0.1:1",
        HTTP_PROXY: "http://127.0.0.1:1",
        http_proxy: "http://127.0.0.1:1",
        NO_PROXY: "intranet",
      } as NodeJS.ProcessEnv;
      const { stdout } = await execute("/bin/sh", ["-c", script], { env: surroundings });
      expect(stdout.trim()).toBe("arn:aws:iam::123456789012:user/local");
    },
  );

  it("gives programs a document, with the region that was asked for", { timeout: 60_000 }, async () => {
    const { local } = localFolder();
    const document = documentOf(await local("env", "--json", "--region", "eu-west-1"));
    expect(document).toMatchObject({
      schemaVersion: 1,
      variables: {
        AWS_ENDPOINT_URL: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+$/),
        AWS_ACCESS_KEY_ID: expect.stringMatching(/^AKIA/),
        AWS_REGION: "eu-west-1",
        AWS_DEFAULT_REGION: "eu-west-1",
      },
      unset: expect.arrayContaining(["AWS_PROFILE", "AWS_SESSION_TOKEN"]),
    });
    expect(JSON.parse((await local("env", "--shell", "json", "--region", "eu-west-1")).stdout)).toEqual(
      document.variables,
    );
    expect((await local("status")).stdout).not.toContain(document.variables.AWS_SECRET_ACCESS_KEY);
  });

  it.each([
    ["sh", "unset C\nexport A=plain/+=\nexport B='it'\\''s'"],
    ["fish", "set -e C\nset -gx A plain/+=\nset -gx B 'it\\'s'"],
    ["powershell", "Remove-Item Env:C -ErrorAction SilentlyContinue\n$Env:A = 'plain/+='\n$Env:B = 'it''s'"],
    ["cmd", 'set "C="\nset "A=plain/+="\nset "B=it\'s"'],
  ] as const)("speaks %s", (shell, lines) => {
    expect(shellLines(shell, { A: "plain/+=", B: "it's" }, ["C"])).toBe(lines);
  });
});
