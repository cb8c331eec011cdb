// The small parts between flags and rooms: guesses, folders, wishes, questions, targets.
import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { connect } from "../../src/aws/connection.ts";
import { regionOfProfile } from "../../src/aws/region.ts";
import { attachWish, namedFunctions } from "../../src/cli/attach-wish.ts";
import type { CommandContext } from "../../src/cli/command.ts";
import { confirm } from "../../src/cli/confirm.ts";
import { guessFunction } from "../../src/cli/function-guess.ts";
import { projectName } from "../../src/cli/project-name.ts";
import { readSourceFolder } from "../../src/cli/source-folder.ts";
import { resolveTarget } from "../../src/cli/target.ts";
import { loadProject } from "../../src/project/load.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "lambda-ext-parts-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

async function project(configuration: object) {
  writeFileSync(join(folder, "lambda-ext.jsonc"), JSON.stringify(withContents(configuration)));
  return await loadProject({ cwd: folder });
}

/** A layer of nothing is refused. */
function withContents(configuration: object): object {
  return "kind" in configuration && configuration.kind === "layer"
    ? { contents: [{ from: "lambda-ext.jsonc" }], ...configuration }
    : configuration;
}

describe("guessFunction", () => {
  it.each([
    [["bootstrap"], "", { runtime: "provided.al2023", handler: "bootstrap" }],
    [["index.mjs", "node_modules/x/index.js"], "", { runtime: "nodejs22.x", handler: "index.handler" }],
    [["app.py"], "def handler(event, context):", { runtime: "python3.13", handler: "app.handler" }],
    [["app.py"], "async def lambda_handler(event, context):", { runtime: "python3.13", handler: "app.lambda_handler" }],
    [["lambda_function.py"], "", { runtime: "python3.13", handler: "lambda_function.lambda_handler" }],
    [["src/index.js"], "", { runtime: undefined, handler: undefined }],
  ])("takes %j for what it is", async (names, text, guess) => {
    expect(await guessFunction(names, async () => text)).toEqual(guess);
  });
});

describe("readSourceFolder", () => {
  it("takes files, links and programs, and leaves out what is never code", async () => {
    mkdirSync(join(folder, "lib"));
    mkdirSync(join(folder, ".git"));
    mkdirSync(join(folder, "__pycache__"));
    writeFileSync(join(folder, ".git", "HEAD"), "x");
    writeFileSync(join(folder, "__pycache__", "app.pyc"), "x");
    writeFileSync(join(folder, "app.py"), "def handler(): pass");
    chmodSync(join(folder, "app.py"), 0o777);
    writeFileSync(join(folder, "lib", "run.sh"), "#!/bin/sh\n");
    symlinkSync("run.sh", join(folder, "lib", "link"));
    const entries = await readSourceFolder(folder);
    const shown = entries.map((entry) =>
      entry.kind === "file" ? `${entry.path} ${entry.mode.toString(8)}` : `${entry.path} → ${entry.target}`,
    );
    expect(shown.sort()).toEqual(["app.py 644", "lib/link → run.sh", "lib/run.sh 755"]);
  });

  it("refuses what isn't there, is no folder, or holds nothing", async () => {
    await expect(readSourceFolder(join(folder, "missing"))).rejects.toMatchObject({ code: "NoSuchFolder" });
    writeFileSync(join(folder, "file"), "");
    await expect(readSourceFolder(join(folder, "file"))).rejects.toMatchObject({ code: "NoSuchFolder" });
    mkdirSync(join(folder, "empty"));
    await expect(readSourceFolder(join(folder, "empty"))).rejects.toMatchObject({ code: "EmptyFolder" });
  });
});

describe("attachWish", () => {
  const configuration = { name: "demo", kind: "layer", attach: { environment: { A: "1", B: "2" } } };

  it("means the project's own layer, with its variables", async () => {
    const wish = await attachWish(await project(configuration), { env: { B: "3" } });
    expect(wish.layers).toMatchObject([{ name: "demo-{arch}", version: undefined }]);
    expect(wish.variables).toEqual({ A: "1", B: "3" });
  });

  it("takes the variables along where the named layer is the project's", async () => {
    const wish = await attachWish(await project(configuration), { layer: ["demo-arm64:3"] });
    expect(wish).toMatchObject({ layers: [{ name: "demo-arm64", version: 3 }], variables: { A: "1", B: "2" } });
  });

  it("leaves them where it is somebody else's", async () => {
    const wish = await attachWish(await project(configuration), { layer: ["other"], env: { C: "4" } });
    expect(wish.variables).toEqual({ C: "4" });
  });

  it("knows the layer's own pattern", async () => {
    const wish = await attachWish(await project({ ...configuration, layer: { name: "acme_{name}" } }), {});
    expect(wish.layers).toMatchObject([{ name: "acme_demo" }]);
  });

  it("refuses in a function's project", async () => {
    await expect(attachWish(await project({ kind: "function" }), {})).rejects.toMatchObject({ code: "NotALayer" });
  });

  it("takes each function once, an ARN with its own region, the configuration's where none is named", async () => {
    const named = await project({ ...configuration, function: "configured" });
    const arn = "arn:aws:lambda:us-east-1:123456789012:function:x";
    expect(namedFunctions(named, { function: ["a", "a", arn] }, "eu-west-1")).toEqual([
      { name: "a", region: "eu-west-1" },
      { name: arn, region: "us-east-1" },
    ]);
    expect(namedFunctions(named, {}, "eu-west-1")).toEqual([{ name: "configured", region: "eu-west-1" }]);
  });
});

