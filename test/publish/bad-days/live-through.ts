// Lives through a day: sets up what is there before, publishes, up to three times, and looks at what there is afterwards.
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { expect } from "vitest";
import { connect } from "../../../src/aws/connection.ts";
import type { Pace } from "../../../src/aws/pace.ts";
import { faultHeader } from "../../../src/emulator/faults/fault-header.ts";
import { writeFaults } from "../../../src/emulator/faults/read-fault.ts";
import type { Emulator } from "../../../src/emulator/server.ts";
import type { LayerArchive } from "../../../src/model/artifact.ts";
import { applyPublish } from "../../../src/publish/apply/apply.ts";
import type { PublishOutcome } from "../../../src/publish/apply/outcome.ts";
import { noLedger, openLedger } from "../../../src/publish/ledger.ts";
import { observeLayers } from "../../../src/publish/observe.ts";
import { planPublish } from "../../../src/publish/plan/plan.ts";
import { type PublishWish, type WantedLayer, wantedLayers } from "../../../src/publish/wish.ts";
import { storedZip } from "../../support/archives.ts";
import { type Account, type HeldVersion, openAccount } from "./account.ts";
import type { Day } from "./day.ts";

/** What all days share. */
export interface World {
  readonly emulator: Pick<Emulator, "url" | "credentials">;
  readonly archives: readonly LayerArchive[];
  /** For ledgers. */
  readonly folder: string;
}

const about = { description: "A day", license: undefined, runtimes: [] };
const placeholderZip = storedZip("NOTE", Buffer.from("nothing\n"));
const placeholderSha = createHash("sha256").update(placeholderZip).digest("base64");

/** A fifth of the time: the pauses are there, in their order. */
const briskPace: Pace = {
  now: () => performance.now() * 5,
  pause: async (milliseconds, signal) => {
    await sleep(milliseconds / 5, undefined, { signal });
  },
};

/** How a day went. */
export interface Lived {
  /** Runs until everything held, 1 to 3. */
  readonly runs: 1 | 2 | 3;
  /** Failed outcomes of all runs, by code. */
  readonly failures: readonly string[];
}

/** Lives through it; throws where something does not hold that should. */
export async function liveThrough(day: Day, world: World): Promise<Lived> {
  const account = openAccount({ endpoint: world.emulator.url, credentials: world.emulator.credentials });
  try {
    const wanted = wantedLayers({
      archives: world.archives.map((archive) => ({ ...archive, name: `day${day.seed}` })),
      regions: day.regions,
      namePattern: day.shared ? "{name}" : "{name}-{arch}",
    });
    await prepare(account, { day, wanted, world });
    const before = await readAll(account, wanted);
    const failures: string[] = [];
    for (const run of [1, 2, 3] as const) {
      const bad = run === 1 || (run === 2 && day.lasting);
      const outcomes = await publishOnce(day, { world, wanted, bad });
      const failed = outcomes.flatMap(({ error }) => error?.code ?? []);
      failures.push(...failed);
      // A call that was given up may still be worked on: another machine cannot know, the same one looks for it.
      if (bad && day.regionMilliseconds !== undefined && failed.length > 0 && !day.sameMachine) await sleep(2000);
      const after = await readAll(account, wanted);
      checkWords(day, { outcomes, after });
      if (failed.length > 0 && run < 3) continue;
      expect(failed).toEqual([]);
      checkEnd(day, { wanted, before, after });
      return { runs: run, failures };
    }
    throw new Error("more than three runs");
  } finally {
    account.close();
  }
}

async function prepare(
  account: Account,
  { day, wanted, world }: { readonly day: Day; readonly wanted: readonly WantedLayer[]; readonly world: World },
): Promise<void> {
  for (const [region, versions] of Object.entries(day.before)) {
    for (const [index, { architecture, what, principals }] of versions.entries()) {
      const layer = wanted.find((one) => one.region === region && one.architecture === architecture);
      const archive = world.archives.find((one) => one.architecture === architecture);
      if (!layer || !archive) throw new Error("no such layer");
      const other = storedZip("extensions/demo", Buffer.from(`# other ${index}\n`));
      const zip = what === "same" ? readFileSync(archive.zip) : other;
      const version = await account.publish(region, layer.layerName, { zip, architecture });
      for (const [number, principal] of principals.entries()) {
        await account.grant(region, layer.layerName, { version, principal, sid: `earlier-${number}` });
      }
      if (what === "removed") await account.remove(region, layer.layerName, version);
    }
  }
}

async function publishOnce(
  day: Day,
  { world, wanted, bad }: { readonly world: World; readonly wanted: readonly WantedLayer[]; readonly bad: boolean },
): Promise<readonly PublishOutcome[]> {
  const { url: endpoint, credentials } = world.emulator;
  const headers = { [faultHeader]: `day${day.seed} ${writeFaults(day.faults)}` };
  const made = new Set<{ destroy(): void }>();
  const base = connect(
    { region: "us-east-1", endpoint, credentials, ...(bad && { headers }) },
    { signal: new AbortController().signal, pace: briskPace, attempts: 2 },
  );
  const connection: typeof base = {
    ...base,
    client(service, region, manner) {
      const client = base.client(service, region, manner);
      made.add(client as { destroy(): void });
      return client;
    },
  };
  try {
    const ledger = day.sameMachine
      ? await openLedger(join(world.folder, String(day.seed), "versions.jsonl"))
      : noLedger;
    const wish: PublishWish = {
      ...about,
      namePattern: day.shared ? "{name}" : "{name}-{arch}",
      force: false,
      sharing: day.sharing,
      align: day.align,
    };
    const regionMilliseconds = bad ? day.regionMilliseconds : undefined;
    const grants = day.sharing !== undefined;
    const sightings = await observeLayers(connection, wanted, { grants, ledger, regionMilliseconds });
    const plan = planPublish(wanted, sightings, wish);
    const placeholder = async () => placeholderZip;
    return await applyPublish(connection, plan, { about, ledger, placeholder, regionMilliseconds });
  } finally {
    for (const client of made) client.destroy();
  }
}

