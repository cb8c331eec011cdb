// The command that ships is killed (-9) at points that seeds decide, while it publishes to 34 regions: run again, it finishes the rest, with
// one version for each region and architecture. LAMBDA_EXT_TEST_KILLS=50 kills it more often, LAMBDA_EXT_TEST_SEED=7 at one point.
import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { type LeadingEndpoint, leadEndpoint } from "../../src/emulator/background/lead.ts";
import { partitionOf } from "../../src/model/partition.ts";
import { bin, runCli } from "../support/run-cli.ts";
import { type Account, openAccount } from "./bad-days/account.ts";
import { diceOf, forSeeds, seedsOf } from "./bad-days/random.ts";

const { env } = process;
const seeds = seedsOf({ ...env, LAMBDA_EXT_TEST_SEEDS: env.LAMBDA_EXT_TEST_KILLS }, 8);
const { regions } = partitionOf("us-east-1");
/** So that a run waits for every kind of call, and can be killed there. */
const late = [{ latency: 60 }];

let folder: string;
let project: string;
let emulator: LeadingEndpoint;
let account: Account;
/** Base64, by architecture. */
let hashes: Readonly<Record<string, string>>;
/** Of a run that nobody kills. */
let wholeCalls = 0;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "lambda-ext-killed-"));
  project = join(folder, "project");
  mkdirSync(project);
  // Incompressible, so that an upload takes its time.
  writeFileSync(join(project, "data"), randomBytes(300_000));
  const configuration = { name: "killed", kind: "layer", contents: [{ from: "data", to: "data" }] };
  writeFileSync(join(project, "lambda-ext.jsonc"), JSON.stringify(configuration));
  const endpoint = await leadEndpoint({
    directory: join(folder, "local"),
    env: {},
    pid: process.pid,
    isolation: "none",
  });
  if (!endpoint) throw new Error("somebody else leads");
  emulator = endpoint;
  account = openAccount({ endpoint: emulator.url, credentials: emulator.credentials });
  expect((await runCli(["build"], { cwd: project })).code).toBe(0);
  const { artifacts } = JSON.parse(readFileSync(join(project, "dist", "manifest.json"), "utf8"));
  hashes = Object.fromEntries(
    artifacts.map(({ architecture, codeSha256 }: Record<string, string>) => [architecture, codeSha256]),
  );
  emulator.setFaults(late);
  const whole = await run("whole-{arch}", { machine: "whole" });
  expect(whole.code).toBe(0);
  wholeCalls = emulator.faults()[0]?.met ?? 0;
});
afterAll(async () => {
  account?.close();
  await emulator?.close();
  rmSync(folder, { recursive: true, force: true });
});

function commandLine(layer: string, faults: readonly string[] = []): string[] {
  return ["publish", "--regions", "all", "--layer-name", layer, "--public", "--yes", "--json", ...faults];
}

interface Run {
  /** Whoever has another one has written nothing down. */
  readonly machine: string;
  readonly faults?: readonly string[];
}

async function run(layer: string, { machine, faults }: Run) {
  return await runCli(commandLine(layer, faults), { cwd: project, env: surroundings(machine) });
}

function surroundings(machine: string) {
  return {
    LAMBDA_EXT_LOCAL_DIR: join(folder, "local"),
    LAMBDA_EXT_TARGET: "local",
    LAMBDA_EXT_FAULTS: undefined,
    AWS_REGION: "us-east-1",
    XDG_STATE_HOME: join(folder, machine),
  };
}

/** What else goes wrong with the run that is killed. */
const worse = [
  [],
  ["--fault", "op=PublishLayerVersion,kind=lost-answer,count=5"],
  ["--fault", "region=eu-*,kind=throttle,count=20"],
  ["--fault", "region=me-*,kind=down", "--fault", "op=AddLayerVersionPermission,kind=error,work=done,count=9"],
];

