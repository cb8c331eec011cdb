// publish --zip: a layer that was made elsewhere goes out as it is, from any folder.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { writeZip } from "../../src/layer/zip/write.ts";
import { runCli } from "../support/run-cli.ts";

const folder = mkdtempSync(join(tmpdir(), "lambda-ext-zip-"));
const env = { LAMBDA_EXT_LOCAL_DIR: join(folder, "local"), LAMBDA_EXT_TARGET: "local", AWS_REGION: "us-east-1" };
const nowhere = join(folder, "nowhere");

/** A zip of scripts, and of what begins as programs for these machines do. */
async function makeZip(name: string, machines: readonly number[]): Promise<string> {
  const zip = join(folder, name);
  const script = { kind: "file", path: "extensions/theirs", mode: 0o755, content: Buffer.from("#!/bin/sh\n") } as const;
  const programs = machines.map((machine) => {
    const content = Buffer.alloc(64);
    content.write("\x7fELF\x02\x01\x01", "latin1");
    content.writeUInt16LE(2, 16);
    content.writeUInt16LE(machine, 18);
    return { kind: "file", path: `bin/program-${machine}`, mode: 0o755, content } as const;
  });
  await writeZip([...programs, script], zip, { signal: new AbortController().signal, mount: "/opt" });
  return zip;
}

const publish = (...flags: string[]) => runCli(["publish", "--json", ...flags], { cwd: nowhere, env });
interface Published {
  readonly layers: readonly { readonly arn: string; readonly result: string }[];
}
const arnsOf = (stdout: string) =>
  (JSON.parse(stdout) as Published).layers.map(({ arn, result }) => `${result} ${arn}`);

beforeAll(() => mkdirSync(nowhere));
afterAll(async () => {
  await runCli(["local", "stop"], { env });
  rmSync(folder, { recursive: true, force: true });
});

describe("a ready zip", { timeout: 60_000 }, () => {
  it("goes out under its own name for the architecture of its programs, once", async () => {
    const zip = await makeZip("theirs.zip", [62]);
    const first = await publish("--zip", zip);
    expect(first.code, first.stderr).toBe(0);
    expect(arnsOf(first.stdout)).toEqual(["published arn:aws:lambda:us-east-1:123456789012:layer:theirs-x86_64:1"]);
    expect(arnsOf((await publish("--zip", zip)).stdout)).toEqual([
      "unchanged arn:aws:lambda:us-east-1:123456789012:layer:theirs-x86_64:1",
    ]);
  });

  it("of scripts alone needs to be told, and takes both architectures in a layer of one name", async () => {
    const zip = await makeZip("scripts.zip", []);
    const untold = await publish("--zip", zip);
    expect(untold.code).toBe(2);
    expect(JSON.parse(untold.stdout).error).toMatchObject({
      ...{ code: "UnknownArchitecture", message: expect.stringContaining("holds no program") },
      hint: "Add --arch amd64, arm64 or all.",
    });
    const told = await publish("--zip", zip, "--arch", "amd64", "--layer-name", "named");
    expect(arnsOf(told.stdout)).toEqual(["published arn:aws:lambda:us-east-1:123456789012:layer:named:1"]);
  });

  it("with programs for both needs to be told too", async () => {
    const { code, stdout } = await publish("--zip", await makeZip("both.zip", [62, 183]));
    expect([code, JSON.parse(stdout).error.message]).toEqual([2, expect.stringContaining("holds programs for both")]);
  });

  it.each([
    ["that is missing", "absent.zip", "NoSuchFile"],
    ["that is none", "broken.zip", "InvalidZip"],
    ["that is a folder", "nowhere", "InvalidZip"],
  ])("%s is refused", async (_what, name, expected) => {
    writeFileSync(join(folder, "broken.zip"), "no zip");
    const { code, stdout } = await publish("--zip", join(folder, name), "--arch", "amd64");
    expect(code).not.toBe(0);
    expect(JSON.parse(stdout).error.code).toBe(expected);
  });

  it("and a build exclude each other", async () => {
    const { code, stdout } = await publish("--zip", "x.zip", "--build");
    expect([code, JSON.parse(stdout).error.code]).toEqual([2, "TwoSources"]);
  });
});