type Held = ReadonlyMap<string, readonly HeldVersion[]>;

const keyOf = ({ region, layerName }: Pick<WantedLayer, "region" | "layerName">) => `${region} ${layerName}`;

async function readAll(account: Account, wanted: readonly WantedLayer[]): Promise<Held> {
  const layers = new Map(wanted.map((layer) => [keyOf(layer), layer]));
  const entries = await Promise.all(
    [...layers].map(async ([key, { region, layerName }]) => [key, await account.read(region, layerName)] as const),
  );
  return new Map(entries);
}

function newestOf(held: Held, layer: Pick<WantedLayer, "region" | "layerName" | "architecture">) {
  return held.get(keyOf(layer))?.findLast(({ architectures }) => architectures.includes(layer.architecture));
}

/** What a run says that it has done must be so, however the run ended. */
function checkWords(day: Day, { outcomes, after }: { outcomes: readonly PublishOutcome[]; after: Held }): void {
  for (const outcome of outcomes) {
    const newest = newestOf(after, outcome);
    const { version, codeSha256, error, granted = [] } = outcome;
    if (version !== undefined) {
      const named = after.get(keyOf(outcome))?.find((one) => one.version === version);
      if (outcome.result !== "failed") expect([version, named?.codeSha256]).toEqual([newest?.version, codeSha256]);
      expect(named?.grants).toEqual(expect.arrayContaining([...granted]));
    }
    if (error) continue;
    expect(newest?.codeSha256).toBe(codeSha256);
    if (day.sharing) expect(newest?.grants).toEqual([...day.sharing].sort());
  }
}

interface End {
  readonly wanted: readonly WantedLayer[];
  readonly before: Held;
  readonly after: Held;
}

/** The wanted bytes are the newest everywhere, shared as wanted, under exactly one new number: none where they were there before. */
function checkEnd(day: Day, { wanted, before, after }: End): void {
  for (const layer of wanted) {
    const [had, has] = [newestOf(before, layer), newestOf(after, layer)];
    expect(has?.codeSha256).toBe(layer.codeSha256);
    const kept = had?.version === has?.version;
    expect(has?.grants).toEqual(day.sharing ? [...day.sharing].sort() : kept ? had?.grants : []);
  }
  for (const [key, versions] of after) {
    const old = before.get(key) ?? [];
    const ofKey = wanted.filter((layer) => keyOf(layer) === key);
    const made = versions.filter(({ version }) => !old.some((one) => one.version === version));
    // Nobody touched what was there.
    expect(versions.filter((one) => !made.includes(one)).map(({ codeSha256 }) => codeSha256)).toEqual(
      old.map(({ codeSha256 }) => codeSha256),
    );
    if (day.align !== undefined) continue;
    const missing = ofKey.filter((layer) => newestOf(before, layer)?.codeSha256 !== layer.codeSha256);
    expect(made.map(({ codeSha256 }) => codeSha256).sort()).toEqual(missing.map(({ codeSha256 }) => codeSha256).sort());
  }
  if (day.align !== undefined) checkNumbers(day, { wanted, before, after });
}

/** All regions have the same numbers of a layer, and no more of them than a good day would have given. */
function checkNumbers(day: Day, { wanted, before, after }: End): void {
  for (const layerName of new Set(wanted.map((layer) => layer.layerName))) {
    const ofName = wanted.filter((layer) => layer.layerName === layerName);
    const ends = ofName.map((layer) => [layer.architecture, newestOf(after, layer)?.version].join(" "));
    expect(new Set(ends).size).toBe(new Set(ofName.map(({ architecture }) => architecture)).size);
    const sightings = ofName.map((layer) => {
      const newest = newestOf(before, layer);
      if (!newest) return {};
      const present = { ...newest, arn: "", license: "", runtimes: [], grants: [] };
      return { newest: present };
    });
    const wish = { ...about, namePattern: "", force: false, sharing: undefined, align: day.align };
    const plan = planPublish(ofName, sightings, wish);
    for (const layer of plan) {
      const planned = layer.actions.find((action) => action.action === "publish")?.version;
      if (!day.blind) expect(newestOf(after, layer)?.version).toBe(planned ?? layer.newest?.version);
      const shas = new Set(ofName.map(({ codeSha256 }) => codeSha256));
      if (day.align === "placeholder") shas.add(placeholderSha);
      const old = before.get(keyOf(layer)) ?? [];
      for (const { version, codeSha256 } of after.get(keyOf(layer)) ?? []) {
        if (!old.some((one) => one.version === version)) expect(shas).toContain(codeSha256);
      }
    }
  }
}
