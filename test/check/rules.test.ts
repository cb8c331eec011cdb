// Each rule on made-up archives: what it finds, and what it leaves alone.
import { describe, expect, test } from "vitest";
import { describeFinding, findAll } from "../../src/check/check.ts";
import { type Content, identify } from "../../src/check/content.ts";
import type { Subject, SubjectFile } from "../../src/check/subject.ts";
import type { Elf } from "../../src/layer/elf/elf.ts";
import { runtimes } from "../../src/model/runtimes.ts";

const static64: Elf = {
  machine: "arm64",
  bits: 64,
  type: "executable",
  interpreter: undefined,
  needed: [],
  versions: [],
  hasRunPath: false,
};
const elf = (parts: Partial<Elf> = {}): Content => ({ type: "elf", elf: { ...static64, ...parts } });
const dynamic = (parts: Partial<Elf> = {}) =>
  elf({ interpreter: "/lib/ld-linux-aarch64.so.1", needed: ["libc.so.6"], ...parts });
const script = (text: string): Content => identify(Buffer.from(text));

function file(path: string, parts: Partial<SubjectFile> = {}): SubjectFile {
  return { kind: "file", path, mode: 0o755, compressedBytes: 1, unzippedBytes: 1, content: elf(), ...parts };
}

const link = (path: string, target: string): SubjectFile => ({
  kind: "symlink",
  path,
  mode: 0o777,
  compressedBytes: 1,
  unzippedBytes: 1,
  target,
});

const folder = (path: string): SubjectFile => ({
  kind: "directory",
  path,
  mode: 0o755,
  compressedBytes: 0,
  unzippedBytes: 0,
});

function subject(files: readonly SubjectFile[], parts: Partial<Subject> = {}): Subject {
  return {
    archive: "x.zip",
    kind: "extension",
    architecture: "arm64",
    zipBytes: 1,
    compatibleRuntimes: [],
    files,
    ...parts,
  };
}

/** `rule severity file` of everything found. */
function found(files: readonly SubjectFile[], parts: Partial<Subject> = {}): string[] {
  return findAll(subject(files, parts)).map(({ rule, severity, file }) =>
    [rule, severity, file].filter(Boolean).join(" "),
  );
}

function words(files: readonly SubjectFile[], parts: Partial<Subject> = {}): string {
  return findAll(subject(files, parts))
    .map(({ message, mend }) => `${message} | ${mend}`)
    .join("\n");
}

const good = file("extensions/good");

test("a static program for the right machine in the right place is fine", () => {
  expect(found([good])).toEqual([]);
  expect(found([file("bootstrap")], { kind: "function" })).toEqual([]);
  expect(found([file("lib/data.txt", { content: { type: "other" }, mode: 0o644 })], { kind: "layer" })).toEqual([]);
});

test("errors come first, and each finding names archive, rule and mend", () => {
  const findings = findAll(
    subject([file("extensions/a", { mode: 0o600, content: dynamic({ versions: ["GLIBC_2.30"] }) })]),
  );
  expect(findings.map(({ severity }) => severity)).toEqual(["error", "warning", "warning"]);
  for (const finding of findings)
    expect(finding).toMatchObject({ archive: "x.zip", mend: expect.stringMatching(/\w/) });
});