describe("projectName", () => {
  it("is the folder's for files alone, and the program's where there is one", async () => {
    const files = await project({ kind: "layer" });
    expect(await projectName(files)).toMatch(/^lambda-ext-parts-/);
    rmSync(join(folder, "lambda-ext.jsonc"));
    writeFileSync(join(folder, "go.mod"), "module example.com/watcher\n\ngo 1.24\n");
    writeFileSync(join(folder, "main.go"), "package main\n\nfunc main() {}\n");
    expect(await projectName(await loadProject({ cwd: folder }))).toBe("watcher");
  });
});

describe("confirm", () => {
  async function answer(text: string): Promise<boolean> {
    const input = new PassThrough();
    const asking = confirm("Really?", { input, output: new PassThrough(), signal: new AbortController().signal });
    input.write(text);
    return await asking;
  }

  it.each([
    ["y\n", true],
    ["YES\n", true],
    ["n\n", false],
    ["\n", false],
    ["yesterday\n", false],
  ])("reads %j", async (text, agreed) => {
    expect(await answer(text)).toBe(agreed);
  });

  it("takes the end of the input for Ctrl-C, and ends the line of the question", async () => {
    const [input, output] = [new PassThrough(), new PassThrough()];
    const asking = confirm("Really?", { input, output, signal: new AbortController().signal });
    input.end();
    await expect(asking).rejects.toMatchObject({ kind: "interrupted" });
    expect(output.read().toString()).toBe("Really? [y/N] \n");
  });
});

describe("resolveTarget", () => {
  const nothing = { target: undefined, region: undefined, profile: undefined };
  const context = (globals: object, env: object = {}) =>
    ({ globals: { json: false, ...globals }, env }) as unknown as CommandContext;

  it("takes flag before environment before configuration", async () => {
    const config = { ...nothing, region: "eu-south-1", profile: "c" };
    const env = { AWS_REGION: "eu-south-2", AWS_PROFILE: "e" };
    expect(await resolveTarget(context({ region: "eu-west-1", profile: "f" }, env), config)).toMatchObject({
      region: "eu-west-1",
      profile: "f",
    });
    expect(await resolveTarget(context({}, env), config)).toMatchObject({ region: "eu-south-2", profile: "e" });
    expect(await resolveTarget(context({}), config)).toMatchObject({ region: "eu-south-1", profile: "c" });
  });

  it("refuses two targets at once, and a word that is none", async () => {
    await expect(resolveTarget(context({ local: true, endpointUrl: "http://x" }), nothing)).rejects.toMatchObject({
      code: "TwoTargets",
    });
    await expect(resolveTarget(context({}, { LAMBDA_EXT_TARGET: "moon" }), nothing)).rejects.toMatchObject({
      code: "InvalidTarget",
    });
  });

  it("goes to a named endpoint although the configuration says local", async () => {
    const target = await resolveTarget(context({ endpointUrl: "http://x", region: "eu-west-1" }), {
      ...nothing,
      target: "local",
    });
    expect(target.endpoint).toBe("http://x");
  });
});

describe("regionOfProfile", () => {
  it("reads AWS's shared configuration", async () => {
    const before = { ...process.env };
    writeFileSync(
      join(folder, "config"),
      "[default]\nregion = eu-north-1\n[profile other]\nregion = sa-east-1\n[profile none]\n",
    );
    process.env = { ...before, AWS_CONFIG_FILE: join(folder, "config"), AWS_SHARED_CREDENTIALS_FILE: "/dev/null" };
    delete process.env.AWS_REGION;
    delete process.env.AWS_PROFILE;
    try {
      expect(await regionOfProfile(undefined)).toBe("eu-north-1");
      expect(await regionOfProfile("other")).toBe("sa-east-1");
      expect(await regionOfProfile("none")).toBeUndefined();
      expect(await regionOfProfile("missing")).toBeUndefined();
    } finally {
      process.env = before;
    }
  });
});

describe("connect", () => {
  class Client {
    readonly settings: Record<string, unknown>;
    constructor(settings: object) {
      this.settings = { ...settings };
    }
  }

  it("makes one client for each region and manner, with the target's endpoint and credentials", () => {
    const credentials = { accessKeyId: "k", secretAccessKey: "s", sessionToken: "t" };
    const connection = connect(
      { region: "eu-west-1", endpoint: "http://x", credentials },
      { signal: new AbortController().signal, attempts: 6 },
    );
    const client = connection.client(Client, "eu-west-1");
    expect(connection.client(Client, "eu-west-1")).toBe(client);
    expect(connection.client(Client, "us-east-1")).not.toBe(client);
    expect(client.settings).toMatchObject({
      region: "eu-west-1",
      endpoint: "http://x",
      credentials,
      retryMode: "adaptive",
      maxAttempts: 6,
      useDualstackEndpoint: false,
    });
  });

  it("leaves to the SDK what was not said", () => {
    const connection = connect({ region: "eu-west-1" }, { signal: new AbortController().signal });
    const { settings } = connection.client(Client, "eu-west-1");
    expect(Object.keys(settings).sort()).toEqual(["region", "requestHandler", "retryMode"]);
  });
});
