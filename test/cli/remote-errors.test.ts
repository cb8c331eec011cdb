// What the command line says and returns on bad days, against a server that behaves badly.
import { spawn } from "node:child_process";
import {
  closeSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import {
  type Answer,
  type FaultServer,
  htmlBadGateway,
  refuse,
  type SeenRequest,
  startFaultServer,
} from "../support/fault-server.ts";
import { bin, type CliResult, runCli } from "../support/run-cli.ts";

let server: FaultServer | undefined;
let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "lambda-ext-errors-"));
});
afterEach(async () => {
  await server?.close();
  server = undefined;
  rmSync(folder, { recursive: true, force: true });
});

const nobody = {
  AWS_ACCESS_KEY_ID: undefined,
  AWS_SECRET_ACCESS_KEY: undefined,
  AWS_SESSION_TOKEN: undefined,
  AWS_PROFILE: undefined,
  AWS_REGION: undefined,
  AWS_DEFAULT_REGION: undefined,
  AWS_ENDPOINT_URL: undefined,
  AWS_CONFIG_FILE: "/dev/null",
  AWS_SHARED_CREDENTIALS_FILE: "/dev/null",
  AWS_EC2_METADATA_DISABLED: "true",
};

async function surroundings(answer: (request: SeenRequest) => Answer) {
  server = await startFaultServer(answer);
  return {
    ...nobody,
    AWS_ENDPOINT_URL: server.url,
    AWS_ACCESS_KEY_ID: "key",
    AWS_SECRET_ACCESS_KEY: "secret",
    AWS_REGION: "eu-west-1",
    AWS_MAX_ATTEMPTS: "1",
  };
}

async function run(answer: (request: SeenRequest) => Answer, args: string[], input?: string): Promise<CliResult> {
  const env = await surroundings(answer);
  return await runCli(args, { cwd: folder, env, ...(input !== undefined && { input }) });
}

/** Starts a command, sends SIGINT once `ready` has happened, and waits for its end. */
async function interrupt(
  args: string[],
  env: Record<string, string | undefined>,
  ready: Promise<unknown>,
): Promise<CliResult> {
  const child = spawn(process.execPath, [bin, ...args], {
    cwd: folder,
    env: { ...process.env, NO_COLOR: "1", ...env },
  });
  let stdout = "";
  let stderr = "";
  child.stdout.on("data", (chunk) => {
    stdout += chunk;
  });
  child.stderr.on("data", (chunk) => {
    stderr += chunk;
  });
  const ended = new Promise<number | null>((resolve) => child.on("close", resolve));
  await Promise.race([ready, ended]);
  child.kill("SIGINT");
  return { code: await ended, stdout, stderr };
}

/** A project of plain files: nothing has to be compiled. */
function layerProject(more: object = {}): void {
  mkdirSync(join(folder, "files"));
  writeFileSync(join(folder, "files", "ca.pem"), "certificate");
  writeFileSync(
    join(folder, "lambda-ext.jsonc"),
    JSON.stringify({ name: "demo", kind: "layer", contents: [{ from: "files", to: "." }], ...more }),
  );
}

/** Publishes everywhere but in the regions that are said to be down. */
function lambdaWithout(...down: string[]) {
  return ({ region, method, path, body }: SeenRequest): Answer => {
    if (path === "/listRegions") return refuse(403, "AccessDeniedException", "No.");
    if (down.includes(region)) return refuse(403, "UnrecognizedClientException", "The security token is invalid.");
    if (method === "GET") return { status: 200, body: { LayerVersions: [] } };
    const name = path.split("/")[3];
    const { createHash } = process.getBuiltinModule("node:crypto");
    const zip = Buffer.from(JSON.parse(body.toString()).Content.ZipFile, "base64");
    return {
      status: 201,
      body: {
        LayerVersionArn: `arn:aws:lambda:${region}:123456789012:layer:${name}:1`,
        Version: 1,
        Content: { CodeSha256: createHash("sha256").update(zip).digest("base64") },
      },
    };
  };
}

