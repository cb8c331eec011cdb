// What is found out about a machine, and what the person is told where it can't do more.
import { readFileSync } from "node:fs";
import { chmod, mkdir, mkdtemp, readdir, rm, symlink, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { IsolationLevel } from "../../../src/emulator/execution.ts";
import { bwrapCommand } from "../../../src/emulator/sandbox/bwrap-command.ts";
import { inspectExecutable } from "../../../src/emulator/sandbox/executable.ts";
import { detectIsolation } from "../../../src/emulator/sandbox/isolation.ts";
import { createPipeFolders } from "../../../src/emulator/sandbox/pipe-folders.ts";
import { openUnpackedStore } from "../../../src/emulator/sandbox/unpacked.ts";
import { findTool } from "../../support/tools.ts";
import { everyLevel } from "./support/levels.ts";
import { openWorld } from "./support/world.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "lambda-ext-isolation-"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

async function program(name: string, text: string): Promise<string> {
  const file = join(folder, name);
  await writeFile(file, text);
  await chmod(file, 0o755);
  return file;
}

describe("detectIsolation", () => {
  const detect = (wanted: IsolationLevel | "auto", PATH: string, platform?: NodeJS.Platform) =>
    detectIsolation({ wanted, env: { PATH }, directory: join(folder, "probe"), platform });

  /** As where a security module lets nobody in. */
  const forbidden = "#!/bin/sh\necho 'unshare: unshare failed: Operation not permitted' >&2\nexit 1\n";

  test("without bubblewrap and namespaces: none, why, and what to do; an error where one was asked for", async () => {
    await program("unshare", forbidden);
    const reason = `${join(folder, "unshare")} does not work: unshare: unshare failed: Operation not permitted`;
    expect(await detect("auto", folder)).toEqual({
      ...{ level: "none", reason: `bubblewrap (bwrap) is not installed. ${reason}` },
      remedy: expect.stringMatching(/apt install bubblewrap.*seccomp=unconfined/),
    });
    await expect(detect("bwrap", folder)).rejects.toMatchObject({
      ...{ kind: "usage", code: "IsolationUnavailable", hint: expect.not.stringContaining("seccomp") },
    });
    await expect(detect("namespace", folder)).rejects.toMatchObject({
      message: `Isolation namespace was asked for and does not work here: ${reason}`,
      ...{ kind: "usage", code: "IsolationUnavailable", hint: expect.stringContaining("AppArmor") },
    });
    expect(await readdir(join(folder, "probe"))).toEqual([]);
  });

  test("with a bubblewrap that may not do what it should, its own words", async () => {
    await program("bwrap", "#!/bin/sh\necho 'bwrap: setting up uid map: Permission denied' >&2\nexit 1\n");
    await program("unshare", forbidden);
    expect(await detect("auto", folder)).toMatchObject({
      level: "none",
      reason: expect.stringContaining(
        `${join(folder, "bwrap")} does not work: bwrap: setting up uid map: Permission denied`,
      ),
      remedy: expect.stringContaining("AppArmor"),
    });
    await expect(detect("bwrap", folder)).rejects.toThrow("setting up uid map");
    expect(await readdir(join(folder, "probe"))).toEqual([]);
  });

  test("with another unshare, as busybox has one: why", async () => {
    await program("unshare", "#!/bin/sh\necho \"unshare: unrecognized option '--map-root-user'\" >&2\nexit 1\n");
    expect((await detect("auto", folder)).reason).toContain("unrecognized option");
  });

  test.skipIf(everyLevel[2].skip)(`without bubblewrap: namespace where it works${everyLevel[2].why}`, async () => {
    expect(await detect("auto", folder)).toMatchObject({
      level: "namespace",
      reason: "unshare and mount of util-linux work. bubblewrap (bwrap) is not installed.",
    });
  });

  const cannot = everyLevel[2].skip || process.getuid?.() !== 0;
  test.skipIf(cannot)("root does without user namespaces (needs namespaces and root)", async () => {
    const refusing = `case "$*" in *--user*) echo "no user namespaces" >&2; exit 1;; esac`;
    await program("unshare", `#!/bin/sh\n${refusing}\nexec ${findTool("unshare")} "$@"\n`);
    const before = readFileSync("/proc/self/mountinfo", "utf8");
    expect((await detect("namespace", folder)).level).toBe("namespace");
    expect(readFileSync("/proc/self/mountinfo", "utf8")).toBe(before);
  });

  test("none where none is asked for, and on other systems", async () => {
    expect(await detect("none", process.env.PATH ?? "")).toMatchObject({
      level: "none",
      reason: "Isolation none was asked for.",
    });
    expect(await detect("auto", "", "darwin")).toMatchObject({
      level: "none",
      remedy: expect.stringContaining("WSL 2"),
    });
  });

  test.skipIf(everyLevel[1].skip)(`bwrap where it works${everyLevel[1].why}`, async () => {
    expect(await detect("auto", process.env.PATH ?? "")).toMatchObject({ level: "bwrap", reason: "bubblewrap works." });
  });
});

test("an executor that falls back says so once; on other systems functions are refused, with the remedy", async () => {
  await program("unshare", "#!/bin/sh\nexit 1\n");
  const fallen = await openWorld({ env: { PATH: folder } });
  expect(fallen.warnings).toEqual([
    expect.stringMatching(/^Functions run without isolation\. bubblewrap .*Install bubblewrap/),
  ]);
  await fallen.close();
  const elsewhere = await openWorld({ platform: "darwin" });
  expect(elsewhere.warnings).toEqual([]);
  const code = await elsewhere.zip([{ path: "bootstrap", content: "" }]);
  await expect(elsewhere.invoke(elsewhere.define({ code }), {})).rejects.toMatchObject({
    ...{ code: "InvalidRuntimeException", message: expect.stringContaining("Linux only") },
    hint: expect.stringContaining("WSL 2"),
  });
  await elsewhere.close();
});

describe("bwrapCommand", () => {
  const setup = { program: "bwrap", userNamespace: true, tmpOptions: ["--size", "--perms"], asRoot: false } as const;
  async function argumentsWith(keep: readonly string[]): Promise<string> {
    const opt = join(folder, "opt");
    await mkdir(join(opt, "extensions"), { recursive: true });
    const places = { task: "/t", opt, runtime: "/r", pipes: "/p", hostsFile: "/h", passwdFile: "/w", scratch: "/s" };
    return bwrapCommand(setup, { ...places, ephemeralStorage: 1024, keep, languagePrograms: { node: "/n" } }).join(" ");
  }

  test("Lambda's places, the size of /tmp, Lambda's user", async () => {
    const text = await argumentsWith([]);
    expect(text).toContain("--unshare-user --uid 993 --gid 990 --unshare-pid --die-with-parent --tmpfs /");
    expect(text).toContain("--ro-bind /t /var/task --ro-bind /r /var/runtime --symlink /n /var/lang/bin/node");
    expect(text).toContain(`--ro-bind ${join(folder, "opt")} /opt`);
    expect(text).toContain("--size 1073741824 --perms 1777 --tmpfs /tmp");
    expect(text).not.toMatch(/--(ro-)?bind \/ \//);
  });

  test("an interpreter below /opt or /tmp stays where it is, beside what layers have there", async () => {
    const opt = join(folder, "opt");
    await mkdir(join(opt, "java", "lib"), { recursive: true });
    await writeFile(join(opt, "java", "taken"), "");
    const text = await argumentsWith(["/opt/node/20", "/tmp/node", "/usr", "/opt/java/jdk", "/opt/java/taken/jdk"]);
    expect(text).toContain(
      [
        `--dir /opt --ro-bind ${join(opt, "extensions")} /opt/extensions`,
        `--dir /opt/java --ro-bind ${join(opt, "java", "lib")} /opt/java/lib`,
        `--ro-bind ${join(opt, "java", "taken")} /opt/java/taken --ro-bind /opt/java/jdk /opt/java/jdk`,
        "--ro-bind /opt/node/20 /opt/node/20",
      ].join(" "),
    );
    expect(text).toContain("--ro-bind /tmp/node /tmp/node");
    expect(text).not.toContain("/opt/java/taken/jdk");
  });

  test("an older bubblewrap", async () => {
    const places = {
      task: "/t",
      opt: folder,
      runtime: "/r",
      pipes: "/p",
      hostsFile: "/h",
      passwdFile: "/w",
      scratch: "/s",
    };
    const contents = { ...places, ephemeralStorage: 512, keep: [], languagePrograms: {} };
    const text = bwrapCommand({ ...setup, tmpOptions: [] }, contents).join(" ");
    expect(text).toContain(" --tmpfs /tmp");
    expect(text).not.toMatch(/--size|--perms/);
  });
});

describe("inspectExecutable", () => {
  const inspect = (name: string) => inspectExecutable(join(folder, name), (path) => path);
  const elf = (machine: number) => {
    const head = Buffer.alloc(64);
    head.write("\x7fELF", "latin1");
    head.writeUInt16LE(machine, 18);
    return head;
  };

  test.each([
    [62, "x86_64"],
    [183, "arm64"],
    [40, "other"],
  ])("an ELF file for machine %i is %s", async (machine, expected) => {
    await writeFile(join(folder, "file"), elf(machine), { mode: 0o755 });
    expect(inspect("file")).toEqual({ machine: expected });
  });

  test("links are followed; to a folder, to nothing and in a circle they are refused", async () => {
    await program("script", "#!/bin/sh\n");
    await symlink("script", join(folder, "to-script"));
    await symlink(".", join(folder, "to-folder"));
    await symlink("nowhere", join(folder, "to-nothing"));
    await symlink("circle", join(folder, "circle"));
    expect(inspect("to-script")).toEqual({});
    expect(inspect("to-folder")).toEqual({ text: "permission denied" });
    expect(inspect("to-nothing")).toEqual({ text: "no such file or directory" });
    expect(inspect("circle")).toEqual({ text: "no such file or directory" });
  });

  test("an interpreter of a layer is looked for where the layer lies", async () => {
    await program("script", "#! /opt/bin/tool -x\n");
    const asked: string[] = [];
    const resolve = (path: string) => {
      asked.push(path);
      return join(folder, "script");
    };
    expect(inspectExecutable(join(folder, "script"), resolve)).toEqual({});
    expect(asked).toEqual(["/opt/bin/tool"]);
  });

  test.each([
    ["", "exec format error"],
    ["#!\n", "exec format error"],
    ["echo hello\n", "exec format error"],
  ])("the content %j", async (content, text) => {
    await program("file", content);
    expect(inspect("file")).toEqual({ text });
  });
});

test("what was unpacked long ago, or by half, goes when the store is opened", async () => {
  const directory = join(folder, "unpacked");
  for (const name of ["code-old", "code-new", ".partial-x"]) await mkdir(join(directory, name), { recursive: true });
  const old = new Date(Date.now() - 8 * 24 * 3600 * 1000);
  await utimes(join(directory, "code-old"), old, old);
  await openUnpackedStore(directory);
  expect(await readdir(directory)).toEqual(["code-new"]);
});

test("where no pipes can be made, the person is told what to do", async () => {
  await program("mkfifo", "#!/bin/sh\necho 'mkfifo: cannot create fifo: Operation not permitted' >&2\nexit 1\n");
  const pipes = createPipeFolders({ directory: join(folder, "pipes"), env: { PATH: folder } });
  await expect(pipes.take()).rejects.toMatchObject({
    code: "ServiceException",
    message: expect.stringContaining("mkfifo: cannot create fifo: Operation not permitted"),
    hint: expect.stringContaining("LAMBDA_EXT_LOCAL_DIR"),
  });
  await pipes.close();
});

test("what could not be unpacked leaves nothing, as on a disk that is full", async () => {
  const directory = join(folder, "unpacked");
  const store = await openUnpackedStore(directory);
  const source = { arn: "arn:aws:lambda:x", zip: join(directory, "gone.zip"), codeSha256: "x" };
  await expect(store.code(source)).rejects.toThrow("Unpacking arn:aws:lambda:x into /var/task failed");
  expect(await readdir(directory)).toEqual([]);
});
