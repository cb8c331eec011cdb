// Which program a project is, by where it lies, and what it is called, by what it says.
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { constraintHolds, nameFits } from "../../src/project/go/constraint.ts";
import { findGoProgram } from "../../src/project/go/program.ts";
import { loadProject } from "../../src/project/load.ts";

let root: string;
beforeEach(() => {
  root = realpathSync(mkdtempSync(join(tmpdir(), "lambda-ext-go-")));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const main = "package main\n\nfunc main() {}\n";

function write(files: Record<string, string>): void {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(join(root, path, ".."), { recursive: true });
    writeFileSync(join(root, path), text);
  }
}

async function find(cwd = root) {
  const project = await loadProject({ cwd });
  if (project.build?.builder !== "go") throw new Error("nothing to build");
  const program = await findGoProgram(project, project.build);
  return { ...program, module: relative(root, program.module.root) || "." };
}

test("a file that cannot be read is said, one that is not there is no source", async () => {
  write({ "go.mod": "module tool\n", "main.go": main });
  symlinkSync("nowhere", join(root, ".#lock.go"));
  symlinkSync("nowhere", join(root, "lock.go"));
  expect(await find()).toMatchObject({ name: "tool" });
  rmSync(join(root, "main.go"));
  symlinkSync("main.go", join(root, "main.go"));
  await expect(find()).rejects.toMatchObject({ code: "ELOOP", path: join(root, "main.go") });
});

describe("where the program lies", () => {
  test.each<[string, Record<string, string>, string, string, string]>([
    ["in the root", { "go.mod": "module example.com/tool\n", "main.go": main }, ".", ".", "tool"],
    ["in src", { "go.mod": "module example.com/tool/v2\n", "src/main.go": main }, ".", "./src", "tool"],
    [
      "in cmd/x",
      { "go.mod": "module tool\n", "cmd/agent/main.go": main, "lib.go": "package tool\n" },
      ".",
      "./cmd/agent",
      "agent",
    ],
    ["in another folder", { "go.mod": "module tool\n", "agent/deep/m.go": main }, ".", "./agent/deep", "deep"],
    [
      "in a module below",
      { "code/go.mod": "module example.com/inner\n", "code/main.go": main, "README.md": "" },
      "code",
      ".",
      "inner",
    ],
    [
      "in the only module below with a program",
      { "a/go.mod": "module a\n", "a/l.go": "package a\n", "b/go.mod": "module b\n", "b/cmd/c/main.go": main },
      "b",
      "./cmd/c",
      "c",
    ],
    [
      "in cmd, with a program among the examples",
      { "go.mod": "module tool\n", "cmd/x/main.go": main, "examples/fn/main.go": main },
      ".",
      "./cmd/x",
      "x",
    ],
    [
      "beside a generator",
      {
        "go.mod": "module tool\n",
        "main.go": main,
        "gen.go": `//go:build ignore\n\n${main}`,
        "gen/main.go": `// Copyright\n\n//go:build tools\n\n${main}`,
      },
      ".",
      ".",
      "tool",
    ],
    [
      "beside one for Windows",
      { "go.mod": "module tool\n", "cmd/win/main_windows.go": main, "cmd/lin/main_linux.go": main },
      ".",
      "./cmd/lin",
      "lin",
    ],
    [
      "beside what is not the project's",
      {
        "go.mod": "module tool\n",
        "agent/main.go": main,
        "vendor/x/main.go": main,
        "testdata/main.go": main,
        "_old/main.go": main,
        ".git/x/main.go": main,
        "other/go.mod": "module other\n",
        "other/main.go": main,
      },
      ".",
      "./agent",
      "agent",
    ],
    [
      "in a module with an odd name",
      { "go.mod": 'module "example.com/my~tool" // quoted\n', "main.go": main },
      ".",
      ".",
      "my-tool",
    ],
    ["in a gopkg.in module", { "go.mod": "module gopkg.in/tool.v3\n", "main.go": main }, ".", ".", "tool"],
  ])("%s", async (_name, files, module, place, name) => {
    write(files);
    expect(await find()).toMatchObject({ module, package: place, name });
  });

  test("below the module's root, with a configuration of its own", async () => {
    write({ "go.mod": "module mono\n", "ext/a/main.go": main, "ext/a/lambda-ext.jsonc": "{}", "ext/b/main.go": main });
    expect(await find(join(root, "ext/a"))).toMatchObject({ module: ".", package: "./ext/a", name: "a" });
  });

  test("where the configuration says", async () => {
    write({
      "go.mod": "module tool\n",
      "cmd/a/main.go": main,
      "cmd/b/main.go": main,
      "lambda-ext.jsonc": '{ "build": { "main": "./cmd/b" }, "name": "called" }',
    });
    expect(await find()).toMatchObject({ package: "./cmd/b", name: "called" });
  });

  test("two programs are listed, with the line to write", async () => {
    write({ "go.mod": "module tool\n", "cmd/a/main.go": main, "cmd/b/main.go": main });
    await expect(find()).rejects.toMatchObject({
      code: "SeveralMainPackages",
      kind: "usage",
      message: `${root} holds 2 main packages: cmd/a, cmd/b.`,
      hint: `Say which one to build, in ${root}/lambda-ext.jsonc: { "build": { "main": "cmd/a" } }`,
    });
  });

  test("one in the root and one in cmd are two", async () => {
    write({ "go.mod": "module tool\n", "main.go": main, "cmd/b/main.go": main });
    await expect(find()).rejects.toMatchObject({ message: `${root} holds 2 main packages: ., cmd/b.` });
  });

  test("two programs in two modules are listed too", async () => {
    write({ "a/go.mod": "module a\n", "a/main.go": main, "b/go.mod": "module b\n", "b/main.go": main });
    await expect(find()).rejects.toMatchObject({
      code: "SeveralMainPackages",
      message: expect.stringContaining("a, b"),
    });
  });

  test("no program and no module are told apart", async () => {
    await expect(find()).rejects.toMatchObject({ code: "NoGoModule" });
    write({ "go.mod": "module tool\n", "lib.go": "package tool\n\nfunc main() {}\n", "x/x.go": "package main\n" });
    await expect(find()).rejects.toMatchObject({ code: "NoMainPackage", message: expect.stringContaining(root) });
  });

  test.each([
    ["gone", "does not exist"],
    ["lib.go", "is a file"],
    ["lib", "holds no main package"],
  ])("build.main %j is refused", async (place, words) => {
    write({ "go.mod": "module x\n", "lib.go": "package x\n", "lib/lib.go": "package lib\n" });
    write({ "lambda-ext.jsonc": JSON.stringify({ build: { main: place } }) });
    await expect(find()).rejects.toMatchObject({ code: "NoMainPackage", message: expect.stringContaining(words) });
  });
});

describe("what the program calls itself", () => {
  const program = (body: string, declarations = "") => `package main\n\n${declarations}\n\nfunc main() {\n${body}\n}\n`;
  test.each<[string, Record<string, string>, string | undefined]>([
    ["a literal header", { "main.go": program('req.Header.Set("Lambda-Extension-Name", "my-ext")') }, "my-ext"],
    ["a constant", { "main.go": program('h.Set("Lambda-Extension-Name", name)', 'const name = "my-ext"') }, "my-ext"],
    [
      "constants for both",
      {
        "main.go": program(
          "h.Set(headerName, name)",
          'const (\n\theaderName = "Lambda-Extension-Name"\n\tname string = "my-ext"\n)',
        ),
      },
      "my-ext",
    ],
    ["a map", { "main.go": program('h := http.Header{"Lambda-Extension-Name": {"my-ext"}}') }, "my-ext"],
    ["an assignment", { "main.go": program('h["Lambda-Extension-Name"] = []string{"my-ext"}') }, "my-ext"],
    [
      "a constant handed to a client",
      { "main.go": program("client.Register(ctx, extensionName)", 'const extensionName = "my-ext"') },
      "my-ext",
    ],
    [
      "a client in another package",
      {
        "main.go": 'package main\n\nimport (\n\t"tool/internal/ext"\n)\n\nfunc main() { ext.Run() }\n',
        "internal/ext/ext.go": 'package ext\n\nfunc Run() { r.Header.Set("lambda-extension-name", "inner") }\n',
      },
      "inner",
    ],
    [
      "a package that is not imported",
      { "main.go": main, "other/ext.go": 'package other\n\nconst extensionName = "other"\n' },
      undefined,
    ],
    [
      "a comment",
      { "main.go": program('// h.Set("Lambda-Extension-Name", "commented")\n/* extensionName = "x" */') },
      undefined,
    ],
    [
      "the file's own name",
      {
        "main.go": program(
          "h.Set(headerName, extensionName)",
          'const headerName = "Lambda-Extension-Name"\nvar extensionName = filepath.Base(os.Args[0])',
        ),
      },
      undefined,
    ],
    [
      "the file's own name, beside a constant",
      { "main.go": program("register(path.Base(os.Args[0]))", 'const extensionName = "only for logs"') },
      undefined,
    ],
    [
      "a name that is given two values",
      { "main.go": program('name := "a"\nname = "b"\nh.Set("Lambda-Extension-Name", name)') },
      undefined,
    ],
    [
      "a string with a comment in it",
      { "main.go": program('u := "http://x"; h.Set("Lambda-Extension-Name", "my-ext") // "other"') },
      "my-ext",
    ],
  ])("%s", async (_name, files, ownName) => {
    write({ "go.mod": "module tool\n", ...files });
    expect(await find()).toMatchObject({ ownName, name: ownName ?? "tool" });
  });

  test("counts for nothing in a function", async () => {
    write({
      "go.mod": "module tool\n",
      "main.go": program("", 'const extensionName = "my-ext"'),
      "lambda-ext.jsonc": '{ "kind": "function" }',
    });
    expect(await find()).toMatchObject({ ownName: undefined, name: "tool" });
  });
});

describe("build constraints", () => {
  test.each<[string, boolean]>([
    ["linux", true],
    ["!windows && (amd64 || arm64)", true],
    ["ignore", false],
    ["darwin || windows", false],
    ["linux && !cgo", true],
    ["go1.18", true],
    ["custom", true],
    ["!custom", false],
    ["amd64 && arm64", false],
    ["arm64 && !(linux && custom)", false],
  ])("%s", (expression, holds) => {
    expect(constraintHolds(expression, ["custom"])).toBe(holds);
  });

  test.each<[string, boolean]>([
    ["main.go", true],
    ["linux.go", true],
    ["windows.go", true],
    ["x_windows.go", false],
    ["x_linux_arm64.go", true],
    ["x_windows_amd64.go", false],
    ["x_386.go", false],
    ["x_test.go", false],
    ["_x.go", false],
    ["x.txt", false],
  ])("%s", (name, fits) => {
    expect(nameFits(name)).toBe(fits);
  });
});