describe("publish", () => {
  it("is 3 where a region failed, says why and what to run again", async () => {
    layerProject();
    const { code, stdout, stderr } = await run(lambdaWithout("us-east-1"), [
      ...["publish", "--regions", "eu-west-1,us-east-1", "--arch", "arm64", "--description", "It's one"],
    ]);
    expect(code).toBe(3);
    expect(stdout).toBe("arn:aws:lambda:eu-west-1:123456789012:layer:demo-arm64:1\n");
    expect(stderr).toContain("✗ us-east-1 demo-arm64: Could not list the versions of layer demo-arm64 in us-east-1");
    expect(stderr).toContain(
      `Run again what failed: lambda-ext publish --regions us-east-1 --arch arm64 --description 'It'\\''s one'`,
    );
  });

  it("is 1 where all failed, with the document all the same", async () => {
    layerProject();
    const { code, stdout } = await run(() => htmlBadGateway, ["publish", "--json"]);
    expect(code).toBe(1);
    const { schemaVersion, layers } = JSON.parse(stdout);
    expect(schemaVersion).toBe(1);
    expect(layers).toMatchObject([
      { architecture: "x86_64", result: "failed", error: { code: "UnreadableAnswer" } },
      { architecture: "arm64", result: "failed", error: { code: "UnreadableAnswer" } },
    ]);
  });

  it("goes to the configuration's regions, unless one is named for this command", async () => {
    layerProject({ publish: { regions: ["eu-west-1", "us-east-1"] } });
    const regions = async (...flags: string[]) => {
      const { stdout } = await run(lambdaWithout(), ["publish", "--dry-run", "--json", "--arch", "arm64", ...flags]);
      await server?.close();
      return JSON.parse(stdout).layers.map(({ region }: { region: string }) => region);
    };
    expect(await regions()).toEqual(["eu-west-1", "us-east-1"]);
    expect(await regions("--region", "eu-north-1")).toEqual(["eu-north-1"]);
    expect(await regions("--regions", "eu-north-1", "--regions", "eu-south-1")).toEqual(["eu-north-1", "eu-south-1"]);
    expect(await regions("--regions", "all")).toHaveLength(34);
  });

  it("needs no other region than those that it is told", async () => {
    layerProject();
    const env = { ...(await surroundings(lambdaWithout())), AWS_REGION: undefined };
    const { code, stderr } = await runCli(["publish", "--regions", "eu-north-1"], { cwd: folder, env });
    expect(code, stderr).toBe(0);
  });

  it.each([
    [["--regions", "eu-west1"], /"eu-west1" is not a region.\n {2}Did you mean eu-west-1\?/],
    [["--layer-name", "no spaces"], /"no spaces" cannot be the name of a layer/],
    [["--arch", "mips"], /amd64/],
    [["--region", "nowhere"], /"nowhere" is not a region/],
  ])("refuses %j as a wrong usage, before anything is sent", async (flags, words) => {
    layerProject();
    const { code, stderr } = await run(() => "hang", ["publish", ...flags]);
    expect(stderr).toMatch(words);
    expect(code).toBe(2);
    expect(server?.seen).toHaveLength(0);
  });

  it.each([[[]], [["--dry-run"]]])("checks before it publishes: %j", async (flags) => {
    layerProject({ contents: [{ from: "files/ca.pem", to: "extensions/README" }] });
    const { code, stderr } = await run(lambdaWithout(), ["publish", ...flags]);
    expect(code).toBe(1);
    expect(stderr).toContain("would not work in Lambda");
    expect(server?.seen.filter(({ method }) => method === "POST")).toEqual([]);
  });

  it("warns of a region that it doesn't know", async () => {
    layerProject();
    const { code, stderr } = await run(lambdaWithout(), ["publish", "--regions", "eu-wast-1"]);
    expect(code).toBe(0);
    expect(stderr).toContain("! eu-wast-1 is not a region that lambda-ext knows; did you mean eu-west-1?");
  });

  it("refuses a function's project", async () => {
    writeFileSync(join(folder, "lambda-ext.jsonc"), '{"kind":"function","name":"f"}');
    const { code, stderr } = await run(() => "hang", ["publish"]);
    expect(code).toBe(2);
    expect(stderr).toContain("lambda-ext create-function");
  });

  it("ends on Ctrl-C while nobody answers, and can be run again", async () => {
    layerProject();
    let arrived = () => {};
    const ready = new Promise<void>((resolve) => {
      arrived = resolve;
    });
    const env = await surroundings(() => {
      arrived();
      return "hang";
    });
    const { code, stdout, stderr } = await interrupt(["publish", "--json"], env, ready);
    expect(code).toBe(130);
    expect(JSON.parse(stdout).error.code).toBe("Interrupted");
    expect(stderr).not.toMatch(/at .*\.js/);
    expect(readdirSync(join(folder, "dist")).sort()).toEqual(["demo-amd64.zip", "demo-arm64.zip", "manifest.json"]);
  });

  it("ends on Ctrl-C while it waits because of throttling", async () => {
    layerProject();
    let arrived = () => {};
    const ready = new Promise<void>((resolve) => {
      arrived = resolve;
    });
    const env = await surroundings(() => {
      arrived();
      const { status, headers, body } = refuse(429, "TooManyRequestsException", "Rate exceeded") as Exclude<
        Answer,
        string
      >;
      return { status, headers: { ...headers, "retry-after": "20" }, ...(body !== undefined && { body }) };
    });
    const start = Date.now();
    const { code } = await interrupt(["publish"], { ...env, AWS_MAX_ATTEMPTS: "5" }, ready);
    expect(code).toBe(130);
    expect(Date.now() - start).toBeLessThan(10_000);
  });
});

