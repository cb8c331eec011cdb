// What one mirror is about: the original, and where copies of it are to be.
import type { Connection } from "../../aws/connection.ts";
import type { DownloadableLayer } from "../../aws/lambda/layer-by-arn.ts";
import { usageError } from "../../model/errors.ts";
import { layerNamePattern, limits } from "../../model/limits.ts";
import { refuseWithoutBucket } from "../../publish/bucket.ts";
import { type LayerReference, readLayerReference, refuseOtherPartitions } from "../../publish/mirror/reference.ts";
import { wantedCopies } from "../../publish/mirror/wanted.ts";
import { planPublish } from "../../publish/plan/plan.ts";
import type { PublishWish } from "../../publish/wish.ts";
import type { CommandContext } from "../command.ts";
import { endpointOf } from "../publish/endpoint.ts";
import { bucketOf, type PublishJob } from "../publish/job.ts";
import { connectRegions } from "../publish/regions.ts";
import { readSharing } from "../publish/sharing.ts";
import { readPatience } from "../publish/tolerance.ts";
import { openProject } from "../remote.ts";
import type { MirrorOptions } from "./options.ts";

/** A publish of what somebody has published already. */
export interface MirrorJob extends PublishJob {
  readonly original: DownloadableLayer;
  /** Downloads its zip to where the copies are published from. */
  download(): Promise<void>;
}

interface MirrorWish {
  readonly arn: string;
  readonly options: MirrorOptions;
  /** Where the zip will be, absolute. */
  readonly zip: string;
}

/**
 * Reads the original, and says what is to be where.
 * @throws LambdaExtError where it cannot be read, and where there is nothing to copy.
 */
export async function mirrorJob(context: CommandContext, { arn, options, zip }: MirrorWish): Promise<MirrorJob> {
  const reference = readLayerReference(arn);
  const layerName = readName(options.layerName ?? reference.layerName);
  // Of the flags alone: with whom a project's own layer is shared says nothing about a copy of somebody's.
  const sharing = readSharing(options, undefined);
  const project = await openProject(context);
  const patience = readPatience(options, project.publish);
  // `all` is every region of the original's partition.
  const home = { ...context, globals: { ...context.globals, region: reference.region ?? context.globals.region } };
  const { connection, regions, guessed } = await connectRegions(home, project, options.toRegion);
  refuseOtherPartitions(reference, regions);
  const { downloadOriginal, readOriginal } = await import("../../publish/mirror/original.ts");
  const original = await readOriginal(connection, reference);
  const elsewhere =
    options.layerName === undefined ? await withoutItself(context, connection, { reference, regions }) : regions;
  const bucket = await bucketOf(connection, options.bucket ?? project.publish.bucket, {
    regions: elsewhere,
    archives: [{ zipBytes: original.codeBytes }],
  });
  const { description, license, runtimes } = original;
  const wish: PublishWish = {
    description: description === "" ? undefined : description,
    license: license === "" ? undefined : license,
    runtimes,
    namePattern: layerName,
    force: options.force === true,
    sharing,
    align: undefined,
  };
  return {
    original,
    connection,
    endpoint: endpointOf(context, project, connection),
    wanted: wantedCopies(original, { layerName, regions: elsewhere, zip }),
    wish,
    patience,
    guessed,
    bucket,
    async decide(wanted, sightings) {
      const plan = planPublish(wanted, sightings, wish);
      // It is no file of anybody's: what is too large is told by its ARN.
      refuseWithoutBucket(
        plan.map((layer) => ({ ...layer, zip: arn })),
        bucket,
      );
      return plan;
    },
    // Its address is good for ten minutes, and a question may have taken longer.
    download: async () => await downloadOriginal(connection, await readOriginal(connection, reference), zip),
  };
}

interface Destination {
  readonly reference: LayerReference;
  readonly regions: readonly string[];
}

/** A layer of one's own is not copied onto itself: an old version would become the newest one. */
async function withoutItself(
  { progress }: CommandContext,
  connection: Connection,
  { reference: { region, account, layerName }, regions }: Destination,
): Promise<readonly string[]> {
  if (region === undefined || !regions.includes(region)) return regions;
  const { callerAccount } = await import("../../aws/caller.ts");
  if ((await callerAccount(connection)) !== account) return regions;
  const others = regions.filter((other) => other !== region);
  if (others.length === 0) {
    throw usageError(`${layerName} is your own, and in ${region} already.`, {
      code: "SameRegion",
      hint: "Name other regions with --to-region, or another name with --layer-name.",
    });
  }
  progress.step(`${region} has the original: nothing is copied there.`);
  return others;
}

function readName(name: string): string {
  if (layerNamePattern.test(name) && name.length <= limits.layerNameCharacters) return name;
  throw usageError(`${JSON.stringify(name)} cannot be the name of a layer.`, {
    code: "InvalidLayerName",
    hint: `Letters, digits, - and _, at most ${limits.layerNameCharacters} of them.`,
  });
}