describe("elf-architecture", () => {
  test.each<[string, SubjectFile, Partial<Subject>, string[]]>([
    [
      "another machine",
      file("extensions/a", { content: elf({ machine: "x86_64" }) }),
      {},
      ["elf-architecture error extensions/a"],
    ],
    [
      "a library for another machine",
      file("lib/a.so", { content: elf({ machine: "x86_64", type: "shared" }) }),
      { kind: "layer" },
      ["elf-architecture error lib/a.so"],
    ],
    [
      "one of several that a package brings",
      file("nodejs/node_modules/p/a.node", { content: elf({ machine: "x86_64", type: "shared" }) }),
      { kind: "layer" },
      ["elf-architecture warning nodejs/node_modules/p/a.node"],
    ],
    [
      "an object file",
      file("lib/a.o", { content: elf({ machine: "x86_64", type: "relocatable" }) }),
      { kind: "layer" },
      [],
    ],
    [
      "a machine that Lambda lacks, nothing declared",
      file("extensions/a", { content: elf({ machine: 3 }) }),
      { architecture: undefined },
      ["elf-architecture error extensions/a"],
    ],
    ["either machine, nothing declared", good, { architecture: undefined }, []],
  ])("%s", (_name, each, parts, expected) => {
    expect(found([each], parts)).toEqual(expected);
  });

  test("says both machines and the mend", () => {
    const text = words([file("extensions/a", { content: elf({ machine: "x86_64" }) })]);
    expect(text).toContain("is built for x86_64, but the archive is for arm64");
    expect(text).toContain("GOARCH=arm64");
    expect(words([file("extensions/a", { content: elf({ machine: 3 }) })])).toContain("x86 (32 bits)");
    expect(words([file("extensions/a", { content: elf({ machine: 99 }) })])).toContain("machine 99");
  });

  test("two machines in one undeclared archive", () => {
    const other = file("extensions/other", { content: elf({ machine: "x86_64" }) });
    expect(found([good, other], { architecture: undefined })).toEqual(["elf-architecture error"]);
  });
});

describe("not-runnable", () => {
  test.each<[string, Content, string]>([
    ["a Mach-O", identify(Buffer.from("cffaedfe0c000001", "hex")), "macOS"],
    ["a fat Mach-O", identify(Buffer.from("cafebabe00000002", "hex")), "macOS"],
    ["an .exe", identify(Buffer.from("MZ\x90\0")), "Windows"],
    ["nothing", identify(Buffer.alloc(0)), "is empty"],
    ["text", identify(Buffer.from("hello")), "neither a Linux program nor a script"],
    ["a Java class", identify(Buffer.from("cafebabe00000041", "hex")), "neither"],
    ["a damaged program", identify(Buffer.from("\u007fELF\u0002\u0001", "latin1")), "damaged"],
    ["an object file", elf({ type: "relocatable" }), "object file"],
    ["a script behind a byte order mark", script("\uFEFF#!/bin/sh\n"), "byte order mark"],
  ])("%s", (_name, content, text) => {
    expect(found([file("extensions/a", { content })])).toEqual(["not-runnable error extensions/a"]);
    expect(words([file("extensions/a", { content })])).toContain(text);
    expect(found([file("bootstrap", { content })], { kind: "function" })).toEqual(["not-runnable error bootstrap"]);
    expect(found([good, file("lib/a", { content })])).toEqual([]);
  });

  test.each(["README", "README.md", "notes.txt", "config.json"])("%s in extensions/", (name) => {
    const readme = file(`extensions/${name}`, { mode: 0o644, content: { type: "other" } });
    expect(found([good, readme])).toEqual([`not-runnable error extensions/${name}`]);
    expect(words([good, readme])).toMatch(/is no program.*INIT fails.*\| Put it elsewhere/);
  });
});

describe("execute-bit", () => {
  test.each<[string, Partial<SubjectFile>, Partial<Subject>, string[]]>([
    ["extensions/a", { mode: 0o644 }, {}, ["execute-bit error extensions/a"]],
    ["extensions/a", { mode: 0o750 }, {}, ["execute-bit error extensions/a", "file-modes warning extensions/a"]],
    ["extensions/a", { mode: 0o644, content: script("#!/bin/sh\n") }, {}, ["execute-bit error extensions/a"]],
    ["bootstrap", { mode: 0o644 }, { kind: "function" }, ["execute-bit error bootstrap"]],
    [
      "wrapper.sh",
      { mode: 0o644, content: script("#!/bin/sh\n") },
      { kind: "layer" },
      ["execute-bit warning wrapper.sh"],
    ],
    ["bin/tool", { mode: 0o644, content: dynamic() }, { kind: "layer" }, ["execute-bit warning bin/tool"]],
    ["lib/tool.so", { mode: 0o644, content: elf({ type: "shared" }) }, { kind: "layer" }, []],
    ["python/x.py", { mode: 0o644, content: script("#!/usr/bin/env python3\n") }, { kind: "layer" }, []],
  ])("%s %j", (path, parts, more, expected) => {
    expect(found([file(path, parts)], more)).toEqual(expected);
  });

  test("says the mode and what comes of it", () => {
    expect(words([file("extensions/a", { mode: 0o644 })])).toContain("mode 0644");
    expect(words([file("bootstrap", { mode: 0o644 })], { kind: "function" })).toContain("Runtime.InvalidEntrypoint");
  });
});