describe("credentials and regions", () => {
  it("says that there are none", async () => {
    const { code, stderr, stdout } = await runCli(["get-function", "demo", "--json"], {
      cwd: folder,
      env: { ...nobody, AWS_REGION: "eu-west-1", HOME: folder },
    });
    expect(code).toBe(1);
    expect(JSON.parse(stdout).error).toMatchObject({ code: "NoCredentials", hint: expect.stringMatching(/--local/) });
    expect(stderr).toContain("no credentials were found");
  });

  it("says it once where every region lacks them, and names them all", async () => {
    layerProject();
    const regions = ["eu-west-1", "eu-west-2", "eu-west-3"];
    const { code, stderr } = await runCli(["publish", "--regions", regions.join(",")], {
      cwd: folder,
      env: { ...nobody, HOME: folder },
    });
    expect(code).toBe(1);
    expect(stderr.match(/no credentials were found/g)).toHaveLength(1);
    for (const region of regions)
      expect(stderr).toMatch(new RegExp(`for the same reason \\(NoCredentials\\): .*${region}`));
  });

  it("asks for a region where nothing names one", async () => {
    const { code, stderr } = await runCli(["get-function", "demo"], { cwd: folder, env: { ...nobody, HOME: folder } });
    expect(code).toBe(2);
    expect(stderr).toContain("No region is set.");
  });

  it("takes region and credentials from a profile", async () => {
    const config = join(folder, "config");
    writeFileSync(config, "[profile work]\nregion = ap-south-2\naws_access_key_id = k\naws_secret_access_key = s\n");
    const env = {
      ...(await surroundings(() => refuse(404, "ResourceNotFoundException", "Function not found"))),
      AWS_REGION: undefined,
      AWS_CONFIG_FILE: config,
      AWS_ACCESS_KEY_ID: undefined,
      AWS_SECRET_ACCESS_KEY: undefined,
    };
    const { code, stderr } = await runCli(["get-function", "demo", "--profile", "work"], { cwd: folder, env });
    expect(stderr).toContain("in ap-south-2");
    expect(code).toBe(1);
    expect(server?.seen[0]?.region).toBe("ap-south-2");
  });

  it("prefers --endpoint-url to the environment's", async () => {
    const env = await surroundings(() => refuse(404, "ResourceNotFoundException", "Function not found"));
    await runCli(["get-function", "demo", "--endpoint-url", server?.url ?? ""], {
      cwd: folder,
      env: { ...env, AWS_ENDPOINT_URL: "http://127.0.0.1:9" },
    });
    expect(server?.seen).toHaveLength(1);
  });
});

