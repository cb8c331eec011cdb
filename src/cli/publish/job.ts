// What one publish is about: the layers that are wanted, where, and how what is to be done is decided.
import { resolve } from "node:path";
import type { Connection } from "../../aws/connection.ts";
import type { Architecture } from "../../model/architecture.ts";
import type { LayerArchive } from "../../model/artifact.ts";
import { usageError } from "../../model/errors.ts";
import type { Project } from "../../project/project.ts";
import { checkBucket, namesAccount, needsBucket, refuseWithoutBucket } from "../../publish/bucket.ts";
import { layerNameFor } from "../../publish/layer-name.ts";
import type { PublishPlan } from "../../publish/plan/actions.ts";
import { planPublish } from "../../publish/plan/plan.ts";
import type { Sighting } from "../../publish/plan/sighting.ts";
import { type PublishWish, type WantedLayer, wantedLayers } from "../../publish/wish.ts";
import type { CommandContext } from "../command.ts";
import { openProject } from "../remote.ts";
import { endpointOf } from "./endpoint.ts";
import type { PublishOptions } from "./options.ts";
import { connectRegions } from "./regions.ts";
import { readSharing } from "./sharing.ts";
import { type Patience, readPatience } from "./tolerance.ts";

/** A publish before anything has been looked at. */
export interface PublishJob {
  readonly connection: Connection;
  /** Where calls go, as a saved plan says it: `aws`, `local`, or an address. */
  readonly endpoint: string;
  readonly wanted: readonly WantedLayer[];
  readonly wish: PublishWish;
  readonly patience: Patience;
  /** Nobody has named the regions: one that is not enabled was not asked for. */
  readonly guessed: boolean;
  /** What large zips go through, with `{region}` in it. */
  readonly bucket: string | undefined;
  /** What is to be done, given what is there; refuses zips that would be sent and are broken. */
  decide(wanted: readonly WantedLayer[], sightings: readonly Sighting[]): Promise<PublishPlan>;
}

/**
 * The job that the flags and the configuration describe.
 * @throws LambdaExtError for flags that contradict each other, and where there is nothing to publish.
 */
export async function describedJob(
  context: CommandContext,
  options: PublishOptions,
  { exact }: Pick<PublishWish, "exact"> = {},
): Promise<PublishJob> {
  const project = await openProject(context);
  refuseContradictions(project, options);
  const layer = {
    name: options.layerName ?? project.layer.name,
    description: options.description ?? project.layer.description,
    license: options.license ?? project.layer.license,
    compatibleRuntimes: options.compatibleRuntimes ?? project.layer.compatibleRuntimes,
  };
  // A wrong pattern is told before anything is sent, whatever the name will be.
  layerNameFor(layer.name, (options.zip === undefined ? project.name : undefined) ?? "name", "arm64");
  const patience = readPatience(options, project.publish);
  const wish: PublishWish = {
    description: layer.description,
    license: layer.license,
    runtimes: layer.compatibleRuntimes,
    namePattern: layer.name,
    force: options.force === true,
    exact,
    sharing: readSharing(options, project.publish.sharing),
    align: options.align ?? project.publish.align,
  };
  const described = { ...project, layer, size: options.size ?? project.size };
  const stop = new AbortController();
  // Both at once: reading the archives takes as long as finding the endpoint and loading the SDK.
  const [{ connection, regions, everywhere, guessed }, archives] = await Promise.all([
    connectRegions(context, project, options.regions),
    archivesOf(context, described, { ...options, signal: stop.signal }),
  ]).catch((error) => {
    stop.abort();
    throw error;
  });
  const bucket = await bucketOf(connection, options.bucket ?? project.publish.bucket, { regions, archives });
  warnOfStrangers(context, options.allowFail, regions);
  return {
    connection,
    endpoint: endpointOf(context, project, connection),
    wanted: wantedLayers({ archives, regions, namePattern: layer.name }),
    wish,
    patience: { ...patience, everywhere },
    guessed,
    bucket,
    async decide(wanted, sightings) {
      const plan = planPublish(wanted, sightings, wish);
      refuseWithoutBucket(plan, bucket);
      // What is not sent was checked when it was.
      const sent = archives.filter(({ architecture }) => sends(plan, architecture));
      if (sent.length > 0) {
        const { refuseBroken } = await import("../../pipeline.ts");
        // Large zips have their way.
        await refuseBroken({ ...context, project: described, heeded: ["size"] }, sent);
      }
      return plan;
    },
  };
}

/** What zips go through that are too large to be sent directly. @throws usageError where no such bucket can be. */
export async function bucketOf(
  connection: Connection,
  pattern: string | undefined,
  {
    regions,
    archives,
  }: { readonly regions: readonly string[]; readonly archives: readonly { readonly zipBytes: number }[] },
): Promise<string | undefined> {
  if (pattern === undefined) return undefined;
  checkBucket(pattern, regions);
  // Whose account it is, is asked only where a zip will go there.
  if (!namesAccount(pattern) || !archives.some(needsBucket)) return pattern;
  const { callerAccount } = await import("../../aws/caller.ts");
  return pattern.replaceAll("{account}", await callerAccount(connection));
}

function sends(plan: PublishPlan, architecture: Architecture): boolean {
  return plan.some(
    (layer) => layer.architecture === architecture && layer.actions.some(({ action }) => action === "publish"),
  );
}

function refuseContradictions(project: Project, options: PublishOptions): void {
  if (options.zip !== undefined && (options.build || options.outDir !== undefined)) {
    throw usageError("Both a ready zip and a build were asked for.", {
      code: "TwoSources",
      hint: "Give --zip, or --build and --out-dir.",
    });
  }
  if (options.size !== undefined && !options.build) {
    throw usageError("A size was asked for, but not a build: what was built has the size that it has.", {
      code: "SizeWithoutBuild",
      hint: "Give --build too.",
    });
  }
  if (project.kind === "function" && options.zip === undefined) {
    throw usageError("This project is a function, which is not published as a layer.", {
      code: "NotALayer",
      hint: "Make the function instead: lambda-ext create-function NAME --role ROLE",
    });
  }
}

/** Of the flag alone: the configuration's list may be about more regions than this run is. */
function warnOfStrangers({ progress }: CommandContext, allowFail: readonly string[] = [], regions: readonly string[]) {
  const strangers = allowFail.filter((region) => !regions.includes(region));
  if (strangers.length > 0) {
    progress.warn(`--allow-fail names ${strangers.join(", ")}, where nothing is to be published anyway.`);
  }
}

async function archivesOf(
  { cwd, env, progress, signal }: CommandContext,
  project: Project,
  options: Pick<PublishOptions, "zip" | "arch" | "build" | "outDir"> & { readonly signal: AbortSignal },
): Promise<readonly LayerArchive[]> {
  if (options.zip !== undefined) {
    const { readyArchives } = await import("./ready-zip.ts");
    return await readyArchives({ file: options.zip, cwd, architectures: options.arch });
  }
  const { currentArchives } = await import("../../pipeline.ts");
  const { archives } = await currentArchives({
    project,
    architectures: options.arch,
    rebuild: options.build,
    outDir: options.outDir === undefined ? "dist" : resolve(cwd, options.outDir),
    env,
    progress,
    signal: AbortSignal.any([signal, options.signal]),
  });
  return archives;
}