describe("glibc", () => {
  const needs = (version: string) =>
    file("extensions/a", { content: dynamic({ versions: ["GLIBC_2.2.5", version, "GLIBC_2.17", "GCC_3.0"] }) });
  test.each<[string, string[], string[]]>([
    ["GLIBC_2.17", [], []],
    ["GLIBC_2.26", ["provided.al2"], []],
    ["GLIBC_2.28", [], ["glibc warning extensions/a"]],
    ["GLIBC_2.28", ["provided.al2", "provided.al2023"], ["glibc error extensions/a"]],
    ["GLIBC_2.34", ["provided.al2023", "python3.12"], []],
    ["GLIBC_2.35", [], ["glibc error extensions/a"]],
    ["GLIBC_2.35", ["python3.12"], ["glibc error extensions/a"]],
    ["GLIBC_2.4", ["provided.al2"], []],
    ["GLIBC_2.35", ["unheard1.0"], ["compatible-runtimes warning"]],
    ["GLIBC_PRIVATE", ["provided.al2"], []],
  ])("%s in %j", (version, compatibleRuntimes, expected) => {
    expect(found([needs(version)], { compatibleRuntimes })).toEqual(expected);
  });

  test("names the runtimes that are too old, and the loader's words", () => {
    const text = words([needs("GLIBC_2.28")], { compatibleRuntimes: ["python3.11", "python3.12", "nodejs18.x"] });
    expect(text).toContain("than what there is in python3.11, nodejs18.x:");
    expect(text).toContain("`GLIBC_2.28' not found");
    expect(text).toContain("CGO_ENABLED=0");
  });

  test("musl is not there at all", () => {
    const musl = file("extensions/a", {
      content: elf({ interpreter: "/lib/ld-musl-aarch64.so.1", needed: ["libc.musl-aarch64.so.1"] }),
    });
    expect(found([musl])).toEqual(["glibc error extensions/a"]);
  });
});

describe("shared-libraries", () => {
  const needing = file("extensions/a", {
    content: dynamic({ needed: ["libc.so.6", "libm.so.6", "libstdc++.so.6", "libssl.so.3", "libfoo.so"] }),
  });
  test("those that nobody brings", () => {
    expect(found([needing])).toEqual(["shared-libraries warning extensions/a"]);
    expect(words([needing])).toContain("needs libssl.so.3, libfoo.so, which");
  });

  test("those in the archive count", () => {
    const library = (name: string) => file(`lib/${name}`, { content: elf({ type: "shared" }) });
    expect(found([needing, library("libssl.so.3"), link("lib/libfoo.so", "libssl.so.3")])).toEqual([]);
  });
});

describe("script-line-ends", () => {
  test.each<[string, string[]]>([
    ["#!/bin/sh\r\necho\r\n", ["script-line-ends error extensions/a"]],
    ["#!/bin/bash\necho\r\n", ["script-line-ends error extensions/a"]],
    ["#!/bin/sh\necho\n", []],
    ["#!/bin/sh\r", ["script-line-ends error extensions/a"]],
  ])("%j", (text, expected) => {
    expect(found([file("extensions/a", { content: script(text) })])).toEqual(expected);
  });

  test("a first line's CR breaks every interpreter, later ones the shell alone", () => {
    const python = (text: string) => [file("extensions/a", { content: script(text) })];
    const compatibleRuntimes = ["python3.12"];
    expect(found(python("#!/usr/bin/env python3\r\nx\r\n"), { compatibleRuntimes })).toEqual([
      "script-line-ends error extensions/a",
    ]);
    expect(found(python("#!/usr/bin/env python3\nx\r\n"), { compatibleRuntimes })).toEqual([]);
  });

  test("files that are only read are left alone", () => {
    expect(found([good, file("lib/a.sh", { mode: 0o644, content: script("#!/bin/sh\r\n") })])).toEqual([]);
  });
});