describe("invoke", () => {
  const answers =
    (body: string, headers: Record<string, string> = {}) =>
    () => ({ status: 200, headers, body });

  it("gives back the payload byte for byte, and the log on stderr", async () => {
    const log = Buffer.from("START RequestId: 1\nREPORT RequestId: 1\n").toString("base64");
    const { code, stdout, stderr } = await run(
      answers(' {"a":1}\r\n', { "x-amz-log-result": log, "x-amz-executed-version": "$LATEST" }),
      ["invoke", "--function", "demo", "--log", "--payload", "-"],
      '{"from":"stdin"}',
    );
    expect([code, stdout]).toEqual([0, ' {"a":1}\r\n']);
    expect(stderr).toContain("START RequestId: 1\nREPORT RequestId: 1\n");
    expect(server?.seen[0]?.body.toString()).toBe('{"from":"stdin"}');
  });

  it("is 4 where the function returned an error, and shows it", async () => {
    const error = {
      errorType: "TypeError",
      errorMessage: "x is undefined",
      trace: ["TypeError: x is undefined", "at handler"],
    };
    const answer = answers(JSON.stringify(error), { "x-amz-function-error": "Unhandled" });
    const text = await run(answer, ["invoke", "--function", "demo"]);
    expect([text.code, text.stdout]).toEqual([4, JSON.stringify(error)]);
    expect(text.stderr).toContain("✗ demo returned an error (Unhandled)\nTypeError: x is undefined\n    at handler");
    await server?.close();
    const json = await run(answer, ["invoke", "--function", "demo", "--json"]);
    expect(json.code).toBe(4);
    expect(JSON.parse(json.stdout)).toMatchObject({
      schemaVersion: 1,
      statusCode: 200,
      functionError: "Unhandled",
      payload: error,
    });
  });

  it.each([
    ['{"a":1}', { payload: { a: 1 } }],
    ["plain text", { payloadText: "plain text" }],
    ["", { payloadText: "" }],
  ])("tells %j in the document", async (body, member) => {
    const { stdout } = await run(answers(body), ["invoke", "--function", "demo", "--json"]);
    expect(JSON.parse(stdout)).toMatchObject(member);
  });

  it("sends base64 decoded, and {} where nothing is said", async () => {
    await run(answers("1"), ["invoke", "--function", "demo", "--payload-base64", "eyJh\nIjoxfQ==\n"]);
    expect(server?.seen[0]?.body.toString()).toBe('{"a":1}');
    await server?.close();
    await run(answers("1"), ["invoke", "--function", "demo"]);
    expect(server?.seen[0]?.body.toString()).toBe("{}");
  });

  it("writes the answer to a file, whole", async () => {
    const { code, stdout } = await run(answers("answer"), ["invoke", "--function", "demo", "--out", "response.json"]);
    expect([code, stdout]).toEqual([0, ""]);
    expect(readFileSync(join(folder, "response.json"), "utf8")).toBe("answer");
    expect(readdirSync(folder)).toEqual(["response.json"]);
    await server?.close();
    const wrong = await run(answers("answer"), ["invoke", "--function", "demo", "--out", "nowhere/response.json"]);
    expect(wrong.code).toBe(2);
    expect(wrong.stderr).toContain("Could not write");
    expect(wrong.stderr).toContain("there is no such folder");
    expect(server?.seen, "invoked for an answer that has no place").toEqual([]);
  });

  it("writes through a link and into a pipe, and puts no file in their place", async () => {
    writeFileSync(join(folder, "real.json"), "old");
    symlinkSync("real.json", join(folder, "link.json"));
    await run(answers("new"), ["invoke", "--function", "demo", "--out", "link.json"]);
    expect(readlinkSync(join(folder, "link.json"))).toBe("real.json");
    expect(readFileSync(join(folder, "real.json"), "utf8")).toBe("new");
    await server?.close();
    // Where a rename would be allowed: to root it is, for /dev/null itself.
    symlinkSync("/dev/null", join(folder, "nothing"));
    const { code } = await run(answers("new"), ["invoke", "--function", "demo", "--out", "nothing"]);
    expect(code).toBe(0);
    expect(readlinkSync(join(folder, "nothing"))).toBe("/dev/null");
    await server?.close();
    // Standard output of the file's own: what stands there already stays.
    writeFileSync(join(folder, "log"), "before\n");
    const log = openSync(join(folder, "log"), "a");
    const env = { ...process.env, ...(await surroundings(answers("answer"))) };
    const child = spawn(process.execPath, [bin, "invoke", "--function", "demo", "--out", "/dev/stdout"], {
      cwd: folder,
      env,
      stdio: ["ignore", log, "ignore"],
    });
    expect(await new Promise((resolve) => child.on("close", resolve))).toBe(0);
    closeSync(log);
    expect(readFileSync(join(folder, "log"), "utf8")).toBe("before\nanswer");
    await server?.close();
    const wrong = await run(answers("new"), ["invoke", "--function", "demo", "--out", "."]);
    expect(wrong.stderr).toContain("it is a folder");
  });

  it("says what to do about a function that is not there", async () => {
    const missing = () => refuse(404, "ResourceNotFoundException", "Function not found: demo");
    const { code, stdout } = await run(missing, ["invoke", "--function", "demo", "--json"]);
    expect(code).toBe(1);
    const document = JSON.parse(stdout);
    expect(Object.keys(document)).toEqual(["schemaVersion", "error"]);
    expect(document.error.hint).toContain("--region");
  });

  it("takes the only function of the region", async () => {
    const { code, stdout } = await run(
      ({ method }) =>
        method === "GET"
          ? { status: 200, body: { Functions: [{ FunctionName: "only" }] } }
          : { status: 200, body: "1" },
      ["invoke"],
    );
    expect([code, stdout]).toEqual([0, "1"]);
    expect(server?.seen[1]?.path).toContain("/only/");
  });

  it.each([
    [["--payload", "@missing.json"], "there is no such file"],
    [["--payload-base64", "not base64!"], "is not base64"],
    [["--payload", "{}", "--payload-base64", "e30="], "Both --payload and --payload-base64"],
    [["--type", "later"], "sync"],
  ])("refuses %j", async (flags, words) => {
    const { code, stderr } = await run(() => "hang", ["invoke", "--function", "demo", ...flags]);
    expect(code).toBe(2);
    expect(stderr).toContain(words);
    expect(server?.seen).toHaveLength(0);
  });

  it("ends on Ctrl-C, and leaves no half a file", async () => {
    let arrived = () => {};
    const ready = new Promise<void>((resolve) => {
      arrived = resolve;
    });
    const env = await surroundings(() => {
      arrived();
      return "hang";
    });
    const { code } = await interrupt(["invoke", "--function", "demo", "--out", "response.json"], env, ready);
    expect(code).toBe(130);
    expect(existsSync(join(folder, "response.json"))).toBe(false);
  });
});

