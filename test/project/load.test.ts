// The configuration: what it says, what is wrong in it and where.
import { existsSync, mkdirSync, mkdtempSync, readdirSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { LambdaExtError } from "../../src/model/errors.ts";
import { packageRoot } from "../../src/model/package.ts";
import { loadProject } from "../../src/project/load.ts";
import { configurationSchema } from "../../src/project/schema.ts";

let root: string;
beforeEach(() => {
  root = realpathSync(mkdtempSync(join(tmpdir(), "lambda-ext-load-")));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

function write(path: string, text: string): string {
  const file = join(root, path);
  mkdirSync(join(file, ".."), { recursive: true });
  writeFileSync(file, text);
  return file;
}

async function failure(text: string): Promise<{ message: string; hint: string | undefined }> {
  write("lambda-ext.jsonc", text);
  const error = await loadProject({ cwd: root }).catch((thrown: unknown) => thrown);
  if (!(error instanceof LambdaExtError)) throw new Error(`no LambdaExtError: ${error}`);
  expect([error.kind, error.code]).toEqual(["usage", "InvalidConfig"]);
  return { message: error.message.replaceAll(`${root}/`, ""), hint: error.hint };
}

describe("loadProject", () => {
  test("reads everything that the file may say", async () => {
    const file = write(
      "lambda-ext.jsonc",
      `\uFEFF// with comments and a trailing comma
{
  "$schema": "./lambda-ext.schema.json", "name": "tool", "kind": "extension", "target": "local", "region": "eu-central-1",
  "profile": "work", "function": "orders",
  "build": { "builder": "go", "main": "cmd/tool", "tags": ["a"], "ldflags": "-X main.v=1", "environment": { "GOPRIVATE": "x" }, "size": "min" },
  "contents": [{ "from": "run.sh", "to": "wrapper.sh", "mode": "0755" }, { "from": "assets" }, { "from": "../shared/ca.pem", "to": "certs/" }],
  "layer": { "name": "{name}", "description": "d", "license": "MIT", "compatibleRuntimes": ["python3.12"] },
  "publish": {
    "regions": ["all"], "sharing": { "accounts": ["111122223333"] }, "align": "placeholder",
    "allowFail": ["me-south-1"], "minRegions": 30, "regionTimeout": 60,
  },
  "attach": { "environment": { "A": "" }, "statements": [{ "actions": ["ssm:GetParameter"], "resources": ["ssm:parameter/x"] }] },
}`,
    );
    const sub = join(root, "deep/er");
    mkdirSync(sub, { recursive: true });
    expect(await loadProject({ cwd: sub })).toEqual({
      root,
      size: "min",
      configFile: file,
      name: "tool",
      kind: "extension",
      build: { builder: "go", main: "cmd/tool", tags: ["a"], ldflags: "-X main.v=1", environment: { GOPRIVATE: "x" } },
      contents: [
        { from: "run.sh", to: "wrapper.sh", mode: 0o755 },
        { from: "assets", to: "assets", mode: 0o644 },
        { from: "../shared/ca.pem", to: "certs/ca.pem", mode: 0o644 },
      ],
      layer: { name: "{name}", description: "d", license: "MIT", compatibleRuntimes: ["python3.12"] },
      publish: {
        regions: ["all"],
        sharing: { public: false, accounts: ["111122223333"], organizations: [] },
        align: "placeholder",
        allowFail: ["me-south-1"],
        minRegions: 30,
        regionTimeout: 60,
      },
      attach: {
        environment: { A: "" },
        statements: [{ actions: ["ssm:GetParameter"], resources: ["ssm:parameter/x"] }],
      },
      function: "orders",
      target: "local",
      region: "eu-central-1",
      profile: "work",
    });
  });

  test("needs no file: the root is go.mod's folder, else the working folder", async () => {
    const sub = join(root, "cmd/x");
    mkdirSync(sub, { recursive: true });
    expect(await loadProject({ cwd: sub })).toMatchObject({
      root: sub,
      configFile: undefined,
      kind: "extension",
      layer: { name: "{name}-{arch}" },
    });
    write("go.mod", "module x\n");
    expect((await loadProject({ cwd: sub })).root).toBe(root);
  });

  test("a command builds extensions, functions and layers; Go is not asked about them", async () => {
    const build = { builder: "command", command: ["./build.sh", "a b"], environment: { CC: "clang" } };
    for (const kind of ["extension", "function", "layer"]) {
      write("lambda-ext.jsonc", JSON.stringify({ name: "tool", kind, build }));
      expect(await loadProject({ cwd: root })).toMatchObject({ kind, build });
    }
  });

  test("takes the file that it is given, relative to the working folder", async () => {
    write("lambda-ext.jsonc", '{ "name": "found" }');
    write("other/special.jsonc", '{ "name": "given" }');
    const project = await loadProject({ cwd: root, configFile: "other/special.jsonc" });
    expect([project.name, project.root]).toEqual(["given", join(root, "other")]);
    await expect(loadProject({ cwd: root, configFile: "gone.jsonc" })).rejects.toMatchObject({
      code: "ConfigNotFound",
      kind: "usage",
    });
  });

  test.each([
    ['{\n  "nme": "x"\n}', 'lambda-ext.jsonc:2: unknown key "nme".', 'Did you mean "name"?'],
    ['{ "build": {\n"mian": "x" } }', 'lambda-ext.jsonc:2: unknown key "mian".', 'Did you mean "main"?'],
    ['{ "contents": [{ "from": "a",\n "tp": "b" }] }', 'lambda-ext.jsonc:2: unknown key "tp".', 'Did you mean "to"?'],
    [
      '{ "attach": { "statements": [{ "actions": ["a"], "resources": ["b"], "resource": 1 }] } }',
      'lambda-ext.jsonc:1: unknown key "resource".',
      'Did you mean "resources"?',
    ],
    [
      '{ "name": "a",\n "build": { "main": "a",\n "main": "b" },\n "name": "b" }',
      'lambda-ext.jsonc:3: "main" is there a second time.\nlambda-ext.jsonc:4: "name" is there a second time.',
      undefined,
    ],
    ['{ "zzzzzzzzzzzz": 1 }', 'lambda-ext.jsonc:1: unknown key "zzzzzzzzzzzz".', undefined],
    [
      '{ "kind": "extention" }',
      'lambda-ext.jsonc:1: kind must be "extension", "function" or "layer" and is "extention".',
      undefined,
    ],
    ['{\n\n"name": 7 }', "lambda-ext.jsonc:3: name must be a text and is 7.", undefined],
    ['{ "name": "" }', 'lambda-ext.jsonc:1: name must not be empty and is "".', undefined],
    ['{ "name": "a/b" }', "lambda-ext.jsonc:1: name must begin with a letter or digit", undefined],
    ['{ "region": "frankfurt" }', "lambda-ext.jsonc:1: region must be a region", undefined],
    [
      '{ "publish": { "regions": ["all", "nowhere"] } }',
      "lambda-ext.jsonc:1: publish.regions[1] must be a region",
      undefined,
    ],
    ['{ "contents": [{ "to": "x" }] }', 'lambda-ext.jsonc:1: contents[0] lacks "from".', undefined],
    [
      '{ "contents": [{ "from": "x", "to": "../x" }] }',
      "lambda-ext.jsonc:1: contents[0].to must be a path that stays inside",
      undefined,
    ],
    [
      '{ "contents": [{ "from": "../x" }] }',
      'lambda-ext.jsonc:1: contents[0] needs "to": "../x" is no path in a zip.',
      undefined,
    ],
    [
      '{ "contents": [{ "from": "x", "mode": "+x" }] }',
      'lambda-ext.jsonc:1: contents[0].mode must be octal permission bits, such as "0755" and is "+x".',
      undefined,
    ],
    ['{ "layer": { "name": "{nane}" } }', "lambda-ext.jsonc:1: layer.name must hold no placeholders", undefined],
    [
      '{ "layer": {\n"compatibleRuntimes": ["go1.x"] } }',
      'lambda-ext.jsonc:2: layer.compatibleRuntimes[0] names a runtime that Lambda no longer has: use "provided.al2023"',
      undefined,
    ],
    [
      '{ "kind": "layer", "contents": [{ "from": "a" }],\n "build": {} }',
      "lambda-ext.jsonc:2: build has no meaning",
      undefined,
    ],
    ['{ "build": { "command": ["make"] } }', 'build.command has no meaning without "builder": "command"', undefined],
    ['{ "name": "x", "build": { "builder": "command" } }', 'build lacks the "command", such as ["make"].', undefined],
    [
      '{ "name": "x", "build": { "builder": "command", "command": [""] } }',
      "build.command[0] must name a program.",
      undefined,
    ],
    [
      '{ "name": "x", "build": { "builder": "command", "command": [] } }',
      "build.command must name a program and is a list.",
      undefined,
    ],
    [
      '{ "name": "x", "build": { "builder": "command", "command": "make it" } }',
      'build.command must be a list of texts: the program and its arguments, such as ["make", "extension"]; no shell reads them and is "make it".',
      undefined,
    ],
    [
      '{ "build": { "builder": "command", "command": ["make"] } }',
      'builder is "command", and then "name" must say what the program is called.',
      undefined,
    ],
    [
      '{ "name": "x", "build": { "builder": "command", "command": ["make"],\n "tags": ["a"] } }',
      'lambda-ext.jsonc:2: build.tags has no meaning where builder is "command".',
      undefined,
    ],
    [
      '{ "name": "x", "build": { "builder": "command", "command": ["make"], "environment": { "LAMBDA_EXT_OUT": "x" } } }',
      "lambda-ext.jsonc:1: build.environment.LAMBDA_EXT_OUT is set by the build itself.",
      undefined,
    ],
    ['{ "build": { "builder": "cargo" } }', 'build.builder must be "go" or "command" and is "cargo".', undefined],
    ['{ "kind": "layer" }', 'lambda-ext.jsonc:1: kind is "layer", but there are no contents', undefined],
    [
      '{ "build": { "environment": { "GOTMPDIR": "/tmp" } } }',
      "lambda-ext.jsonc:1: build.environment.GOTMPDIR is set by the build itself.",
      undefined,
    ],
    [
      '{ "build": { "environment": { "GOARCH": "386" } } }',
      "lambda-ext.jsonc:1: build.environment.GOARCH is set by the build itself.",
      undefined,
    ],
    [
      '{\n"name": "x"\n"kind": "layer" }',
      "lambda-ext.jsonc:3: this is no JSON with comments: comma expected.",
      undefined,
    ],
    ["", "lambda-ext.jsonc:1: this is no JSON with comments", undefined],
    ["[]", "lambda-ext.jsonc:1: the whole must be an object", undefined],
  ])("says what is wrong in %j, where, and what was meant", async (text, message, hint) => {
    const error = await failure(text);
    expect(error.message).toContain(message);
    expect(error.hint).toBe(hint);
  });

  test("tells every mistake, in the file's order", async () => {
    const { message, hint } = await failure('{\n "regin": "x",\n "name": 1,\n "build": { "tag": [] } }');
    expect(message.split("\n").map((line) => line.split(": ")[0])).toEqual(
      [2, 3, 4].map((line) => `lambda-ext.jsonc:${line}`),
    );
    expect(hint).toBe('Did you mean "region", "tags"?');
  });

  test("does not repeat the value of a variable", async () => {
    const { message } = await failure('{ "attach": { "environment": { "TOKEN": 12345678 } } }');
    expect(message).toBe("lambda-ext.jsonc:1: attach.environment.TOKEN must be a text and is a number.");
  });
});

describe("configurationSchema", () => {
  test("knows the same keys as the reader, and lets no others through", () => {
    const schema = configurationSchema() as { properties: Record<string, object>; additionalProperties: boolean };
    expect(schema.additionalProperties).toBe(false);
    expect(Object.keys(schema.properties)).toEqual([
      "$schema",
      "name",
      "kind",
      "target",
      "region",
      "profile",
      "function",
      "build",
      "contents",
      "layer",
      "publish",
      "attach",
    ]);
    expect(schema.properties.build).toMatchObject({ additionalProperties: false });
  });
});

const templates = join(packageRoot, "templates");
const templateNames = existsSync(templates)
  ? readdirSync(templates).filter((name) => existsSync(join(templates, name, "lambda-ext.jsonc")))
  : [];
describe.skipIf(templateNames.length === 0)("the templates", () => {
  test.each(templateNames)("%s has a configuration that is right", async (name) => {
    const file = join(templates, name, "lambda-ext.jsonc");
    expect((await loadProject({ cwd: join(templates, name) })).configFile).toBe(file);
  });
});
