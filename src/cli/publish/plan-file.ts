// A plan that is kept in a file: written by one command, carried out by another.
import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import type { Connection } from "../../aws/connection.ts";
import { toolError, usageError } from "../../model/errors.ts";
import { groupBy } from "../../model/group.ts";
import type { LayerPlan, PublishPlan } from "../../publish/plan/actions.ts";
import type { SavedPlan } from "../../publish/saved-plan/document.ts";
import type { CommandContext } from "../command.ts";
import { connectProject, openProject } from "../remote.ts";
import { openOutput } from "../write-file.ts";
import { endpointOf } from "./endpoint.ts";
import type { PublishJob } from "./job.ts";
import type { PublishOptions } from "./options.ts";
import { placeholderLayer } from "./placeholder-layer.ts";
import { readPatience } from "./tolerance.ts";

/** Writes a plan, whole or not at all. */
export async function savePlan(
  context: CommandContext,
  file: string,
  job: PublishJob & { readonly plan: PublishPlan },
) {
  const path = resolve(context.cwd, file);
  const write = await openOutput(path);
  const { writePlan } = await import("../../publish/saved-plan/document.ts");
  const { allowFail, minRegions, everywhere, regionMilliseconds } = job.patience;
  const saved: SavedPlan = {
    target: await targetOf(job.connection, job.endpoint),
    wish: job.wish,
    tolerance: { allowFail, minRegions, everywhere },
    regionTimeout: regionMilliseconds / 1000,
    bucket: job.bucket,
    layers: job.plan,
  };
  await write(Buffer.from(writePlan(saved, dirname(path))));
  context.progress.step(`Wrote the plan to ${file}: lambda-ext publish --plan ${file} carries it out`);
}

/** What may stand beside `--plan`: all else the plan has decided. */
const besidePlan: ReadonlySet<string> = new Set<keyof PublishOptions>([
  "plan",
  "dryRun",
  "allowFail",
  "minRegions",
  "regionTimeout",
  "fault",
]);

/**
 * The job that a saved plan describes.
 * @throws LambdaExtError where other flags contradict it, it cannot be read, or it is for another target.
 */
export async function savedJob(context: CommandContext, options: PublishOptions, file: string): Promise<PublishJob> {
  const decided = Object.entries(options).filter(([name, value]) => value !== undefined && !besidePlan.has(name));
  if (decided.length > 0) {
    const flags = decided.map(([name]) => `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`);
    throw usageError(`${flags.join(", ")} cannot stand beside --plan: the plan has decided that.`, {
      code: "PlanDecides",
      hint: "Leave it out, or make another plan with it: lambda-ext publish --dry-run --plan-file FILE",
    });
  }
  const path = resolve(context.cwd, file);
  const { readPlan } = await import("../../publish/saved-plan/document.ts");
  const saved = readPlan(await readText(path, file), path);
  const project = await openProject(context);
  const { connection } = await connectProject(context, project, saved.layers[0]?.region);
  const endpoint = endpointOf(context, project, connection);
  await refuseOtherTarget(saved, await targetOf(connection, endpoint), file);
  const { allowFail, minRegions, everywhere } = saved.tolerance;
  return {
    connection,
    endpoint,
    wanted: saved.layers.map(({ actions: _, newest: __, ...wanted }) => wanted),
    wish: saved.wish,
    patience: { ...readPatience(options, { allowFail, minRegions, regionTimeout: saved.regionTimeout }), everywhere },
    guessed: false,
    bucket: saved.bucket,
    async decide(_, sightings) {
      const { remainderOf } = await import("../../publish/saved-plan/remainder.ts");
      const { seenWhole } = await import("../../publish/plan/align.ts");
      const seen = saved.wish.align === undefined ? sightings : seenWhole(saved.layers, sightings);
      const { plan, moved } = remainderOf(saved.layers, seen, await placeholderHash(saved.layers));
      const changed = [...moved, ...(await changedZips(plan))];
      if (changed.length > 0) throw outdated(file, changed);
      return plan;
    },
  };
}

async function targetOf(connection: Connection, endpoint: string): Promise<SavedPlan["target"]> {
  const { callerAccount } = await import("../../aws/caller.ts");
  return { endpoint, account: await callerAccount(connection) };
}

async function refuseOtherTarget(saved: SavedPlan, { endpoint, account }: SavedPlan["target"], file: string) {
  const changes = [
    ...(saved.target.endpoint === endpoint ? [] : [`the target: it was ${saved.target.endpoint}, and is ${endpoint}`]),
    ...(saved.target.account === account ? [] : [`the account: it was ${saved.target.account}, and is ${account}`]),
  ];
  if (changes.length > 0) throw outdated(file, changes);
}

function outdated(file: string, changes: readonly string[]) {
  return toolError(
    `${file} was made for something else than what is there:\n${changes.map((change) => `  ${change}`).join("\n")}`,
    {
      code: "PlanOutdated",
      hint: "Nothing was done. Make a new plan: lambda-ext publish --dry-run --plan-file FILE",
    },
  );
}

async function placeholderHash(plan: PublishPlan): Promise<string | undefined> {
  const needed = plan.some(({ actions }) =>
    actions.some((action) => action.action === "align" && action.fill === "placeholder"),
  );
  return needed ? hashOf(await placeholderLayer()) : undefined;
}

/** Of those zips that are to be sent. */
async function changedZips(plan: PublishPlan): Promise<string[]> {
  const sent = plan.filter(({ actions }) => actions.some(({ action }) => action === "publish"));
  const zips = [...groupBy(sent, ({ zip }) => zip).values()].flatMap(([layer]) => layer ?? []);
  return (await Promise.all(zips.map(changedZip))).flat();
}

async function changedZip({ zip, codeSha256 }: LayerPlan): Promise<string[]> {
  try {
    return hashOf(await readFile(zip)) === codeSha256 ? [] : [`${zip}: it has other bytes than when the plan was made`];
  } catch (error) {
    return [`${zip}: it cannot be read (${(error as Error).message})`];
  }
}

function hashOf(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("base64");
}

async function readText(path: string, file: string): Promise<string> {
  return await readFile(path, "utf8").catch((cause: NodeJS.ErrnoException) => {
    throw usageError(`The plan ${file} cannot be read: ${cause.message}.`, {
      code: "CannotRead",
      hint: "Make one: lambda-ext publish --dry-run --plan-file FILE",
      cause,
    });
  });
}
