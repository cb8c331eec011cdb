// Projects made from the templates: complete, tidy, and there whole or not at all.
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { LambdaExtError } from "../../src/model/errors.ts";
import { runtimeNamed } from "../../src/model/runtimes.ts";
import { loadProject } from "../../src/project/load.ts";
import { createProject } from "../../src/scaffold/create-project.ts";
import { wrongValue } from "../../src/scaffold/options.ts";
import { listTemplates, templatesFolder } from "../../src/scaffold/template.ts";
import { runGo } from "../support/go.ts";
import { temporaryFolder } from "../support/temporary.ts";
import { missing } from "../support/tools.ts";

const templates = await listTemplates();

test("there is a template for each of these", () => {
  const ids = [
    "extension-go",
    "extension-shell",
    "function-go",
    "go-runtime-layer",
    "parameter-store",
    "runtime-api-proxy",
  ];
  expect(templates.map(({ id }) => id)).toEqual(expect.arrayContaining(ids));
});

describe.each(templates)("a project from $id", ({ id, name: defaultName, modules, options, folder: source }) => {
  const withoutGo = !readdirSync(source, { recursive: true }).some((file) => String(file).endsWith(".go"));

  test("is called as its template unless its owner says otherwise", async () => {
    const directory = join(temporaryFolder(), "any-folder");
    const project = await createProject({ template: id, directory });
    expect(project).toMatchObject({ template: id, name: defaultName, directory });
    expect((await loadProject({ cwd: directory })).name).toBe(defaultName);
    expect(readFileSync(join(directory, "README.md"), "utf8")).toMatch(new RegExp(`^# ${defaultName}\n`));
  });

  test("lists the files that it has, and no others", async () => {
    const directory = join(temporaryFolder(), "project");
    const { files } = await createProject({ template: id, directory });
    const found = readdirSync(directory, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name).slice(directory.length + 1));
    expect(found.sort()).toEqual(files);
    expect(files).toEqual(expect.arrayContaining([".gitignore", "README.md", "lambda-ext.jsonc"]));
    const hasGo = files.some((file) => file.endsWith(".go"));
    expect(files.includes("go.mod")).toBe(hasGo);
    expect(files.includes("go.sum")).toBe(hasGo && modules.length > 0);
    expect(files).not.toContain("template.json");
    for (const file of files) expect(statSync(join(directory, file)).mode & 0o700).toBe(0o600);
  });

  test("keeps nothing of the template's own name under another one", async () => {
    const directory = join(temporaryFolder(), "project");
    const { files } = await createProject({ template: id, directory, name: "orders_Config-2" });
    for (const file of files) {
      const text = readFileSync(join(directory, file), "utf8");
      expect(text.toLowerCase(), file).not.toContain(id);
      expect(text, file).not.toContain("example.com/templates");
    }
    const project = await loadProject({ cwd: directory });
    expect(project.name).toBe("orders_Config-2");
    if (!withoutGo) {
      expect(readFileSync(join(directory, "go.mod"), "utf8")).toContain("module example.com/orders_Config-2\n");
    }
  });

  test("has a configuration that editors can check", async () => {
    const directory = join(temporaryFolder(), "project");
    await createProject({ template: id, directory });
    expect(readFileSync(join(directory, "lambda-ext.jsonc"), "utf8")).toContain(
      '"$schema": "./lambda-ext.schema.json"',
    );
    const schema = JSON.parse(readFileSync(join(directory, "lambda-ext.schema.json"), "utf8"));
    expect(schema).toMatchObject({ type: "object", additionalProperties: false });
    expect(Object.keys(schema.properties)).toEqual(expect.arrayContaining(["$schema", "name", "kind", "attach"]));
  });

  test("says of every option what stands in its files", async () => {
    const directory = join(temporaryFolder(), "project");
    const { files } = await createProject({ template: id, directory });
    const texts = files
      .filter((file) => !file.endsWith(".go"))
      .map((file) => readFileSync(join(directory, file), "utf8"));
    for (const option of options) {
      expect(wrongValue(option, option.default), option.name).toBeUndefined();
      expect(
        texts.some((text) => text.includes(option.default)),
        option.name,
      ).toBe(true);
    }
  });

  if (withoutGo) return;

  test.skipIf(missing("go", "gofmt"))(
    "is formatted, tidy, and passes vet and its tests without a network (needs Go)",
    async () => {
      const directory = join(temporaryFolder(), "project");
      // A name between the others in the alphabet: imports must be in order again.
      await createProject({ template: id, directory, name: "m" });
      expect(await runGo(directory, ["gofmt", "-l", "."])).toBe("");
      expect(await runGo(directory, ["go", "mod", "tidy", "-diff"])).toBe("");
      await runGo(templatesFolder, ["go", "mod", "download"]);
      const offline = { GOPROXY: "off" };
      await runGo(directory, ["go", "vet", "-trimpath", "./..."], offline);
      const output = await runGo(directory, ["go", "test", "-trimpath", "./..."], offline);
      expect(output).toMatch(/^ok /m);
      expect(output).not.toContain("[no test files]");
    },
    240_000,
  );
});