/** Runs it, and ends it without a word as soon as it has made so many calls; false where it was faster. */
async function kill(
  layer: string,
  { machine, faults = [], calls }: Run & { readonly calls: number },
): Promise<boolean> {
  emulator.setFaults(late);
  const child = spawn(process.execPath, [bin, ...commandLine(layer, faults)], {
    cwd: project,
    env: { ...process.env, ...surroundings(machine) },
    stdio: "ignore",
  });
  const ended = new Promise<NodeJS.Signals | null>((resolve) => child.once("exit", (_, signal) => resolve(signal)));
  const timer = setInterval(() => {
    if ((emulator.faults()[0]?.met ?? 0) >= calls) child.kill("SIGKILL");
  }, 1);
  const signal = await ended;
  clearInterval(timer);
  emulator.setFaults([]);
  return signal === "SIGKILL";
}

async function versionsOf(layer: string): Promise<number> {
  const all = await Promise.all(
    Object.keys(hashes).flatMap((architecture) =>
      regions.map((region) => account.read(region, layer.replace("{arch}", architecture))),
    ),
  );
  return layer.includes("{arch}") ? all.flat().length : all.flat().length / 2;
}

describe("publish, killed in the middle", () => {
  it(`finishes the rest, in ${seeds.length} cases over ${regions.length} regions`, {
    timeout: seeds.length * 60_000,
  }, async () => {
    const found: number[] = [];
    let kills = 0;
    await forSeeds(seeds, {
      atATime: 1,
      async check(seed) {
        const dice = diceOf(seed);
        const layer = dice.chance(0.3) ? `killed${seed}` : `killed${seed}-{arch}`;
        const machine = `machine${seed}`;
        for (let time = 0; time < (dice.chance(0.3) ? 2 : 1); time++) {
          const calls = dice.between(0, wholeCalls);
          if (await kill(layer, { machine, calls, faults: dice.pick(worse) })) kills++;
          found.push(await versionsOf(layer));
        }
        // What was on its way when it was killed is there by now.
        await sleep(100);
        const last = await run(layer, { machine: dice.chance(0.5) ? machine : `other${seed}` });
        expect({ code: last.code, stderr: last.stderr }).toMatchObject({ code: 0 });
        for (const region of regions) {
          const held = await Promise.all(
            [...new Set(Object.keys(hashes).map((architecture) => layer.replace("{arch}", architecture)))].map((name) =>
              account.read(region, name),
            ),
          );
          const said = held
            .flat()
            .map(({ architectures, codeSha256, grants }) => ({ architectures, codeSha256, grants }));
          const wanted = Object.entries(hashes).map(([architecture, codeSha256]) => ({
            architectures: [architecture],
            codeSha256,
            grants: ["public"],
          }));
          expect(said).toHaveLength(wanted.length);
          expect(said).toEqual(expect.arrayContaining(wanted));
        }
      },
    });
    process.stderr.write(
      `publish, killed: ${seeds.length} cases, ${kills} kills; versions that the killed runs had made, of ${2 * regions.length}: ${found.join(" ")}\n`,
    );
    expect(kills).toBeGreaterThan(0);
  });

  it("looks again for versions that AWS was still making when it was killed", { timeout: 120_000 }, async () => {
    const few = ["eu-west-1", "us-east-1"];
    const argv = ["publish", "--regions", few.join(), "--layer-name", "late-{arch}", "--json"];
    const slow = ["--fault", "op=PublishLayerVersion,latency=2500"];
    const child = spawn(process.execPath, [bin, ...argv, ...slow], {
      cwd: project,
      env: { ...process.env, ...surroundings("late") },
      stdio: "ignore",
    });
    const ended = new Promise((resolve) => child.once("exit", resolve));
    const marks = join(folder, "late", "lambda-ext-publish", "unanswered");
    await vi.waitFor(() => expect(readdirSync(marks)).toHaveLength(4), { timeout: 20_000, interval: 10 });
    // All of them have arrived, and are being worked on.
    await sleep(500);
    child.kill("SIGKILL");
    await ended;
    expect(await Promise.all(few.map((region) => account.read(region, "late-arm64")))).toEqual([[], []]);
    const again = await runCli(argv, { cwd: project, env: surroundings("late") });
    expect(again.code).toBe(0);
    // Whatever was late is there by now.
    await sleep(2000);
    for (const region of few) {
      for (const layer of ["late-x86_64", "late-arm64"]) expect(await account.read(region, layer)).toHaveLength(1);
    }
    expect(readdirSync(marks)).toEqual([]);
  });
});
