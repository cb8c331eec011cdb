// Functions of the other architecture, through qemu where it is installed, and what is said where it is not.
import { existsSync } from "node:fs";
import { chmod, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { foreignPrefix } from "../../../src/emulator/sandbox/foreign.ts";
import { missing } from "../../support/tools.ts";
import { everyLevel } from "./support/levels.ts";
import { buildPrograms, type Programs } from "./support/programs.ts";
import { openWorld, type World } from "./support/world.ts";

const own = process.arch === "arm64" ? "arm64" : "x86_64";
const other = process.arch === "arm64" ? "x86_64" : "arm64";
const emulator = process.arch === "arm64" ? "qemu-x86_64-static" : "qemu-aarch64-static";
const machines = { x86_64: 62, arm64: 183 };

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "lambda-ext-foreign-"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

async function program(name: string, text: string): Promise<string> {
  const file = join(folder, name);
  await writeFile(file, text);
  await chmod(file, 0o755);
  return file;
}

/** The first page of a program that a loader starts. */
function dynamicProgram(architecture: keyof typeof machines, loader: string): Buffer {
  const file = Buffer.alloc(4096);
  file.write("\x7fELF\x02\x01\x01", "latin1");
  file.writeUInt16LE(2, 16);
  file.writeUInt16LE(machines[architecture], 18);
  file.writeBigUInt64LE(64n, 32);
  file.writeUInt16LE(56, 54);
  file.writeUInt16LE(1, 56);
  file.writeUInt32LE(3, 64);
  file.writeBigUInt64LE(256n, 72);
  file.write(`${loader}\0`, 256);
  return file;
}

const kernelRunsForeign = ["aarch64", "x86_64"].some((name) => existsSync(`/proc/sys/fs/binfmt_misc/qemu-${name}`));
describe.skipIf(kernelRunsForeign)("programs of the other architecture (needs a kernel without qemu)", () => {
  test("are refused with the remedy where qemu is missing, and run through it where it is not", async () => {
    expect(() => foreignPrefix("/var/task/bootstrap", other, { PATH: folder })).toThrow(
      expect.objectContaining({
        code: "InvalidRuntimeException",
        message: expect.stringMatching(
          new RegExp(`/var/task/bootstrap failed: it is built for ${other} .*${emulator} is not installed`),
        ),
        hint: expect.stringContaining("qemu-user-static"),
      }),
    );
    const file = await program(emulator, "#!/bin/sh\n");
    expect(foreignPrefix("/var/task/bootstrap", other, { PATH: folder })).toEqual([file]);
    expect(foreignPrefix("/x", other === "arm64" ? "x86_64" : "arm64", { PATH: "" })).toEqual([]);
  });

  test("make the invocation reject, and leave nothing running", async () => {
    const world = await openWorld({ isolation: "none", env: { PATH: folder }, initMilliseconds: 500 });
    const head = Buffer.alloc(64);
    head.write("\x7fELF", "latin1");
    head.writeUInt16LE(other === "arm64" ? 183 : 62, 18);
    const snapshot = world.define({
      architecture: other,
      code: await world.zip([{ path: "bootstrap", content: head }]),
      layers: [await world.zip([{ path: "extensions/script", content: "#!/bin/sh\nsleep 60\n" }])],
      timeout: 1,
    });
    // The script runs here as well as there, but never registers.
    const result = await world.invoke(snapshot, {});
    expect(JSON.parse(result.payload.toString()).errorType).toBe("Sandbox.Timedout");
    await expect(world.invoke({ ...snapshot, layers: [], revisionId: "2" }, {})).rejects.toMatchObject({
      code: "InvalidRuntimeException",
    });
    await world.close();
  }, 30_000);
});

describe("programs of the wrong kind", () => {
  let world: World;
  beforeAll(async () => {
    world = await openWorld({ isolation: "none" });
  });
  afterAll(() => world.close());

  test("for another architecture than the function's do not start, as on Lambda, and a warning says why", async () => {
    const snapshot = world.define({
      code: await world.zip([{ path: "bootstrap", content: "#!/bin/sh\n" }]),
      layers: [await world.zip([{ path: "extensions/one", content: dynamicProgram(other, "/lib/ld.so") }])],
    });
    const { payload } = await world.invoke(snapshot, {});
    expect(JSON.parse(payload.toString())).toMatchObject({
      errorType: "Extension.LaunchError",
      errorMessage: expect.stringContaining("exec format error"),
    });
    expect(world.warnings).toEqual([
      `fixture: /opt/extensions/one is built for ${other}, and the function's architecture is ${own}.`,
    ]);
  });

  test("whose loader is not here do not start either: a warning names it", async () => {
    const content = dynamicProgram(own, "/lib/ld-musl-none.so.1");
    const snapshot = world.define({ code: await world.zip([{ path: "bootstrap", content }]) });
    const { payload } = await world.invoke(snapshot, {});
    expect(JSON.parse(payload.toString())).toMatchObject({
      errorType: "Runtime.InvalidEntrypoint",
      errorMessage: expect.stringContaining("/var/task/bootstrap: no such file or directory"),
    });
    expect(world.warnings.at(-1)).toBe(
      "fixture: /var/task/bootstrap asks for the loader /lib/ld-musl-none.so.1, which is not here.",
    );
  });

  test.each([
    ["#!/opt/bin/none\n", "/opt/bin/none, which is not here."],
    [
      "#!/bin/sh\r\n",
      "/bin/sh with a carriage return behind it, which is not here: its lines have the ends of Windows (CRLF).",
    ],
  ])("scripts whose interpreter is not here: a warning names it (%j)", async (content, words) => {
    const snapshot = world.define({
      code: await world.zip([{ path: "bootstrap", content: "#!/bin/sh\n" }]),
      layers: [await world.zip([{ path: "extensions/one", content }])],
    });
    const { payload } = await world.invoke(snapshot, {});
    expect(JSON.parse(payload.toString())).toMatchObject({
      errorType: "Extension.LaunchError",
      errorMessage: expect.stringContaining("/opt/extensions/one: no such file or directory"),
    });
    expect(world.warnings.at(-1)).toBe(`fixture: /opt/extensions/one asks for the interpreter ${words}`);
  });

  test("for the other machine, linked dynamically: refused in our words instead of qemu's", async () => {
    const elsewhere = await openWorld({ isolation: "none", env: { PATH: folder } });
    await program(emulator, "#!/bin/sh\n");
    const content = dynamicProgram(other, "/lib/ld-linux-none.so.1");
    const code = await elsewhere.zip([{ path: "bootstrap", content }]);
    await expect(elsewhere.invoke(elsewhere.define({ code, architecture: other }), {})).rejects.toMatchObject({
      code: "InvalidRuntimeException",
      message: expect.stringMatching(/built for .* it is dynamically linked: \/lib\/ld-linux-none.so.1 is not here/),
      hint: expect.stringContaining("Link it statically"),
    });
    await elsewhere.close();
  });
});

describe.skipIf(missing(emulator, "go"))(`through qemu (needs Go and ${emulator})`, () => {
  let programs: Programs;
  beforeAll(async () => {
    programs = await buildPrograms(other === "arm64" ? "arm64" : "amd64");
  }, 120_000);

  for (const { level, skip, why } of everyLevel) {
    test.skipIf(skip)(`extension and runtime, at level ${level}${why}`, { timeout: 60_000 }, async () => {
      const world = await openWorld({ isolation: level });
      try {
        const snapshot = world.define({
          architecture: other,
          code: await world.zip([{ path: "bootstrap", content: programs.bootstrap }]),
          layers: [await world.zip([{ path: "extensions/one", content: programs.extension }])],
        });
        for (const count of [1, 2]) {
          const { payload, functionError } = await world.invoke(snapshot, { text: "hello" });
          expect(functionError).toBeUndefined();
          expect(JSON.parse(payload.toString())).toEqual({ count, text: "hello" });
        }
        expect(JSON.parse((await world.invoke(snapshot, { do: "exit", size: 3 })).payload.toString())).toMatchObject({
          errorMessage: expect.stringContaining("exit status 3"),
        });
        expect(JSON.parse((await world.invoke(snapshot, {})).payload.toString()).count).toBe(1);
        await world.executor.retire(snapshot.functionArn);
        expect(world.log().match(/\[one\] INVOKE/g)).toHaveLength(4);
        expect(world.log()).toContain("[one] SHUTDOWN spindown true");
        expect(world.warnings).toEqual([]);
      } finally {
        await world.close();
      }
    });
  }
});