describe("script-interpreter", () => {
  test.each<[string, string[], "error" | "warning" | undefined, string]>([
    ["#!/bin/sh", [], undefined, ""],
    ["#! /bin/bash -e", [], undefined, ""],
    ["#!/usr/bin/env bash", ["provided.al2"], undefined, ""],
    ["#!/usr/bin/env -S FOO=1 bash -e", [], undefined, ""],
    ["#!/usr/local/bin/bash", [], "error", "Write #!/bin/bash."],
    ["#!/opt/homebrew/bin/bash", [], "error", "Write #!/bin/bash."],
    ["#!/usr/local/bin/env bash", [], "error", "Write #!/usr/bin/env."],
    ["#!", [], "error", "names no interpreter"],
    ["#!/usr/bin/env", [], "error", "names no interpreter"],
    ["#!/usr/bin/perl", [], "error", "no runtime of Lambda has"],
    ["#!/bin/zsh", [], "error", "no runtime of Lambda has"],
    ["#!/usr/bin/env deno", [], "error", "asks for deno"],
    ["#!/usr/bin/env node", [], "warning", "nodejs22.x"],
    ["#!/usr/bin/env node", ["nodejs22.x", "nodejs20.x"], undefined, ""],
    [
      "#!/usr/bin/env node",
      ["nodejs22.x", "python3.12", "provided.al2023"],
      "error",
      "not there in python3.12, provided.al2023",
    ],
    ["#!/usr/bin/node", ["nodejs22.x"], "error", "Write #!/usr/bin/env node."],
    ["#!/var/lang/bin/node", ["nodejs22.x"], undefined, ""],
    ["#!/usr/bin/env python3", ["python3.12", "python3.13"], undefined, ""],
    ["#!/usr/bin/env python", ["python3.12"], undefined, ""],
    ["#!/usr/bin/env python3.12", ["python3.12", "python3.13"], "error", "not there in python3.13"],
    ["#!/usr/bin/env python2", ["python3.12"], "error", "not there in python3.12"],
    ["#!/usr/bin/env ruby", ["ruby3.4"], undefined, ""],
    ["#!/usr/bin/env java", ["java21"], undefined, ""],
    ["#!/opt/bin/own", [], "warning", "/opt/bin/own, which is not in this archive"],
  ])("%s in %j: %s", (line, compatibleRuntimes, severity, text) => {
    const files = [file("extensions/a", { content: script(`${line}\necho\n`) })];
    expect(found(files, { compatibleRuntimes })).toEqual(
      severity ? [`script-interpreter ${severity} extensions/a`] : [],
    );
    expect(words(files, { compatibleRuntimes })).toContain(text);
  });

  test("one that the archive brings is there", () => {
    expect(found([file("extensions/a", { content: script("#!/opt/bin/own\n") }), file("bin/own")])).toEqual([]);
  });

  test("scripts that Lambda does not start itself are only warned of", () => {
    const module = file("nodejs/node_modules/.bin/x", { content: script("#!/usr/bin/perl\n") });
    expect(found([module], { kind: "layer" })).toEqual(["script-interpreter warning nodejs/node_modules/.bin/x"]);
  });
});