describe("logs", () => {
  const configuration = {
    Configuration: { FunctionName: "demo", FunctionArn: "arn:aws:lambda:eu-west-1:1:function:demo" },
  };
  const event = (id: string, message: string) => ({ eventId: id, logStreamName: "s", timestamp: Date.now(), message });

  it("marks whose a line is", async () => {
    const events = [
      event("1", "EXTENSION\tName: ext\tState: Ready\tEvents: [INVOKE]\n"),
      event("2", "[ext] fetched\n"),
      event("3", "hello\n"),
    ];
    const answer = ({ method }: SeenRequest): Answer =>
      method === "GET" ? { status: 200, body: configuration } : { status: 200, body: { events } };
    const text = await run(answer, ["logs", "--function", "demo"]);
    const lines = text.stdout
      .trim()
      .split("\n")
      .map((line) => line.slice(13));
    expect(lines).toEqual(["| EXTENSION\tName: ext\tState: Ready\tEvents: [INVOKE]", "+ [ext] fetched", "  hello"]);
    await server?.close();
    const json = await run(answer, ["logs", "--function", "demo", "--json"]);
    expect(JSON.parse(json.stdout)).toMatchObject({
      schemaVersion: 1,
      logGroup: "/aws/lambda/demo",
      events: [
        { source: "platform" },
        { source: "extension", extension: "ext" },
        { source: "function", message: "hello" },
      ],
    });
  });

  it("follows until Ctrl-C, one document a line", async () => {
    let looks = 0;
    let arrived = () => {};
    const ready = new Promise<void>((resolve) => {
      arrived = resolve;
    });
    const first = event("1", "one\n");
    const env = await surroundings(({ method }) => {
      if (method === "GET") return { status: 200, body: configuration };
      if (++looks === 2) arrived();
      return { status: 200, body: { events: looks === 1 ? [first] : [first, event("2", "two\n")] } };
    });
    const { code, stdout, stderr } = await interrupt(["logs", "--function", "demo", "--follow", "--json"], env, ready);
    expect([code, stderr]).toEqual([130, ""]);
    const documents = stdout
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line));
    expect(documents[0]).toMatchObject({ schemaVersion: 1, message: "one" });
    expect(documents.every(({ message }) => message !== undefined)).toBe(true);
  });

  it("says that nothing was logged yet", async () => {
    const { code, stderr } = await run(
      ({ method }) =>
        method === "GET"
          ? { status: 200, body: configuration }
          : refuse(400, "ResourceNotFoundException", "The specified log group does not exist."),
      ["logs", "--function", "demo"],
    );
    expect(code).toBe(0);
    expect(stderr).toContain("There is no log group /aws/lambda/demo yet");
  });

  it("says that there is no such function", async () => {
    const { code, stderr } = await run(
      () => refuse(404, "ResourceNotFoundException", "not found"),
      ["logs", "--function", "nobody"],
    );
    expect(code).toBe(1);
    expect(stderr).toContain("There is no function nobody in eu-west-1");
  });
});