test("parameter-store names fifteen runtimes, all of them known, and what a function needs", async () => {
  const directory = join(temporaryFolder(), "project");
  await createProject({ template: "parameter-store", directory });
  const { layer, attach } = await loadProject({ cwd: directory });
  expect(new Set(layer.compatibleRuntimes).size).toBe(15);
  for (const runtime of layer.compatibleRuntimes) expect(runtimeNamed(runtime), runtime).toBeDefined();
  expect(attach).toEqual({
    environment: { PARAMETER_NAME: "/lambda-ext/demo/config" },
    statements: [
      {
        actions: ["ssm:GetParameter"],
        // biome-ignore lint/suspicious/noTemplateCurlyInString: the configuration's own placeholders
        resources: ["ssm:parameter/${PARAMETER_NAME}", "ssm:parameter/${PARAMETER_NAME}/*"],
      },
    ],
  });
});

describe("where a project goes", () => {
  const template = "function-go";

  test("missing folders above it are made", async () => {
    const directory = join(temporaryFolder(), "a", "b", "project");
    await createProject({ template, directory });
    expect(existsSync(join(directory, "main.go"))).toBe(true);
  });

  test.each([[], [".git"]])("a folder that is there already may be empty: %j", async (...entries: string[]) => {
    const directory = temporaryFolder();
    for (const entry of entries) mkdirSync(join(directory, entry));
    const { ino } = statSync(directory);
    const { files } = await createProject({ template, directory });
    // The folder stays the one that a shell may be in.
    expect(statSync(directory).ino).toBe(ino);
    const expected = new Set([...entries, ...files.map((file) => file.split("/")[0])]);
    expect(new Set(readdirSync(directory))).toEqual(expected);
  });

  test("a folder that holds something is left as it is", async () => {
    const directory = temporaryFolder();
    writeFileSync(join(directory, "thesis.txt"), "mine");
    await expect(createProject({ template, directory })).rejects.toMatchObject({
      kind: "usage",
      code: "FolderNotEmpty",
      message: `Could not make the project: ${directory} is not empty.`,
    });
    expect(readdirSync(directory)).toEqual(["thesis.txt"]);
  });

  test("a file is left as it is", async () => {
    const directory = join(temporaryFolder(), "file");
    writeFileSync(directory, "mine");
    await expect(createProject({ template, directory })).rejects.toMatchObject({ code: "FolderNotEmpty" });
    expect(readFileSync(directory, "utf8")).toBe("mine");
  });

  test("a place where nothing can be written is said", async () => {
    const file = join(temporaryFolder(), "file");
    writeFileSync(file, "");
    const failure = await createProject({ template, directory: join(file, "project") }).catch((error) => error);
    expect(failure).toBeInstanceOf(LambdaExtError);
    expect(failure).toMatchObject({ kind: "tool", code: "CannotWrite" });
    expect(failure.message).toContain(join(file, "project"));
  });

  test.each([[""], ["a/b"]])("an interruption leaves nothing: below %j", async (below) => {
    const outer = temporaryFolder();
    const controller = new AbortController();
    controller.abort();
    const directory = join(outer, below, "project");
    await expect(createProject({ template, directory, signal: controller.signal })).rejects.toThrow();
    expect(readdirSync(outer)).toEqual([]);
  });

  test("an interruption leaves an empty folder empty", async () => {
    const directory = temporaryFolder();
    await expect(createProject({ template, directory, signal: AbortSignal.abort() })).rejects.toThrow();
    expect(readdirSync(directory)).toEqual([]);
  });

  test("what a killed init has left in an empty folder does not stand in the way", async () => {
    const directory = temporaryFolder();
    mkdirSync(join(directory, ".lambda-ext-init-0123abcd-1-abcdef"));
    await createProject({ template, directory });
    expect(existsSync(join(directory, "main.go"))).toBe(true);
  });

  test("two at once: one makes it, the other is told", async () => {
    const directory = join(temporaryFolder(), "project");
    const results = await Promise.allSettled([1, 2].map(() => createProject({ template, directory })));
    expect(results.map(({ status }) => status).sort()).toEqual(["fulfilled", "rejected"]);
    const refused = results.find((result) => result.status === "rejected");
    expect(refused?.reason).toMatchObject({ code: "FolderNotEmpty" });
    expect(existsSync(join(directory, "main.go"))).toBe(true);
  });
});

describe("names", () => {
  const refused: readonly (readonly [string, RegExp])[] = [
    ["", /cannot be empty/],
    ["my extension", /"my extension" cannot be used/],
    ["../escape", /cannot be used/],
    ["grüße", /cannot be used/],
    ["my.extension", /cannot be used/],
    ["-rf", /cannot be used/],
    ["_hidden", /cannot be used/],
    ["con", /a device on Windows/],
    ["x".repeat(134), /has 134 characters and 133 are allowed/],
  ];
  test.each(refused)("%j is refused before anything is made", async (name, message) => {
    const outer = temporaryFolder();
    const directory = join(outer, "project");
    await expect(createProject({ template: "function-go", directory, name })).rejects.toMatchObject({
      kind: "usage",
      code: "InvalidName",
      message: expect.stringMatching(message),
    });
    expect(readdirSync(outer)).toEqual([]);
  });

  test.each(["x", "3scale", "My_Extension-2", "x".repeat(133)])("%j is taken", async (name) => {
    const directory = join(temporaryFolder(), "project");
    expect(await createProject({ template: "function-go", directory, name })).toMatchObject({ name });
  });
});