describe("extensions-folder", () => {
  const inner = file("extensions/folder/inner", { mode: 0o644, content: { type: "other" } });
  test.each<[string, readonly SubjectFile[], string[]]>([
    ["a link to a folder", [good, inner, link("extensions/l", "folder")], ["extensions-folder error extensions/l"]],
    [
      "a link to a folder elsewhere",
      [good, file("lib/x"), link("extensions/l", "../lib")],
      ["extensions-folder error extensions/l"],
    ],
    ["a link to a program", [file("bin/x"), link("extensions/l", "../bin/x")], []],
    ["an absolute link to a program in the layer", [file("bin/x"), link("extensions/l", "/opt/bin/x")], []],
    [
      "a link to what is not executable",
      [good, file("lib/x", { mode: 0o644 }), link("extensions/l", "../lib/x")],
      ["extensions-folder error extensions/l"],
    ],
    ["a link to nothing", [good, link("extensions/l", "gone")], ["extensions-folder warning extensions/l"]],
    ["a folder", [good, { ...inner, kind: "directory", path: "extensions/folder", mode: 0o755 }, inner], []],
    ["a program in a folder", [good, file("extensions/folder/a")], ["extensions-folder warning extensions/folder/a"]],
    ["ten", Array.from({ length: 10 }, (_, index) => file(`extensions/${index}`)), []],
    [
      "eleven",
      Array.from({ length: 11 }, (_, index) => file(`extensions/${index}`)),
      ["extensions-folder error extensions"],
    ],
  ])("%s", (_name, files, expected) => {
    expect(found(files)).toEqual(expected);
  });
});

describe("nothing-to-start", () => {
  test.each<[string, readonly SubjectFile[], Partial<Subject>, string[]]>([
    ["nothing at all", [], {}, ["nothing-to-start error"]],
    ["folders alone", [{ ...file("extensions"), kind: "directory" }], { kind: "layer" }, ["nothing-to-start error"]],
    ["an extension without one", [file("lib/x")], {}, ["nothing-to-start error"]],
    ["a folder too many", [file("opt/extensions/x")], {}, ["nothing-to-start error opt/extensions/x"]],
    [
      "a folder too many, kind unknown",
      [file("build/extensions/x")],
      { kind: undefined },
      ["nothing-to-start error build/extensions/x"],
    ],
    ["the wrong case", [file("Extensions/x")], {}, ["nothing-to-start error Extensions/x"]],
    ["a function without bootstrap", [file("main")], { kind: "function" }, ["nothing-to-start error"]],
    [
      "a bootstrap in a folder",
      [file("dist/bootstrap")],
      { kind: "function" },
      ["nothing-to-start error dist/bootstrap"],
    ],
    ["a layer with a bootstrap", [file("bootstrap")], { kind: "layer" }, []],
    ["anything, kind unknown", [file("lib/x")], { kind: undefined }, []],
  ])("%s", (_name, files, parts, expected) => {
    expect(found(files, parts)).toEqual(expected);
  });
});

describe("sizes, runtimes, names", () => {
  test("50 MB zipped and 250 MB unzipped are allowed, one byte more is not", () => {
    const with1 = (unzippedBytes: number) => [file("extensions/a", { unzippedBytes })];
    expect(found(with1(262_144_000), { zipBytes: 52_428_800 })).toEqual([]);
    expect(found(with1(262_144_001), { zipBytes: 52_428_801 })).toEqual(["size error", "size warning"]);
    expect(found(with1(1), { zipBytes: 52_428_801, kind: "function" })).toContain("size error");
    expect(words(with1(262_144_001))).toContain("The largest file is extensions/a with 262.14 MB.");
    expect(found(with1(1), { zipBytes: undefined })).toEqual([]);
  });

  test("fifteen runtimes are allowed, sixteen are not", () => {
    const names = runtimes.filter(({ base }) => base.name === "Amazon Linux 2023").map(({ name }) => name);
    expect(found([good], { compatibleRuntimes: names.slice(0, 15) })).toEqual([]);
    expect(found([good], { compatibleRuntimes: names.slice(0, 16) })).toEqual(["compatible-runtimes error"]);
  });

  test("an unknown runtime is warned of, with the nearest", () => {
    expect(found([good], { compatibleRuntimes: ["nodejs2.x"] })).toEqual(["compatible-runtimes warning"]);
    expect(words([good], { compatibleRuntimes: ["pyton3.12"] })).toContain("Did you mean python3.12?");
  });

  test.each<[Partial<NonNullable<Subject["layer"]>>, string | undefined]>([
    [{}, undefined],
    [{ name: "a.b" }, 'would be the layer "a.b"'],
    [{ name: "x".repeat(141) }, "141 characters"],
    [{ description: "x".repeat(257) }, "description of 257"],
    [{ license: "x".repeat(513) }, "licence text of 513"],
    [{ name: "x".repeat(140), description: "x".repeat(256), license: "x".repeat(512) }, undefined],
  ])("layer settings %#", (parts, text) => {
    const layer = { name: "layer", description: undefined, license: undefined, ...parts };
    expect(found([good], { layer })).toEqual(text ? ["layer-settings error"] : []);
    if (text) expect(words([good], { layer })).toContain(text);
  });
});