describe("other refusals", () => {
  it.each([
    [["attach"], "No function was named"],
    [["attach", "--function", "demo"], "is no project whose layer could be meant"],
    [["attach", "--function", "demo", "--layer", "a b"], "names no layer"],
    [["attach", "--function", "demo", "--env", "SECRETVALUE"], "NAME=VALUE"],
    [["create-function", "demo", "--role", "r"], "There is no code for function demo"],
    [["create-function", "demo", "--role", "r", "--source", "missing"], "There is no folder"],
    [["create-function", "demo", "--role", "r", "--source", "."], "is empty"],
    [["create-function", "demo", "--source", "."], "--role"],
    [["create-function", "demo", "--role", "r", "--zip", "a.zip", "--source", "."], "Both --zip and --source"],
    [["update-function", "demo"], "Nothing was said to change"],
    [["create-role", "r", "--policy", "missing.json"], "there is no such file"],
    [["put-parameter", "/x", "--value", ""], "is empty"],
    [["put-parameter", "/x", "--value", "@missing"], "there is no such file"],
    [["put-parameter", "/x", "--value", "v", "--type", "Secret"], "SecureString"],
    [["put-secret", "x", "--value", ""], "is empty"],
    [["put-secret", "x", "--value", "@missing"], "there is no such file"],
    [["put-secret", "x"], "--value"],
    [["logs", "--function", "demo", "--since", "yesterday"], "is no moment"],
    [["invoke", "--memory", "1"], "Unknown option"],
  ])("%j", async (args, words) => {
    const { code, stderr } = await run(() => "hang", args);
    expect(stderr).toContain(words);
    expect(stderr).not.toContain("bug in lambda-ext");
    expect(stderr).not.toContain("SECRETVALUE");
    expect(code).toBe(2);
    expect(server?.seen).toHaveLength(0);
  });

  it("says which variable a statement lacks", async () => {
    layerProject({
      attach: { statements: [{ actions: ["ssm:GetParameter"], resources: ["ssm:parameter/$" + "{NAME}"] }] },
    });
    const { code, stderr } = await run(() => "hang", ["create-role", "r"]);
    expect(code).toBe(2);
    expect(stderr).toContain("--env NAME=VALUE");
    expect(server?.seen).toHaveLength(0);
  });
});
