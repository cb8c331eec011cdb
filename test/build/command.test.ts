// Builds by a command of the user's own: real scripts, real make, real processes.
import { chmodSync, existsSync, readdirSync, readFileSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { readZip } from "../../src/layer/zip/read.ts";
import { LambdaExtError } from "../../src/model/errors.ts";
import { archivesToPublish } from "../../src/pipeline.ts";
import { loadProject } from "../../src/project/load.ts";
import { temporaryFolder } from "../support/temporary.ts";
import { missing } from "../support/tools.ts";
import { buildIn, remember, tiny, writeFiles } from "./fixture.ts";

/** A project that `./build.sh` builds, with this script below its first line. */
function scripted(script: string, more: Readonly<Record<string, unknown>> = {}, root = temporaryFolder()): string {
  return withCommand({ command: ["./build.sh"], ...more }, { "build.sh": `#!/bin/sh\nset -eu\n${script}\n` }, root);
}

function withCommand(
  { command, environment, ...config }: Readonly<Record<string, unknown>>,
  files: Readonly<Record<string, string>>,
  root = temporaryFolder(),
): string {
  const build = { builder: "command", command, ...(environment !== undefined && { environment }) };
  writeFiles(root, { "lambda-ext.jsonc": JSON.stringify({ name: "tool", ...config, build }), ...files });
  if (files["build.sh"] !== undefined) chmodSync(join(root, "build.sh"), 0o755);
  return root;
}

async function read(zip: string): Promise<Record<string, string>> {
  const reader = await readZip(zip);
  const found: Record<string, string> = {};
  for (const entry of reader.entries) {
    const content = entry.kind === "symlink" ? `→ ${entry.target}` : (await reader.read(entry)).toString("utf8");
    found[`${entry.path} ${entry.mode.toString(8)}`] = content;
  }
  reader.close();
  return found;
}

async function failure(root: string, options: Parameters<typeof buildIn>[1] = {}): Promise<LambdaExtError> {
  const error = await buildIn(root, options).catch((thrown: unknown) => thrown);
  if (!(error instanceof LambdaExtError)) throw new Error(`no LambdaExtError: ${String(error)}`);
  expect(existsSync(join(root, "dist"))).toBe(false);
  return error;
}

const unix = process.platform !== "win32";

describe.skipIf(!unix)("a command that makes a file (needs a POSIX shell)", () => {
  test("makes the program, once for each architecture, and hears which", async () => {
    const script = `printf '#!/bin/sh\\n# %s\\n' "$LAMBDA_EXT_ARCH $LAMBDA_EXT_GOARCH $GOOS $GOARCH $CGO_ENABLED $LAMBDA_EXT_NAME $CC $(pwd)" > "$LAMBDA_EXT_OUT"`;
    const root = scripted(script, { environment: { CC: "clang", CGO_ENABLED: "1" } });
    const { manifest, told } = await buildIn(root);
    expect(manifest).toMatchObject({ name: "tool", kind: "extension", goVersion: "" });
    for (const [arch, goarch] of [
      ["x86_64", "amd64"],
      ["arm64", "arm64"],
    ]) {
      expect(await read(join(root, `dist/tool-${goarch}.zip`))).toEqual({
        "extensions/tool 755": `#!/bin/sh\n# ${arch} ${goarch} linux ${goarch} 1 tool clang ${root}\n`,
      });
    }
    expect(manifest.artifacts[0]?.binary).toMatchObject({ path: "extensions/tool" });
    expect(told.steps).toEqual([expect.stringMatching(/^Built tool: amd64 .+ B, arm64 .+ B$/)]);
    expect(told.warnings).toEqual([]);
    const { findings } = await archivesToPublish({
      ...{ project: await loadProject({ cwd: root }), outDir: "dist", env: process.env, progress: remember() },
      signal: new AbortController().signal,
    });
    expect(findings).toEqual([]);
  });

  test("a function's program is its bootstrap", async () => {
    const root = scripted(`printf '#!/bin/sh\\n' > "$LAMBDA_EXT_OUT"`, { kind: "function" });
    await buildIn(root, { architectures: ["arm64"] });
    expect(Object.keys(await read(join(root, "dist/tool-arm64.zip")))).toEqual(["bootstrap 755"]);
  });

  test("its arguments reach it as they are, and its words are shown as they come", async () => {
    const script = `printf '#!/bin/sh\\n%s\\n' "$1|$2" > "$LAMBDA_EXT_OUT"; printf 'half\\r\\033[1mwhole\\033[0m\\n'; echo aside >&2`;
    const root = scripted(script, { command: ["./build.sh", "$HOME; a  b", "*"] });
    const details: string[] = [];
    const progress = { ...remember(), detail: (message: string) => void details.push(message) };
    await buildIn(root, { architectures: ["arm64"], progress });
    expect(await read(join(root, "dist/tool-arm64.zip"))).toEqual({
      "extensions/tool 755": "#!/bin/sh\n$HOME; a  b|*\n",
    });
    expect(progress.tasks).toEqual(expect.arrayContaining(["Building tool for arm64: whole"]));
    expect(details.sort()).toEqual(["aside", "half", "whole"]);
  });

  test.skipIf(missing("go", "make"))(
    "a Makefile that builds Go gives what the builder go gives (needs make, Go)",
    async () => {
      const makefile =
        'extension:\n\tgo build -trimpath -buildvcs=false -ldflags "-s -w -buildid=" -o "$(LAMBDA_EXT_OUT)" .\n';
      const root = withCommand({ command: ["make", "extension"] }, { ...tiny, Makefile: makefile });
      const made = await buildIn(root);
      const go = await buildIn(writeFiles(temporaryFolder(), { ...tiny, "lambda-ext.jsonc": '{ "name": "tool" }' }));
      expect(made.manifest.artifacts).toEqual(go.manifest.artifacts);
    },
  );
});

describe.skipIf(!unix)("a command that makes a folder (needs a POSIX shell)", () => {
  const tree = `
mkdir -p "$LAMBDA_EXT_OUT/extensions" "$LAMBDA_EXT_OUT/share"
printf '#!/bin/sh\\n' > "$LAMBDA_EXT_OUT/extensions/tool"
cp wrapper-script.sh notes.txt "$LAMBDA_EXT_OUT"
chmod 700 "$LAMBDA_EXT_OUT/wrapper-script.sh"
ln -s ../notes.txt "$LAMBDA_EXT_OUT/share/alias"
date -d "@$SOURCE_DATE_EPOCH" > "$LAMBDA_EXT_OUT/share/built" 2>/dev/null || date -r "$SOURCE_DATE_EPOCH" > "$LAMBDA_EXT_OUT/share/built"`;
  const files = { "wrapper-script.sh": '#!/bin/sh\nexec "$@"\n', "notes.txt": "notes", "data/x": "x" };
  const config = { contents: [{ from: "data" }] };

  test("makes what the zip holds: programs stay programs, links links, contents are added", async () => {
    const root = writeFiles(scripted(tree, config), files);
    await buildIn(root);
    expect(await read(join(root, "dist/tool-amd64.zip"))).toEqual({
      "data/x 644": "x",
      "extensions/tool 755": "#!/bin/sh\n",
      "notes.txt 644": "notes",
      "share/alias 777": "→ ../notes.txt",
      "share/built 644": expect.stringContaining("1980"),
      "wrapper-script.sh 755": files["wrapper-script.sh"],
    });
    const again = await buildIn(root);
    expect(again.told.steps[0]).toMatch(/amd64 .*\(unchanged\), arm64 .*\(unchanged\)/);
    expect(again.told.warnings).toEqual([]);
  });

  test("gives the same bytes in two folders, under two umasks and in two time zones", async () => {
    const one = writeFiles(scripted(tree, config), files);
    const two = writeFiles(scripted(tree, config, writeFiles(join(temporaryFolder(), "else/where"), { x: "" })), files);
    const first = await buildIn(one);
    const umask = process.umask(0o077);
    const second = await buildIn(two, { env: { ...process.env, TZ: "Asia/Tokyo" } }).finally(() =>
      process.umask(umask),
    );
    expect(second.manifest).toEqual(first.manifest);
    for (const { zip } of first.manifest.artifacts) {
      expect(readFileSync(join(two, "dist", zip)).equals(readFileSync(join(one, "dist", zip)))).toBe(true);
    }
  });

  test("is a layer's whole content where there is no program", async () => {
    const root = scripted('mkdir -p "$LAMBDA_EXT_OUT/lib" && echo "$GOARCH" > "$LAMBDA_EXT_OUT/lib/arch"', {
      ...{ kind: "layer", name: undefined },
    });
    const { manifest } = await buildIn(root, { project: { ...(await loadProject({ cwd: root })), name: "files" } });
    expect(manifest.artifacts.map(({ binary }) => binary)).toEqual([undefined, undefined]);
    expect(await read(join(root, "dist/files-arm64.zip"))).toEqual({ "lib/arch 644": "arm64\n" });
  });
});

describe.skipIf(!unix)("bytes that are other ones each time (needs a POSIX shell)", () => {
  const script = `printf '#!/bin/sh\\n# %s\\n' "$(cat word) $(od -An -N8 -tx8 /dev/urandom)" > "$LAMBDA_EXT_OUT"; date > stamp`;

  test("are warned of, unless a source has changed", async () => {
    const root = writeFiles(scripted(script), { word: "one" });
    // Older than the first build on file systems that count in seconds, too.
    for (const file of ["word", "build.sh", "lambda-ext.jsonc"]) utimesSync(join(root, file), 1e9, 1e9);
    expect((await buildIn(root)).told.warnings).toEqual([]);
    expect((await buildIn(root)).told.warnings).toEqual([
      expect.stringMatching(/^For amd64 and arm64 the command made other bytes than the last time/),
    ]);
    const later = Date.now() / 1000 + 60;
    utimesSync(join(root, "word"), later, later);
    expect((await buildIn(root)).told.warnings).toEqual([]);
  });
});

describe.skipIf(!unix)("a command fails (needs a POSIX shell)", () => {
  test.each<[string, string, RegExp, string | undefined]>([
    [
      "with a status and its words",
      "echo one; echo two >&2; exit 3",
      /^`\.\/build\.sh` in \S+ ended with status 3 for amd64:\n(one\ntwo|two\none)$/,
      undefined,
    ],
    ["without a word", "exit 1", /ended with status 1 for amd64:\nIt said nothing\.$/, undefined],
    ["by a signal", "kill -TERM $$", /was ended by SIGTERM for amd64/, undefined],
    [
      "with many words, of which the last are repeated",
      'i=0; while [ $i -lt 150 ]; do i=$((i+1)); echo "line $i"; done; exit 1',
      /for amd64:\n\(50 lines before these are left out\)\nline 51\n[\s\S]*line 150$/,
      "`lambda-ext build --verbose` shows all that it says.",
    ],
    [
      "for one architecture alone",
      '[ "$GOARCH" = amd64 ] && printf "#!/bin/sh\\n" > "$LAMBDA_EXT_OUT"',
      /for arm64/,
      undefined,
    ],
  ])("%s", async (_name, script, message, hint) => {
    expect(await failure(scripted(script))).toMatchObject({
      ...{ code: "CommandFailed", kind: "tool", hint, message: expect.stringMatching(message) },
    });
  });

  test.each<[string, string, object, string, RegExp]>([
    [
      "makes nothing",
      "true",
      {},
      "`./build.sh` for amd64 made nothing at $LAMBDA_EXT_OUT.",
      /It must make that file, or that folder/,
    ],
    ["makes nothing of a layer", "true", { kind: "layer" }, "made nothing", /It must make that folder: .*cp -R opt/],
    ["makes a file of a layer", 'echo x > "$LAMBDA_EXT_OUT"', { kind: "layer" }, "has no program", /make a folder/],
    ["makes an empty folder", 'mkdir "$LAMBDA_EXT_OUT"', { kind: "layer" }, "made an empty folder", /^$/],
    [
      "makes a program of another name",
      'mkdir -p "$LAMBDA_EXT_OUT/extensions" && echo x > "$LAMBDA_EXT_OUT/extensions/other"',
      {},
      "made a folder without extensions/tool: it holds extensions/other.",
      /"name" in lambda-ext\.jsonc/,
    ],
    [
      "makes no bootstrap",
      'mkdir "$LAMBDA_EXT_OUT" && cd "$LAMBDA_EXT_OUT" && touch a b c d e f g',
      { kind: "function" },
      "made a folder without bootstrap: it holds a, b, c, d, e and 2 more.",
      /called bootstrap/,
    ],
    ["makes a pipe", 'mkfifo "$LAMBDA_EXT_OUT"', {}, "made neither a file nor a folder", /^$/],
    [
      "makes a folder with a pipe",
      'mkdir "$LAMBDA_EXT_OUT" && mkfifo "$LAMBDA_EXT_OUT/p"',
      { kind: "layer" },
      "What the command has made cannot be used: $LAMBDA_EXT_OUT/p cannot be packed",
      /^$/,
    ],
  ])("that %s", async (_name, script, config, words, hint) => {
    const error = await failure(scripted(script, config as Record<string, unknown>));
    expect(error).toMatchObject({ code: "CommandOutput", kind: "tool", message: expect.stringContaining(words) });
    expect(error.hint ?? "").toMatch(hint);
  });

  test.each<[string, string, RegExp]>([
    ["neither a program nor a script", 'echo text > "$LAMBDA_EXT_OUT"', /extensions\/tool is neither a Linux program/],
    ["an empty program", ': > "$LAMBDA_EXT_OUT"', /extensions\/tool is empty/],
    [
      "a second extension that may not be executed",
      'mkdir -p "$LAMBDA_EXT_OUT/extensions"; for f in tool other; do printf "#!/bin/sh\\n" > "$LAMBDA_EXT_OUT/extensions/$f"; done',
      /extensions\/other is not executable \(mode 0644\)/,
    ],
  ])("that makes %s", async (_name, script, words) => {
    expect(await failure(scripted(script))).toMatchObject({
      code: "CheckFailed",
      message: expect.stringMatching(words),
      hint: expect.stringContaining("LAMBDA_EXT_GOARCH"),
    });
  });

  test.skipIf(missing("go"))("that builds for one architecture whatever it is asked for (needs Go)", async () => {
    const root = writeFiles(scripted('GOARCH=amd64 go build -o "$LAMBDA_EXT_OUT" .'), tiny);
    const { code, message } = await failure(root);
    expect(code).toBe("CheckFailed");
    expect(message).toMatch(
      /^What the command has made would not work in Lambda:\n {2}tool-arm64\.zip: extensions\/tool is built for x86_64/,
    );
    expect(message).not.toContain("tool-amd64.zip");
  });

  test("leaves the last build as it was", async () => {
    const root = scripted(`printf '#!/bin/sh\\n' > "$LAMBDA_EXT_OUT"`);
    const { manifest } = await buildIn(root);
    writeFileSync(join(root, "build.sh"), '#!/bin/sh\necho text > "$LAMBDA_EXT_OUT"\n');
    await expect(buildIn(root)).rejects.toMatchObject({ code: "CheckFailed" });
    expect(JSON.parse(readFileSync(join(root, "dist/manifest.json"), "utf8"))).toEqual(manifest);
    expect(readdirSync(join(root, "dist")).sort()).toEqual(["manifest.json", "tool-amd64.zip", "tool-arm64.zip"]);
  });
});

describe("a command that cannot be started", () => {
  test("is not on the PATH", async () => {
    expect(await failure(withCommand({ command: ["no-such-program"] }, {}))).toMatchObject({
      code: "CommandNotFound",
      kind: "tool",
      message: "The program cannot be built: there is no `no-such-program` on the PATH.",
      hint: expect.stringContaining('"./no-such-program"'),
    });
  });

  test("is not in the project's folder", async () => {
    const root = withCommand({ command: ["./gone.sh"] }, {});
    expect(await failure(root)).toMatchObject({
      code: "CommandNotFound",
      message: `The program cannot be built: there is no ./gone.sh in ${root}.`,
    });
  });

  test.skipIf(!unix)("has an interpreter that is not there", async () => {
    const root = withCommand({ command: ["./build.sh"] }, { "build.sh": "#!/no/such/shell\n" });
    expect(await failure(root)).toMatchObject({
      code: "CommandNotFound",
      message: expect.stringContaining("the interpreter that the first line of ./build.sh names does not exist"),
    });
  });

  test.skipIf(!unix)("may not be executed", async () => {
    const root = withCommand({ command: ["./build.sh"] }, { "build.sh": "#!/bin/sh\n" });
    chmodSync(join(root, "build.sh"), 0o644);
    expect(await failure(root)).toMatchObject({
      code: "CommandNotExecutable",
      hint: 'chmod +x ./build.sh, or name its interpreter: "command": ["sh", "./build.sh"]',
    });
  });
});

describe.skipIf(!unix)("what a command leaves running (needs a POSIX shell)", () => {
  test("does not hold up the build, and is ended where it holds the output", async () => {
    const root = scripted(`sleep 600 & echo $! > pid; printf '#!/bin/sh\\n' > "$LAMBDA_EXT_OUT"`);
    await buildIn(root, { architectures: ["arm64"] });
    await gone(Number(readFileSync(join(root, "pid"), "utf8")));
  });

  test("does not hold up the build where it has a session of its own, as daemons have, and then runs on", async () => {
    const daemon = `const child = require("node:child_process").spawn("sleep", ["600"], { detached: true, stdio: "inherit" });
      require("node:fs").writeFileSync("pid", String(child.pid));
      child.unref();`;
    const build = `#!/bin/sh\n"${process.execPath}" daemon.cjs\nprintf '#!/bin/sh\\n' > "$LAMBDA_EXT_OUT"\n`;
    const root = withCommand({ command: ["./build.sh"] }, { "daemon.cjs": daemon, "build.sh": build });
    const pid = () => Number(readFileSync(join(root, "pid"), "utf8"));
    onTestFinished(() => void process.kill(pid(), "SIGKILL"));
    await buildIn(root, { architectures: ["arm64"] });
    expect(isRunning(pid())).toBe(true);
  });

  test("is ended by Ctrl-C with it, also what heeds no SIGINT, and nothing is left", async () => {
    const root = scripted("sleep 600 > /dev/null 2>&1 & echo $! > pid; echo ready; wait");
    const controller = new AbortController();
    const progress = {
      ...remember(),
      detail: (message: string) => message === "ready" && controller.abort(new Error("Ctrl-C")),
    };
    await expect(buildIn(root, { progress, signal: controller.signal })).rejects.toThrow("Ctrl-C");
    await gone(Number(readFileSync(join(root, "pid"), "utf8")));
    expect(existsSync(join(root, "dist"))).toBe(false);
  });
});

/** Waits for the end of a process; one that has ended but was not waited for yet counts as ended. */
async function gone(pid: number): Promise<void> {
  while (isRunning(pid)) await new Promise((resolve) => setTimeout(resolve, 10));
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch {
    return false;
  }
  const stat = `/proc/${pid}/stat`;
  return !(existsSync(stat) && /\) Z /.test(readFileSync(stat, "utf8")));
}