describe("entry-escapes and file-modes", () => {
  test.each<[string, SubjectFile, Partial<Subject>]>([
    ["a path that goes up", file("../x", { content: { type: "other" } }), {}],
    ["an absolute path", file("/x"), {}],
    ["a backslash", file("extensions\\x"), {}],
    ["a link out", link("lib/l", "../../x"), {}],
    ["an absolute link", link("lib/l", "/etc/passwd"), {}],
    ["a link into the layers, in a function", link("l", "/opt/x"), { kind: "function" }],
    ["a device", file("d", { kind: "other" }), {}],
  ])("%s", (_name, entry, parts) => {
    const base = parts.kind === "function" ? file("bootstrap") : good;
    expect(found([base, entry], parts)).toEqual([`entry-escapes error ${entry.path}`]);
  });

  test("a link to where the layer will be is fine", () => {
    expect(found([good, link("lib/l", "/opt/extensions/good")])).toEqual([]);
    expect(found([file("bootstrap"), link("l", "/var/task/bootstrap")], { kind: "function" })).toEqual([]);
  });

  test("files and folders that others cannot read", () => {
    const closed = file("lib/x", { mode: 0o600, content: { type: "other" } });
    const folder: SubjectFile = { ...file("lib", { mode: 0o700 }), kind: "directory" };
    expect(found([good, closed, folder])).toEqual(["file-modes warning lib/x", "file-modes warning lib"]);
  });
});

describe("entries in each other's way", () => {
  test("one path twice", () => {
    expect(found([file("extensions/a"), file("extensions/a")])).toEqual(["same-path error extensions/a"]);
    expect(found([folder("lib"), folder("lib"), file("extensions/a")])).toEqual([]);
  });

  test("a file or a link that is a folder too", () => {
    expect(found([file("extensions/a"), file("extensions/a/b", { mode: 0o644 })])).toEqual([
      "same-path error extensions/a",
    ]);
    expect(found([file("extensions/a"), link("lib", "bin"), file("lib/x"), file("bin/x")])).toEqual([
      "same-path error lib",
    ]);
  });
});

describe("a link in extensions/, over others", () => {
  test("is followed over other links", () => {
    const files = [link("lib", "bin"), link("extensions/a", "../lib/x")];
    expect(found([...files, file("bin/x")])).toEqual([]);
    expect(found([...files, folder("bin/x")])).toEqual(["extensions-folder error extensions/a"]);
    expect(found([link("extensions/a", "/opt/bin/x"), file("bin/x")])).toEqual([]);
    expect(found([file("extensions/b"), link("extensions/a", "..")])).toEqual(["extensions-folder error extensions/a"]);
  });

  test("that leads out is told once", () => {
    expect(found([file("extensions/b"), link("extensions/a", "/bin/sh")])).toEqual([
      "entry-escapes error extensions/a",
    ]);
  });
});

test("the mend for a folder in capitals names the right one", () => {
  expect(words([file("opt/Extensions/a")])).toContain("path in the zip is extensions/a,");
});

test("what a foreign zip calls its files is no command for the terminal", () => {
  const [finding] = findAll(subject([file("extensions/a\u001b[2J\u202eb", { mode: 0o644 })]));
  if (!finding) throw new Error("nothing found");
  expect(describeFinding(finding)).toContain("x.zip: extensions/a\\u{1b}[2J\\u{202e}b is not executable");
});
